//! What resolvers work with: the platform, and who hears of its changes.
//!
//! Invariant: resolvers reach the world through here and nowhere else.
//! Deliberately absent: opening the platform; whoever serves it does that.

use crate::{changes::Changes, handed_in::HandedIn};
use jiff::Timestamp;
use om_domain::{
    calendar::{Calendar, beijing},
    decider::{Actor, Decider},
    directory::Directory,
    ids::{CountyId, OfficerId},
};
use om_infra::{
    calendars::Calendars as _,
    executor::Fault,
    log::{LogError, Position, StreamName, StreamNameError},
    platform::Platform,
    shown,
};
use std::{ops::Deref, sync::Arc, time::Duration};

/// How long an answer waits for the lists to show what it is about.
pub(crate) const READ_YOUR_WRITES: Duration = Duration::from_secs(2);

/// How long to wait before looking again whether lists show what they did not.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// What resolvers work with.
pub struct Services {
    platform: Arc<Platform>,
    /// Who hears of changes.
    pub changes: Arc<Changes>,
    /// Which papers each body has handed in here.
    pub handed_in: HandedIn,
}

impl Deref for Services {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}

impl Services {
    /// Services over a platform; follows its log for those who subscribe.
    pub fn new(platform: Arc<Platform>) -> Arc<Self> {
        let changes = Changes::follow(Arc::clone(&platform.log));
        Arc::new(Services { platform, changes, handed_in: HandedIn::default() })
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Today in Beijing.
    pub fn today(&self) -> jiff::civil::Date {
        beijing(self.now())
    }

    /// The county's working calendar.
    pub async fn calendar(&self, county: &CountyId) -> Result<Calendar, Fault> {
        self.calendars.calendar(county).await
    }

    /// Where the log ends.
    pub async fn head(&self) -> Result<Option<Position>, LogError> {
        shown::something_else();
        self.log.head().await
    }

    /// Whether lists do not show the position yet, waited for a bounded time.
    pub async fn pending(&self, position: Position) -> bool {
        self.projections.wait_for(position, READ_YOUR_WRITES).await.is_err()
    }

    /// Waits until lists show the position, however long that takes.
    pub async fn listed(&self, position: Position) {
        while self.pending(position).await {
            // a projection that has stopped is not waited for
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// The actor as the county's directory has it; as it was given where the directory does not know the account; none
    /// once the account was retired.
    pub async fn as_registered(&self, actor: Arc<Actor>) -> Result<Option<Arc<Actor>>, Fault> {
        let directory = self.directory(&actor.county).await?;
        if directory.is_retired(&actor.officer) {
            return Ok(None);
        }
        Ok(Some(directory.actor(&actor.officer).map_or(actor, Arc::new)))
    }

    /// The actor that the county's directory has under this account; none if it has none, or retired it.
    pub async fn registered(
        &self,
        county: &CountyId,
        officer: &OfficerId,
    ) -> Result<Option<Arc<Actor>>, Fault> {
        Ok(self.directory(county).await?.actor(officer).map(Arc::new))
    }

    /// The actor as it is in the place of each whom it stands in for today (AB岗).
    pub async fn in_place_of(&self, actor: &Actor) -> Result<Arc<[Actor]>, Fault> {
        let directory = self.directory(&actor.county).await?;
        Ok(directory.in_place_of_others(&actor.officer, self.today()).into())
    }

    /// The post of an account, such as 自然资源局经办人一; none where none is known.
    pub async fn post(&self, actor: &Actor) -> Option<String> {
        let directory = self.directory(&actor.county).await.ok()?;
        directory.officer(&actor.officer)?.post.as_ref().map(ToString::to_string)
    }

    /// The county's directory; as last seen while the log cannot be reached.
    async fn directory(&self, county: &CountyId) -> Result<Arc<Directory>, Fault> {
        match self.registers.directory(county).await {
            Ok(seen) => Ok(seen.state),
            Err(fault) if fault.is_outage() => {
                self.registers.remembered(county).await.map(|seen| seen.state).ok_or(fault)
            }
            Err(fault) => Err(fault),
        }
    }
}

/// The stream of an aggregate in a county.
pub fn stream<D: Decider>(
    county: &CountyId,
    id: impl std::fmt::Display,
) -> Result<StreamName, StreamNameError> {
    StreamName::new(county.as_str(), D::CATEGORY, id)
}
