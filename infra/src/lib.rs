//! Everything that touches the world: log engines, executor, projection runner, ticker, vault, telemetry.
//!
//! Deliberately absent: business rules (those are `om-domain`'s) and GraphQL (that is the gateway's).

pub mod access_log;
pub mod applicant_matters;
pub mod backup;
pub mod bar_papers;
mod blocking;
pub mod calendars;
mod canonical;
pub mod clock;
pub mod config;
pub mod credentials;
pub mod doctor;
pub mod erasures;
#[cfg(feature = "esdb")]
pub mod esdb_node;
pub mod event_store;
pub mod executor;
pub mod hosting;
pub mod log;
mod log_index;
pub mod main_stream;
pub mod notice_index;
pub mod oidc;
pub mod papers;
pub mod platform;
pub mod policies;
pub mod policy_runner;
mod postgres;
mod private_file;
pub mod recorded;
pub mod registers;
pub mod runner;
pub mod same_person;
pub mod secrets;
pub mod shown;
pub mod space;
pub mod telemetry;
pub mod template_index;
pub mod ticker;
pub mod tls;
pub mod vault;
