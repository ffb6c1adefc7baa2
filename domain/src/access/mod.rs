//! Who may ask for what: one policy, for every command, query, subscription, export and `node(id)`; deny by default.
//!
//! Invariants: what is not allowed here is denied; nothing of another county is allowed to anybody; audit commands nothing;
//! administrators read no matter and decide none, and what one of them may change no other may; an officer, a head or a township sees a matter or a meeting if it is a
//! party of it ([`Parties`]).
//! Deliberately absent: what a permitted command needs beyond that (custody, lead, head, separation of duties), which the
//! aggregate decides on its own state ([`crate::matter`]); who the person is, which the gateway has answered before.

mod denial;
mod papers;
mod parties;
#[cfg(test)]
mod tests;

pub use denial::{Denial, Why};
pub use papers::of_paper;
pub use parties::{Parties, Party, of_matter, of_meeting};

use crate::{
    decider::{Actor, Role},
    ids::{BodyId, CountyId},
};

/// What somebody may want to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Ask who one is.
    SeeOneself,
    /// Read the registers: directory, stand-ins, templates, calendar, settings.
    ReadRegisters,
    /// Read an applicant's eligibility and bad-credit record.
    ReadApplicant,
    /// Look through matters: lists, counts, search. What is found is what [`Action::ReadMatter`] allows.
    LookForMatters,
    /// Read a matter: its permits, clocks, history, papers, notices; hear of its changes.
    ReadMatter,
    /// Read a text of the vault: names of persons, how to reach them, free notes, file names.
    ReadPersonal,
    /// Look through meetings and their tasks. What is found is what [`Action::ReadMeeting`] allows.
    LookForMeetings,
    /// Read a meeting.
    ReadMeeting,
    /// Read a body's desk.
    ReadDesk,
    /// Read what departments achieved.
    ReadPerformance,
    /// Read the county's weekly briefing.
    ReadBriefing,
    /// Read how the platform is: its projections, stores and version.
    ReadHealth,
    /// Read who was denied what, and who read what is protected.
    ReadAccessLog,
    /// Read how a subject of personal texts stands: who saw one in full and why, restrictions, erasure.
    ReadPersonRecord,
    /// Make or close the secret address of one's own deadlines.
    KeepOwnCalendar,
    /// Hand in a paper for a command.
    HandIn,
    /// Put a text into the vault.
    PutText,
    /// See a personal text in full, for a reason that is recorded.
    Unmask,
    /// Restrict a subject's personal texts, or erase them.
    KeepPersons,
    /// Act on a matter, or propose one.
    ActOnMatter,
    /// Convene a meeting, or act in one.
    ActInMeeting,
    /// Judge an applicant's eligibility.
    JudgeApplicant,
    /// Name whom to reach at an applicant.
    KeepContact,
    /// Name or end a stand-in.
    NameStandIn,
    /// Keep bodies.
    KeepDirectory,
    /// Bring the directory to a written definition: the bodies by one administrator, the accounts by the other.
    ImportDirectory,
    /// Make accounts, give and take roles, retire accounts.
    GrantRoles,
    /// Publish and withdraw templates.
    KeepTemplates,
    /// Record holiday notices and the county's own days, and revise due dates by them (R19, R20).
    KeepCalendar,
    /// Change the county's settings.
    KeepSettings,
}

/// What it is to be done to.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'a> {
    /// The county it lies in.
    pub county: &'a CountyId,
    /// What of the county.
    pub of: Of<'a>,
}

/// What of a county.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// The county as a whole, or anything in it: whether the actor may ask such a thing at all.
    County,
    /// What is a body's.
    Body(&'a BodyId),
    /// A matter or a meeting with those who take part.
    Parties(&'a Parties),
}

/// Who asks: the actor, and for whom it stands in today.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The actor, with its own roles.
    pub actor: &'a Actor,
    /// The actor as it is in the place of each whom it stands in for today (AB岗), with the roles of that post.
    pub in_place_of: &'a [Actor],
}

impl<'a> Asker<'a> {
    /// An actor that stands in for nobody.
    pub fn of(actor: &'a Actor) -> Self {
        Asker { actor, in_place_of: &[] }
    }

    fn hats(self) -> impl Iterator<Item = &'a Actor> {
        [self.actor].into_iter().chain(self.in_place_of)
    }

    fn is(self, role: Role) -> bool {
        self.hats().any(|actor| actor.is(role))
    }

    /// Whether its sight is not bound to what it takes part in.
    pub fn sees_all(self) -> bool {
        SEE_ALL.iter().any(|role| self.is(*role))
    }

    /// The parties as which it sees what they take part in.
    pub fn parties(self) -> Parties {
        let one = |actor: &Actor| {
            let officers =
                [&actor.officer].into_iter().chain(&actor.stands_in_for).cloned().map(Party::Officer);
            officers.chain([Party::Body(actor.body.clone())]).collect::<Vec<_>>()
        };
        self.hats().flat_map(one).collect()
    }
}

/// Whether the action is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// It is.
    Allow,
    /// It is not.
    Deny(Denial),
}

impl Verdict {
    /// Whether it is allowed.
    pub fn is_allowed(&self) -> bool {
        *self == Verdict::Allow
    }
}

/// Who sees every matter, meeting and desk of the county: those whose work is the whole of it.
const SEE_ALL: [Role; 6] =
    [Role::Lead, Role::GovernmentHead, Role::Clerk, Role::Supervisor, Role::Auditor, Role::System];
/// Who sees what they take part in.
const SEE_OWN: [Role; 3] = [Role::Officer, Role::Head, Role::Township];
/// Whether the asker may do this to that.
pub fn decide(asker: Asker<'_>, action: Action, resource: Resource<'_>) -> Verdict {
    let actor = asker.actor;
    if actor.county != *resource.county {
        return deny(action, Why::OtherCounty);
    }
    if [Role::Auditor, Role::AuditAdministrator].iter().any(|audits| actor.is(*audits)) && action.is_command()
    {
        return deny(action, Why::AuditActs);
    }
    let needs = action.roles();
    let wide = needs.wide.iter().any(|role| asker.is(*role));
    let narrow = needs.narrow.iter().any(|role| asker.is(*role));
    match (wide, narrow, resource.of) {
        (true, ..) | (_, true, Of::County) => Verdict::Allow,
        (_, true, Of::Body(body)) if actor.body == *body => Verdict::Allow,
        (_, true, Of::Body(_)) => deny(action, Why::OtherBody),
        (_, true, Of::Parties(parties)) if !asker.parties().is_disjoint(parties) => Verdict::Allow,
        (_, true, Of::Parties(_)) => deny(action, Why::NoParty),
        (false, false, _) => deny(action, Why::Role { needs: [needs.wide, needs.narrow].concat() }),
    }
}

/// Whether the actor may do such a thing anywhere in its own county: what a decider asks before its own rules.
pub fn may(by: &Actor, action: Action) -> bool {
    decide(Asker::of(by), action, Resource { county: &by.county, of: Of::County }).is_allowed()
}

fn deny(action: Action, why: Why) -> Verdict {
    Verdict::Deny(Denial { action, why })
}

/// The roles that an action takes: those who may anywhere in the county, and those who may where they belong.
struct Needs {
    wide: &'static [Role],
    narrow: &'static [Role],
}

impl Action {
    /// Whether it changes anything.
    pub fn is_command(self) -> bool {
        self >= Action::KeepOwnCalendar
    }

    fn roles(self) -> Needs {
        use Role::{
            Administrator as Admin, AuditAdministrator as Audit, Auditor, Clerk, GovernmentHead, Head, Lead,
            Officer, SecurityAdministrator as Security, Supervisor, System, Township,
        };
        let (wide, narrow): (&'static [Role], &'static [Role]) = match self {
            Action::SeeOneself | Action::ReadRegisters => (
                &[
                    Officer,
                    Head,
                    GovernmentHead,
                    Lead,
                    Clerk,
                    Township,
                    Supervisor,
                    Auditor,
                    Admin,
                    Security,
                    Audit,
                    System,
                ],
                &[],
            ),
            Action::ReadApplicant => {
                (&[Officer, Head, GovernmentHead, Lead, Clerk, Supervisor, Auditor, System], &[])
            }
            Action::LookForMatters
            | Action::ReadMatter
            | Action::LookForMeetings
            | Action::ReadMeeting
            | Action::ReadDesk => (&SEE_ALL, &SEE_OWN),
            // audit reads everything but what is personal
            Action::ReadPersonal | Action::Unmask => (&[Lead, GovernmentHead, Clerk, System], &SEE_OWN),
            Action::ReadPerformance => (&[Lead, GovernmentHead, Supervisor, Auditor, System], &SEE_OWN),
            Action::ReadBriefing => (&[Lead, GovernmentHead, Supervisor, Auditor, System], &[]),
            Action::ReadHealth => (&[Admin, Audit, Auditor, System], &[]),
            Action::ReadAccessLog => (&[Audit, Auditor], &[]),
            Action::ReadPersonRecord => (&[Audit, Auditor, Security], &[]),
            // who weighs a person's request is not who works on the person's matter
            Action::KeepPersons => (&[Security, System], &[]),
            Action::HandIn | Action::KeepOwnCalendar | Action::ActOnMatter | Action::ActInMeeting => {
                (&[GovernmentHead, Lead, Clerk, Supervisor, System], &SEE_OWN)
            }
            // who registers accounts puts their people's names
            Action::PutText => (&[GovernmentHead, Lead, Clerk, Supervisor, Security, System], &SEE_OWN),
            // the window, a task force's lead, and departments that take part in one of this applicant's matters
            Action::KeepContact => (&[Lead, Clerk, System], &[Officer, Head]),
            Action::JudgeApplicant => (&[Officer, Head], &[]),
            Action::NameStandIn => (&[Security, System], &[Head, GovernmentHead]),
            Action::GrantRoles => (&[Security, System], &[]),
            Action::ImportDirectory => (&[Admin, Security, System], &[]),
            Action::KeepDirectory | Action::KeepTemplates | Action::KeepCalendar | Action::KeepSettings => {
                (&[Admin, System], &[])
            }
        };
        Needs { wide, narrow }
    }
}
