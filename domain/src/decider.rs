//! What every aggregate is: a pure decider, and the envelope its facts come in.
//!
//! Invariants: `decide` may refuse, `evolve` is total; time's facts (`settle`, R22) come before any decision.
//! Deliberately absent: storage, retries and receipts; those are the executor's.

mod roles;

pub use roles::Roles;

use crate::{
    calendar::{Calendar, beijing},
    ids::{BodyId, CountyId, EventId, OfficerId},
    naming::Names,
    settings::CountySettings,
};
use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use smol_str::SmolStr;
use std::{collections::BTreeSet, fmt::Debug};

/// What an officer may be in the county's directory. Membership of a task force is per matter and not a role. A new one is added at the end:
/// logs store the place of each ([`Roles`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Handles permits of the body (经办/审批人).
    Officer,
    /// Head of the body (部门负责人): extends limits, tolerates by commitment, sets a deemed acceptance aside.
    Head,
    /// Head of the people's government: extends unified or joint handling (行政许可法 42).
    GovernmentHead,
    /// May lead a task force (专班组长).
    Lead,
    /// Clerk of the integrated window (综合窗口).
    Clerk,
    /// Officer of a township or subdistrict (乡镇/街道).
    Township,
    /// Supervision office (督查).
    Supervisor,
    /// Audit or discipline inspection: reads everything, commands nothing.
    Auditor,
    /// System administrator (系统管理员): bodies, templates, calendars, settings. The three administrators are three people
    /// (GB/T 22239-2019, 8.1.5).
    Administrator,
    /// Security administrator (安全管理员): accounts and roles, stand-ins.
    SecurityAdministrator,
    /// Audit administrator (审计管理员): reads who was denied what and who read what is protected, commands nothing.
    AuditAdministrator,
    /// The platform itself: states what time has made true, decides nothing.
    System,
}

impl Role {
    /// All of them.
    pub(crate) const ALL: [Role; 12] = [
        Role::Officer,
        Role::Head,
        Role::GovernmentHead,
        Role::Lead,
        Role::Clerk,
        Role::Township,
        Role::Supervisor,
        Role::Auditor,
        Role::Administrator,
        Role::SecurityAdministrator,
        Role::AuditAdministrator,
        Role::System,
    ];

    /// The name it is stored by.
    pub const fn as_stored(self) -> &'static str {
        match self {
            Role::Officer => "officer",
            Role::Head => "head",
            Role::GovernmentHead => "government_head",
            Role::Lead => "lead",
            Role::Clerk => "clerk",
            Role::Township => "township",
            Role::Supervisor => "supervisor",
            Role::Auditor => "auditor",
            Role::Administrator => "administrator",
            Role::SecurityAdministrator => "security_administrator",
            Role::AuditAdministrator => "audit_administrator",
            Role::System => "system",
        }
    }

    /// The role stored by this name.
    pub fn stored(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_stored() == name)
    }

    /// In Chinese.
    pub fn name_zh(self) -> &'static str {
        match self {
            Role::Officer => "经办/审批人",
            Role::Head => "部门负责人",
            Role::GovernmentHead => "政府负责人",
            Role::Lead => "专班组长",
            Role::Clerk => "综合窗口",
            Role::Township => "乡镇/街道",
            Role::Supervisor => "督查",
            Role::Auditor => "审计/纪检",
            Role::Administrator => "系统管理员",
            Role::SecurityAdministrator => "安全管理员",
            Role::AuditAdministrator => "审计管理员",
            Role::System => "平台",
        }
    }

    /// In English.
    pub fn name_en(self) -> &'static str {
        match self {
            Role::Officer => "officer",
            Role::Head => "head of department",
            Role::GovernmentHead => "head of government",
            Role::Lead => "task-force lead",
            Role::Clerk => "window clerk",
            Role::Township => "township",
            Role::Supervisor => "supervisor",
            Role::Auditor => "auditor",
            Role::Administrator => "system administrator",
            Role::SecurityAdministrator => "security administrator",
            Role::AuditAdministrator => "audit administrator",
            Role::System => "the platform",
        }
    }
}

/// Who acts: an account, the body it acts for, and what it may be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// The account.
    pub officer: OfficerId,
    /// The county it belongs to; it acts in no other.
    pub county: CountyId,
    /// The body it acts for.
    pub body: BodyId,
    /// Its roles in that body.
    pub roles: Roles,
    /// In whose place it acts (AB岗代办), with the roles of that post; none where it acts in its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<OfficerId>,
    /// The other accounts of the same person, retired ones too, as the directory knows them when somebody acts. No record holds
    /// them: an actor read from an event has none, so a duty that is shared is judged from the side of who commands.
    #[serde(skip)]
    pub other_accounts: BTreeSet<OfficerId>,
}

impl Actor {
    /// An account in its own place, of whose person no other account is known.
    pub const fn new(officer: OfficerId, county: CountyId, body: BodyId, roles: Roles) -> Self {
        Actor { officer, county, body, roles, stands_in_for: None, other_accounts: BTreeSet::new() }
    }

    /// The actor as an event keeps it.
    pub fn as_recorded(&self) -> Self {
        Actor { other_accounts: BTreeSet::new(), ..self.clone() }
    }

    /// Whether the actor has this role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether this is the officer, by this account or another of the same person, or somebody in the officer's place: for duties
    /// that two persons must share (R18). What a person may do by name, they alone may: that asks for `officer` itself.
    pub fn is_one_with(&self, officer: &OfficerId) -> bool {
        self.officer == *officer
            || self.stands_in_for.as_ref() == Some(officer)
            || self.other_accounts.contains(officer)
    }
}

/// When something happened: an instant, or a date where only the date is known (R16, R21).
///
/// The law counts days, so facts are ordered by their day in Beijing; within a day the order of the log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effective {
    /// Known to the instant.
    At(Timestamp),
    /// Known by its date only; it stays a date.
    On(Date),
}

impl Effective {
    /// The day in Beijing.
    pub fn day(&self) -> Date {
        match self {
            Effective::At(instant) => beijing(*instant),
            Effective::On(date) => *date,
        }
    }

    /// Whether it had happened by the instant; a date has happened once its day has begun.
    pub fn is_by(&self, instant: Timestamp) -> bool {
        match self {
            Effective::At(at) => *at <= instant,
            Effective::On(date) => *date <= beijing(instant),
        }
    }
}

/// A fact that a decision or the passing of time has brought about, before it is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact<E> {
    /// What happened.
    pub event: E,
    /// When it happened.
    pub effective: Effective,
}

/// A fact as recorded: all that a fold may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded<E> {
    /// Its id.
    pub id: EventId,
    /// Its place in the stream, from 0.
    pub revision: u64,
    /// Who acted.
    pub by: Actor,
    /// When it happened.
    pub effective: Effective,
    /// When it was recorded; never goes back within a stream.
    pub recorded: Timestamp,
    /// What happened.
    pub event: E,
}

impl<E> Recorded<E> {
    /// Back-filling (后期补录, R16): recorded more than `grace` working days after the day it happened.
    /// What time alone has made true is stated by the platform and is never back-filling.
    pub fn is_backfilled(&self, calendar: &Calendar, grace: i32) -> bool {
        !self.by.is(Role::System)
            && is_backfilled(self.effective.day(), beijing(self.recorded), calendar, grace)
    }
}

/// Whether what a person recorded on one day of what happened on another is back-filling (后期补录, R16).
pub fn is_backfilled(effective: Date, recorded: Date, calendar: &Calendar, grace: i32) -> bool {
    calendar.working_days_between(effective, recorded) > grace
}

/// The only window a decision has on the world.
#[derive(Debug, Clone)]
pub struct Context<'a, R> {
    /// Now.
    pub at: Timestamp,
    /// Who asks.
    pub by: &'a Actor,
    /// The county's working calendar, in the version known now.
    pub calendar: &'a Calendar,
    /// The county's settings, as recorded by now; each day is judged by those that held on it.
    pub settings: &'a CountySettings,
    /// When the actor says it happened, if not now (R16).
    pub effective: Option<Effective>,
    /// What was read from other streams, each with the revision it was read at.
    pub read: &'a R,
}

impl<R> Context<'_, R> {
    /// When what is being decided takes effect.
    pub fn effective(&self) -> Effective {
        self.effective.unwrap_or(Effective::At(self.at))
    }

    /// The day in Beijing it takes effect on.
    pub fn day(&self) -> Date {
        self.effective().day()
    }

    /// Today in Beijing.
    pub fn today(&self) -> Date {
        beijing(self.at)
    }

    /// The event as a fact of the effective time.
    pub fn fact<E>(&self, event: impl Into<E>) -> Fact<E> {
        Fact { event: event.into(), effective: self.effective() }
    }
}

/// Something read from another stream, and where: stored in the event that relied on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen<T> {
    /// The stream and its revision.
    pub at: SeenAt,
    /// What was read.
    pub value: T,
}

/// Where something was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeenAt {
    /// Stream name.
    #[schemars(extend("x-class" = "fact"))]
    pub stream: String,
    /// Revision it was read at; none if the stream did not exist.
    pub revision: Option<u64>,
}

/// An event as stored: a name and a version that never change, and its JSON.
pub trait EventRecord: Sized + Clone + Debug + PartialEq + Send + Sync + 'static {
    /// The stored name.
    fn name(&self) -> &'static str;
    /// The stored version.
    fn version(&self) -> u16;
    /// The payload's JSON.
    fn encode(&self) -> Result<Vec<u8>, serde_json::Error>;
    /// Reads a stored event, upcasting older versions.
    fn decode(name: &str, version: u16, payload: &[u8]) -> Result<Self, DecodeError>;
    /// Name, version and JSON schema of every event written today.
    fn schemas() -> Vec<(&'static str, u16, schemars::Schema)>;
}

/// Reads stored JSON. Its text is checked once, as a whole: string by string it would take several times as long.
///
/// # Errors
/// When it is not UTF-8, or not the JSON of this type.
pub fn from_json<T: DeserializeOwned>(stored: &[u8]) -> Result<T, serde_json::Error> {
    let text = simdutf8::compat::from_utf8(stored).map_err(serde::de::Error::custom)?;
    serde_json::from_str(text)
}

/// Writes JSON that is to be stored; most of it fits where it begins.
///
/// # Errors
/// When the value has no JSON form.
pub fn to_json<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = Vec::with_capacity(512);
    serde_json::to_writer(&mut json, value)?;
    Ok(json)
}

/// Why a stored event could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer version of the software.
    #[error(
        "event {name} version {version} is not known to this version of the software: install the newer one"
    )]
    Unknown {
        /// Stored name.
        name: String,
        /// Stored version.
        version: u16,
    },
    /// The payload is not what its name and version say.
    #[error(
        "event {name} version {version} cannot be read: {reason}; run `onematter rebuild --check` and restore from a backup if it persists"
    )]
    Damaged {
        /// Stored name.
        name: String,
        /// Stored version.
        version: u16,
        /// What the decoder said.
        reason: String,
    },
}

/// Why a command was refused: closed, typed, with its facts and its law.
pub trait Explained: Debug + Clone + PartialEq + Serialize + Send + Sync + 'static {
    /// The refusal's name, as the API shows it.
    fn code(&self) -> &'static str;
    /// The rule of docs/domain.md, such as `R3`.
    fn rule(&self) -> Option<&'static str>;
    /// Whether another person, or somebody in another's place, might be allowed it.
    fn wants_another_person(&self) -> bool {
        false
    }
    /// Whether it is refused for want of a right, whatever its rule: then it is a denial, and stands in the access log.
    fn wants_a_right(&self) -> bool {
        self.wants_another_person() || self.rule() == Some("R18")
    }
    /// The law or source behind it.
    fn source(&self) -> Option<String>;
    /// One sentence in Chinese that says what to do, with the names that are known.
    fn message_zh(&self, names: &Names<'_>) -> String;
    /// One sentence in English that says what to do, with the names that are known.
    fn message_en(&self, names: &Names<'_>) -> String;
}

/// An aggregate's pure rules.
pub trait Decider: Send + Sync + 'static {
    /// The stream's category: `matter` in `530322.matter-01J…`.
    const CATEGORY: &'static str;
    /// What the fold of a stream is.
    type State: Default + Clone + Debug + PartialEq + Send + Sync + 'static;
    /// What can be asked.
    type Command: Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What can have happened.
    type Event: EventRecord;
    /// Why not.
    type Refusal: Explained;
    /// What a decision needs from other streams.
    type Reads: Default + Clone + Debug + Send + Sync + 'static;

    /// Folds one recorded fact. Total.
    fn evolve(state: &mut Self::State, fact: &Recorded<Self::Event>);

    /// The earliest fact that time alone has made true by the day of `ctx.at` and that is not in the state yet (R22).
    /// Folded, the next is asked for, until there is none: before each decision, and after it for what follows at
    /// once.
    ///
    /// Of the context it sees the day in Beijing, the calendar and the settings, and the county: what had nothing to state
    /// on the same has nothing to state still, and is not asked again.
    fn settle(_state: &Self::State, _ctx: &Context<'_, Self::Reads>) -> Option<Fact<Self::Event>> {
        None
    }

    /// Of what a fact can make something due.
    fn reach(_event: &Self::Event) -> Reach {
        Reach::All
    }

    /// The same where nothing was due, on the same day, calendar and settings, before facts of this reach: the answer is that of
    /// [`Decider::settle`], and what they do not reach need not be asked.
    fn settle_within(
        state: &Self::State,
        _reached: &[Reach],
        ctx: &Context<'_, Self::Reads>,
    ) -> Option<Fact<Self::Event>> {
        Self::settle(state, ctx)
    }

    /// What follows from the command, or why it is refused. An empty answer means: already so, nothing to record.
    fn decide(
        state: &Self::State,
        command: &Self::Command,
        ctx: &Context<'_, Self::Reads>,
    ) -> Result<Vec<Fact<Self::Event>>, Self::Refusal>;
}

/// More facts of time than any stream can owe at once: beyond it the rules are in a circle.
pub const MOST_SETTLED: usize = 4_096;

/// Of what in a state a fact can make something due by time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Of anything.
    All,
    /// Of one part, such as a permit of a matter.
    Part(SmolStr),
    /// Of one part, and of those that wait for it.
    PartAndWaiting(SmolStr),
}

/// Declares an aggregate's events: one documented struct each, with its stored version, and the enum of them.
///
/// `= 2 reads 1` is written as version 2 and reads version 1 as well: what was added since is optional, and bytes without
/// it mean what they always did.
#[macro_export]
macro_rules! events {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $(
            $(#[$vmeta:meta])*
            $variant:ident = $version:literal $(reads $older:literal)* { $( $(#[$fmeta:meta])* $field:ident : $ty:ty ),* $(,)? }
        ),* $(,)? }
    ) => {
        $(
            $(#[$vmeta])*
            #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
            pub struct $variant { $( $(#[$fmeta])* pub $field: $ty ),* }
            impl From<$variant> for $name {
                fn from(event: $variant) -> Self {
                    $name::$variant(event)
                }
            }
        )*
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name { $( $(#[$vmeta])* $variant($variant) ),* }

        impl $crate::decider::EventRecord for $name {
            fn name(&self) -> &'static str {
                match self { $( $name::$variant(_) => stringify!($variant) ),* }
            }
            fn version(&self) -> u16 {
                match self { $( $name::$variant(_) => $version ),* }
            }
            fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
                match self { $( $name::$variant(event) => $crate::decider::to_json(event) ),* }
            }
            fn decode(name: &str, version: u16, payload: &[u8]) -> Result<Self, $crate::decider::DecodeError> {
                match (name, version) {
                    $( (stringify!($variant), $version $(| $older)*) => $crate::as_written::read(payload).map($name::$variant).map_err(|e| {
                        $crate::decider::DecodeError::Damaged { name: name.into(), version, reason: e.to_string() }
                    }), )*
                    _ => Err($crate::decider::DecodeError::Unknown { name: name.into(), version }),
                }
            }
            fn schemas() -> Vec<(&'static str, u16, schemars::Schema)> {
                vec![ $( (stringify!($variant), $version, schemars::schema_for!($variant)) ),* ]
            }
        }
    };
}
