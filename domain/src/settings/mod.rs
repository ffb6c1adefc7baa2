//! A county's settings (`{county}.settings-main`): what R13, R16 and R17 leave to the county, as facts with their reason.
//!
//! Invariants: only an administrator or the platform changes them; a change begins on a day that has not begun when it is
//! recorded, so that no day ever had other settings than those it was lived by; changes begin in the order they are made.
//! Deliberately absent: what law or template sets; what follows for a card or a plan, which keep what they saw.

pub mod command;
pub mod event;
pub mod refusal;
pub mod state;
#[cfg(test)]
mod tests;

pub use command::{Change, SettingsCommand};
pub use event::{SettingsEvent, Values};
pub use refusal::{SettingName, SettingsRefusal};
pub use state::{CountySettings, Version};

use crate::access::{self, Action};
use crate::decider::{Context, Decider, Fact, Recorded};
use event::SettingsChanged;

/// The id of a county's only settings.
pub const MAIN: &str = "main";

/// The rules of a county's settings.
#[derive(Debug, Clone, Copy)]
pub struct SettingsDecider;

type Facts = Result<Vec<Fact<SettingsEvent>>, SettingsRefusal>;

impl Decider for SettingsDecider {
    const CATEGORY: &'static str = "settings";
    type State = CountySettings;
    type Command = SettingsCommand;
    type Event = SettingsEvent;
    type Refusal = SettingsRefusal;
    type Reads = ();

    fn evolve(state: &mut CountySettings, fact: &Recorded<SettingsEvent>) {
        state.fold(fact);
    }

    fn decide(state: &CountySettings, command: &SettingsCommand, ctx: &Context<'_, ()>) -> Facts {
        if !access::may(ctx.by, Action::KeepSettings) {
            return Err(SettingsRefusal::NotAdministrator { officer: ctx.by.officer.clone() });
        }
        let SettingsCommand::ChangeSettings { change, from, reason } = command;
        let old = state.last().values.clone();
        let new = change.applied_to(&old);
        if let Some((setting, least, most, asked)) = new.out_of_bounds() {
            return Err(SettingsRefusal::OutOfBounds { setting, least, most, asked });
        }
        if new == old {
            return Ok(vec![]);
        }
        if *from <= ctx.today() {
            return Err(SettingsRefusal::DayHasBegun { from: *from, today: ctx.today() });
        }
        if let Some(last) = state.last().from.filter(|last| from < last) {
            return Err(SettingsRefusal::BeforeLastChange { from: *from, last });
        }
        Ok(vec![ctx.fact(SettingsChanged { old, new, from: *from, reason: reason.clone() })])
    }
}
