//! What one matter is read from: its state at a moment, and who looks.
//!
//! Invariant: what a decision would read from other streams is read when it is first asked for, and once: most that is shown of a
//! matter needs none of it.

use super::Action;
use crate::{
    graphql::{matter::carry_out::of_fault, standing_in},
    services::Services,
};
use async_graphql::Result;
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
use std::{fmt, sync::Arc};
use tokio::sync::OnceCell;

/// What a decision would read from other streams: read from these services once it is asked for.
#[derive(Clone)]
pub struct Elsewhere {
    services: Arc<Services>,
    known_by: Option<Timestamp>,
    read: Arc<OnceCell<MatterReads>>,
}

impl Elsewhere {
    /// As it is now.
    pub fn of(services: &Arc<Services>) -> Self {
        Elsewhere { services: Arc::clone(services), known_by: None, read: Arc::default() }
    }

    /// As it was known by an instant: what a tolerance would have been judged by, for nothing is done in the past.
    pub fn known_by(services: &Arc<Services>, instant: Timestamp) -> Self {
        Elsewhere { known_by: Some(instant), ..Self::of(services) }
    }
}

impl fmt::Debug for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Elsewhere").field(&self.read).finish()
    }
}

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
    pub elsewhere: Elsewhere,
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
        Names {
            directory: Some(&self.directory),
            plan: self.state.plan.as_deref(),
            about,
            ..Names::default()
        }
    }

    /// What a decision on the matter would read from other streams.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn reads(&self) -> Result<&MatterReads> {
        let Elsewhere { services, known_by, read } = &self.elsewhere;
        let (registers, county) = (&services.registers, &self.by.county);
        let reading = || async {
            if let Some(instant) = *known_by {
                let Some(project) = &self.state.project else { return Ok(MatterReads::default()) };
                let judged = (county, self.id, &project.applicant);
                return registers.eligibility_known_by(judged, self.today(), instant).await.map_err(of_fault);
            }
            match registers.for_asking(county, self.id, &self.state, self.today()).await {
                // what would be allowed is not known; no command is carried out meanwhile
                Err(cause) if cause.is_outage() => {
                    Ok(MatterReads { matter: Some(self.id), ..MatterReads::default() })
                }
                reads => reads.map_err(of_fault),
            }
        };
        read.get_or_try_init(reading).await
    }

    fn context_of<'a>(&'a self, by: &'a Actor, read: &'a MatterReads) -> Context<'a, MatterReads> {
        Context {
            at: self.as_of,
            by,
            calendar: &self.calendar,
            settings: &self.settings,
            effective: None,
            read,
        }
    }

    /// What the onlooker may do, by itself or in another's place; nothing where the past is looked at.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub(super) async fn actions(
        &self,
        about: Option<&PermitCode>,
        ask: impl Fn(&Context<'_, MatterReads>) -> Vec<Can>,
    ) -> Result<Vec<Action>> {
        if self.past {
            return Ok(Vec::new());
        }
        let reads = self.reads().await?;
        let of = |by: &Actor| {
            ask(&self.context_of(by, reads)).into_iter().map(|can| (can.action, can.refusal)).collect()
        };
        Ok(standing_in::actions(&self.by, &self.in_place, &self.names(about), of))
    }
}
