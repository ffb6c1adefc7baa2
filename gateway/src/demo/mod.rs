//! The demo: a real cross-department matter of 2023, played through the shipped template by the platform's own commands.
//!
//! Invariants: every act goes through the executor as anybody's would; a virtual clock stands at the act's time; a
//! refusal stops the demo, because a script that the rules refuse is wrong.
//! Deliberately absent: writing events or rows directly.

mod meeting;
mod others;
mod player;
mod road;
pub mod script;

pub use player::{PlayError, Player};
pub use script::{Act, Step};

use om_domain::matter::event::ProjectFacts;

/// The moment the demo's clock runs on from: the evening of the last played day.
pub const LAST_DAY: &str = "2023-09-05T17:30";
/// The evening before the first act, when directory and templates are imported.
pub const EVE: &str = "2023-06-11T18:00";

/// A matter to be played.
pub struct Play {
    /// The project.
    pub project: ProjectFacts,
    /// Its acts, by time.
    pub steps: Vec<Step>,
}

/// The matters of the demo: the road and bridge, the school, the houses, and so many synthetic ones.
pub fn plays(synthetic: u32) -> Vec<Play> {
    let play = |(project, steps)| Play { project, steps };
    let mut plays = vec![
        Play { project: road::project(), steps: road::steps() },
        play(others::school()),
        play(others::houses()),
    ];
    plays.extend((1..=synthetic).map(|number| play(others::synthetic(number))));
    plays
}
