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
    use futures::stream::{self, BoxStream};
    use kurrentdb::{Client, SubscribeToAllOptions};
    use tonic::{Request, Response, Status, Streaming};

    use super::*;
    use crate::esdb_node::proto::streams::streams_server::{Streams, StreamsServer};
    use crate::esdb_node::proto::streams::{self as p, read_resp};

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

    /// Confirms a subscription and ends it, as a server does that goes down in an orderly way.
    struct EndsCleanly;

    type Answers<T> = BoxStream<'static, Result<T, Status>>;

    #[tonic::async_trait]
    impl Streams for EndsCleanly {
        type ReadStream = Answers<p::ReadResp>;
        type BatchAppendStream = Answers<p::BatchAppendResp>;

        async fn read(&self, _: Request<p::ReadReq>) -> Result<Response<Self::ReadStream>, Status> {
            let confirmation = read_resp::SubscriptionConfirmation { subscription_id: "1".into() };
            let content = Some(read_resp::Content::Confirmation(confirmation));
            Ok(Response::new(Box::pin(stream::iter([Ok(p::ReadResp { content })]))))
        }

        async fn append(
            &self,
            _: Request<Streaming<p::AppendReq>>,
        ) -> Result<Response<p::AppendResp>, Status> {
            Err(Status::unimplemented("append"))
        }

        async fn batch_append(
            &self,
            _: Request<Streaming<p::BatchAppendReq>>,
        ) -> Result<Response<Self::BatchAppendStream>, Status> {
            Err(Status::unimplemented("batch append"))
        }

        async fn delete(&self, _: Request<p::DeleteReq>) -> Result<Response<p::DeleteResp>, Status> {
            Err(Status::unimplemented("delete"))
        }

        async fn tombstone(&self, _: Request<p::TombstoneReq>) -> Result<Response<p::TombstoneResp>, Status> {
            Err(Status::unimplemented("tombstone"))
        }
    }

    /// Without the trap this test does not end: the client's task cannot be stopped from outside.
    #[test]
    fn the_client_is_got_out_of_a_subscription_that_ended_cleanly() {
        let server =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = server.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let incoming = stream::unfold(listener, |listener| async move {
            let accepted = listener.accept().await.map(|(stream, _)| stream);
            Some((accepted, listener))
        });
        server.spawn(
            tonic::transport::Server::builder()
                .add_service(StreamsServer::new(EndsCleanly))
                .serve_with_incoming(incoming),
        );
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let ended = guarded(|| {
            runtime.block_on(async {
                let settings = format!("esdb://{address}?tls=false").parse().unwrap();
                let client = Client::new(settings).unwrap();
                let mut events = client.subscribe_to_all(&SubscribeToAllOptions::default()).await;
                for _ in 0..10 {
                    events.next_subscription_event().await.unwrap();
                }
            });
        });
        assert!(matches!(ended, Err(Broken::Ended)), "the client gave more than the server did");
    }
}
