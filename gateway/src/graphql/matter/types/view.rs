//! What one matter is read from: its state at a moment, and who looks.

use super::Action;
use crate::graphql::standing_in;
use jiff::{Timestamp, civil::Date};
use om_domain::{
    calendar::{Calendar, beijing},
    decider::{Actor, Context},
    directory::Directory,
    ids::{MatterId, PermitCode},
    matter::{Can, Matter, MatterReads},
    naming::Names,
    settings::CountySettings,
};
use om_infra::executor::At;
use std::sync::Arc;

/// One matter at one moment.
#[derive(Debug, Clone)]
pub struct View {
    /// Its id.
    pub id: MatterId,
    /// Its state.
    pub state: Arc<Matter>,
    /// Which facts it is folded from: those up to `revision`, as true at this past.
    pub at: At,
    /// The last revision that is known in it.
    pub revision: Option<u64>,
    /// When that was recorded.
    pub recorded: Option<Timestamp>,
    /// The moment clocks are read at.
    pub as_of: Timestamp,
    /// Whether this is the past, which is looked at and not acted on.
    pub past: bool,
    /// The county's calendar.
    pub calendar: Calendar,
    /// The county's settings.
    pub settings: Arc<CountySettings>,
    /// What a decision would read from other streams.
    pub reads: Arc<MatterReads>,
    /// The county's directory, for names.
    pub directory: Arc<Directory>,
    /// Who looks.
    pub by: Arc<Actor>,
    /// The same account in the place of each whom it stands in for today; nobody where the past is looked at.
    pub in_place: Vec<Actor>,
}

impl View {
    /// The day in Beijing that clocks are read at.
    pub fn today(&self) -> Date {
        beijing(self.as_of)
    }

    /// Whether a day on which a card comes is so near, by the county's settings, that who it comes to is to be reminded.
    pub fn is_reminded_of(&self, day: Date) -> bool {
        let today = self.today();
        let lead = i32::from(self.settings.on(today).values.reminder_days);
        self.calendar.working_days_between(today, day) <= lead
    }

    /// What bodies, permits and requirements are called; `about` is the permit spoken of.
    pub fn names<'a>(&'a self, about: Option<&'a PermitCode>) -> Names<'a> {
        Names { directory: Some(&self.directory), plan: self.state.plan.as_ref(), about, ..Names::default() }
    }

    /// The context in which the domain is asked, of the onlooker.
    pub fn context(&self) -> Context<'_, MatterReads> {
        self.context_of(&self.by)
    }

    fn context_of<'a>(&'a self, by: &'a Actor) -> Context<'a, MatterReads> {
        Context {
            at: self.as_of,
            by,
            calendar: &self.calendar,
            settings: &self.settings,
            effective: None,
            read: &self.reads,
        }
    }

    /// What the onlooker may do, by itself or in another's place; nothing where the past is looked at.
    pub(super) fn actions(
        &self,
        about: Option<&PermitCode>,
        ask: impl Fn(&Context<'_, MatterReads>) -> Vec<Can>,
    ) -> Vec<Action> {
        if self.past {
            return Vec::new();
        }
        let of =
            |by: &Actor| ask(&self.context_of(by)).into_iter().map(|can| (can.action, can.refusal)).collect();
        standing_in::actions(&self.by, &self.in_place, &self.names(about), of)
    }
}
