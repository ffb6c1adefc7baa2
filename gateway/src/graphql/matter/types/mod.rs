//! A matter as the API shows it, read off the state its stream folds to.
//!
//! Invariant: now and then are shown by the same code; only the state, the moment and the calendar differ.
//! Deliberately absent: rows of projections; lists have types of their own.

mod action;
mod blocking;
mod card;
mod clock;
mod forecast;
mod late;
mod matter;
mod milestone;
mod opinion;
mod parts;
mod permit;
mod requirement;
mod round;
mod since;
mod stage_time;
mod standing;
mod view;
mod what_if;

pub use action::Action;
pub use blocking::{Blocking, MatterTime, TimeSplit};
pub use card::{Card, CardEvidence, CardSubject, CardWord};
pub use clock::{ClockState, ClockStep, Limit, LimitClock, PermitClock};
pub use forecast::Forecast;
pub use late::LateBy;
pub use matter::{Matter, Plan, Project, StageProgress};
pub use milestone::{DateChange, DateChangeAnswer, DateChangeState, Milestone, MissedDate};
pub use opinion::{Opinion, OpinionCount, OpinionGiven, OpinionsNeeded, ReusedMaterial};
pub(crate) use parts::officer as officer_id;
pub use parts::{DueDay, Handed, Member, Notice, TaskForce};
pub use permit::Permit;
pub use requirement::{BlockedBy, Material, Prerequisite, Tolerance};
pub use round::{Acceptance, Certificate, Check, Correction, Decision, Hearing, Round, Suspension};
pub use since::{SeenInput, SinceVisit};
pub use stage_time::{GateTime, StageTime};
pub use standing::{Custody, Handoff, PermitStatus, Since, ToleranceProposal};
pub use view::{Elsewhere, View};
pub use what_if::{AssumptionsInput, ToleranceWorth, Variant, VariantInput};
