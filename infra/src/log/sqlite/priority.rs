//! Which of the log's threads goes before others (docs/decisions/0078).
//!
//! Invariant: the writer's thread alone. On Linux a thread begins with the niceness of the one that starts it, so whoever the writer starts
//! gives it back.
//! Deliberately absent: other systems, where this would be asked for the whole process.

/// The niceness that the writer's thread asks for: beside a thread of 0 it has nine tenths of a processor, as long as it has work.
#[cfg(target_os = "linux")]
const FIRST: i32 = -10;

/// Asks the system to let this thread go before others: all who write wait for it, and on two processors it stood by for a quarter of its
/// time while those whom it had answered were at work. Without the right to (`RLIMIT_NICE`, `CAP_SYS_NICE`) it goes as they do.
pub(super) fn go_first() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, FIRST) {
        tracing::debug!(%error, "the writer of the event log has no right to go first");
    }
}

/// Lets this thread go as the process does, whoever started it.
pub(super) fn go_as_others() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{getpid, getpriority_process, setpriority_process};
        let as_others = getpriority_process(Some(getpid())).and_then(|it| setpriority_process(None, it));
        if let Err(error) = as_others {
            tracing::debug!(%error, "a thread of the event log goes before others");
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{getpriority_process, setpriority_process};

    use super::*;

    #[test]
    fn the_writers_thread_goes_first_where_it_may_and_none_that_it_starts() {
        let niceness = || getpriority_process(None).unwrap();
        let before = niceness();
        let writer = std::thread::spawn(move || {
            go_first();
            let started = std::thread::spawn(move || {
                go_as_others();
                niceness()
            });
            (niceness(), started.join().unwrap(), setpriority_process(None, FIRST).is_ok())
        });
        let (writer, started, may) = writer.join().unwrap();
        assert_eq!((writer, started), (if may { FIRST } else { before }, before));
        assert_eq!(niceness(), before);
    }
}
