//! Work that blocks, in an asynchronous program.
//!
//! A thread that is woken takes its time: on a small virtual machine two changes of thread are a fifth of a sync, and as long as reading
//! twenty events. So what blocks is done on the thread that asks, where the runtime has others that go on meanwhile.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::runtime::{Handle, RuntimeFlavor};

/// Why work has no result.
#[derive(Debug, thiserror::Error)]
#[error("it stopped in the middle ({0}); the log of the process has more")]
pub(crate) struct Stopped(String);

/// Whether this thread may block: other threads of its runtime then go on with what else is to be done.
pub(crate) fn may_block_here() -> bool {
    Handle::try_current().is_ok_and(|it| it.runtime_flavor() == RuntimeFlavor::MultiThread)
}

/// Does what blocks on this thread if it may block, on a thread for such work otherwise.
///
/// # Errors
/// When the work panics, or the runtime ends before it is begun.
pub(crate) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Stopped> {
    if !may_block_here() {
        return tokio::task::spawn_blocking(work).await.map_err(|stopped| Stopped(stopped.to_string()));
    }
    // what the work was about is its own to leave whole: the same is true where a thread of its own panics
    let done = tokio::task::block_in_place(|| catch_unwind(AssertUnwindSafe(work)));
    done.map_err(|panic| Stopped(words(&*panic)))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_whatever_the_runtime() {
        assert!(!may_block_here());
        assert_eq!(run(|| 1 + 1).await.unwrap(), 2);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn where_others_go_on_it_is_done_on_the_thread_that_asks() {
        let here = tokio::spawn(async {
            let here = std::thread::current().id();
            run(move || std::thread::current().id() == here).await
        });
        assert!(here.await.unwrap().unwrap());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_is_told_and_ends_nothing_else() {
        let stopped = run(|| panic!("a page of {} bytes", 3)).await.unwrap_err();
        assert!(stopped.to_string().contains("a page of 3 bytes"), "{stopped}");
        assert_eq!(run(|| 2).await.unwrap(), 2);
    }
}
