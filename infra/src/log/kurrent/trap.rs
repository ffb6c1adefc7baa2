//! Gets a thread out of the client's endless loop.
//!
//! When a server ends a subscription cleanly, `kurrentdb` 1.2 reads the ended stream again and again without ever
//! giving way: the task cannot be dropped, timed out or aborted. All it does besides is write a warning each round.
//! The follower's thread hears its own log lines, and that line ends the subscription by unwinding.
//!
//! Invariant: only the follower's thread is heard; nothing of the client's own lines is written.
//! Deliberately absent: other ends of a thread; a thread that is stuck in another way is noticed by its missing beat.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

/// What the client writes in each round of its loop.
const LINE: &str = "unknown subscription message";

/// The server has ended the subscription.
struct Ended;

/// Why something did not come to its end.
pub(super) enum Broken {
    /// The server has ended the subscription.
    Ended,
    /// A panic, which was reported where it happened.
    Panicked,
}

/// Does something that may be caught in the loop.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Broken> {
    let heard = || tracing::dispatcher::with_default(&Dispatch::new(Trap), work);
    catch_unwind(AssertUnwindSafe(heard))
        .map_err(|cause| if cause.is::<Ended>() { Broken::Ended } else { Broken::Panicked })
}

struct Trap;

impl Subscriber for Trap {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target().starts_with("kurrentdb")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut heard = Heard(false);
        event.record(&mut heard);
        if heard.0 {
            resume_unwind(Box::new(Ended));
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Heard(bool);

impl Visit for Heard {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 |= field.name() == "message" && format!("{value:?}").contains(LINE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_loop_ends_it_and_no_other_does() {
        let ended = guarded(|| {
            for round in 0.. {
                tracing::warn!(target: "kurrentdb::commands", "something else");
                assert!(round < 3, "not heard");
                if round == 2 {
                    tracing::warn!(target: "kurrentdb::commands", "Received an unknown subscription message");
                }
            }
        });
        assert!(matches!(ended, Err(Broken::Ended)));
        assert!(matches!(guarded(|| 7), Ok(7)));
    }
}
