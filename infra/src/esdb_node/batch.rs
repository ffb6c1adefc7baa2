//! Many appends over one call, each answered as soon as it is synced.
//!
//! Invariant: appends reach the log in the order in which they were completed, and at most so many bytes wait for it;
//! beyond that the node reads no further, and the client waits.
//! Deliberately absent: deadlines. An append that has reached the log is answered when its outcome is known; a client
//! that waited long enough asks again.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;

use async_stream::try_stream;
use futures::future::BoxFuture;
use futures::stream::{BoxStream, FuturesUnordered, StreamExt as _};

use tonic::{Status, Streaming};
use uuid::Uuid;

use super::Shared;
use super::append::{self, Outcome, Proposal, Wanted};
use super::fault::{bad_request, going_down};
use super::proto::rpc;
use super::proto::shared as s;
use super::proto::streams::batch_append_req::{Options, options::ExpectedStreamPosition as Wish};
use super::proto::streams::batch_append_resp::{self as resp, ExpectedStreamPosition as Echo};
use super::proto::streams::{BatchAppendReq, BatchAppendResp};
use super::streams::check_size;
use super::wire::{self, UuidForm};
use crate::log::{Expected, MAX_APPEND_BYTES};

/// Bytes and appends that may wait for the log, of one call.
const MAX_WAITING_BYTES: usize = 2 * MAX_APPEND_BYTES;
const MAX_WAITING: usize = 256;

/// An append that is not complete yet.
#[derive(Default)]
struct Pending {
    options: Option<Options>,
    proposals: Vec<Proposal>,
    bytes: usize,
    /// Why it will not be stored.
    refused: Option<Status>,
}

type Running = BoxFuture<'static, (usize, BatchAppendResp)>;

enum Step {
    Answered(usize, BatchAppendResp),
    Message(Result<Box<BatchAppendReq>, Status>),
    /// No more appends come: the client's call is at its end, or the node goes down.
    Ended,
}

pub(super) fn answers(
    shared: Arc<Shared>,
    messages: Streaming<BatchAppendReq>,
) -> BoxStream<'static, Result<BatchAppendResp, Status>> {
    try_stream! {
        let mut messages = pin!(messages.fuse());
        let mut pending: HashMap<Uuid, Pending> = HashMap::new();
        let mut running: FuturesUnordered<Running> = FuturesUnordered::new();
        let (mut waiting, mut collected) = (0, 0);
        loop {
            let full = waiting > MAX_WAITING_BYTES || running.len() >= MAX_WAITING;
            // what runs is looked at first: it is there that a new append takes its place in the log's queue
            let step = tokio::select! {
                biased;
                Some((bytes, answer)) = running.next(), if !running.is_empty() => Step::Answered(bytes, answer),
                () = shared.stop.cancelled() => Step::Ended,
                message = messages.next(), if !full => match message {
                    Some(message) => Step::Message(message.map(Box::new)),
                    None => Step::Ended,
                },
            };
            match step {
                Step::Answered(bytes, answer) => {
                    waiting -= bytes;
                    yield answer;
                }
                Step::Message(message) => {
                    let message = *message?;
                    let id = wire::id_of(message.correlation_id.clone())?;
                    let last = message.is_final;
                    let append = pending.entry(id).or_default();
                    collected += append.take(message);
                    if collected > 2 * MAX_WAITING_BYTES {
                        Err(bad_request("too many appends are begun and not completed"))?;
                    }
                    if !last {
                        continue;
                    }
                    let append = pending.remove(&id).unwrap_or_default();
                    collected -= append.bytes;
                    if append.is_loose() {
                        // it reads before it appends, so what came before it must be there
                        while let Some((bytes, answer)) = running.next().await {
                            waiting -= bytes;
                            yield answer;
                        }
                        yield append.carry_out(&shared, id).await;
                    } else {
                        let (bytes, shared) = (append.bytes, Arc::clone(&shared));
                        waiting += bytes;
                        running.push(Box::pin(async move { (bytes, append.carry_out(&shared, id).await) }));
                    }
                }
                Step::Ended => {
                    while let Some((_, answer)) = running.next().await {
                        yield answer;
                    }
                    if shared.stop.is_cancelled() {
                        Err(going_down())?;
                    }
                    return;
                }
            }
        }
    }
    .boxed()
}

impl Pending {
    /// Takes one part; how many bytes it holds more than before.
    fn take(&mut self, message: BatchAppendReq) -> usize {
        if message.options.is_some() {
            self.options = message.options;
        }
        let before = self.bytes;
        for m in message.proposed_messages {
            if self.refused.is_some() {
                break;
            }
            let proposal =
                wire::id_of(m.id).and_then(|id| Proposal::new(id, m.metadata, m.data, m.custom_metadata));
            let taken = proposal.and_then(|proposal| {
                check_size(self.bytes + proposal.bytes(), self.proposals.len() + 1)?;
                Ok(proposal)
            });
            match taken {
                Ok(proposal) => {
                    self.bytes += proposal.bytes();
                    self.proposals.push(proposal);
                }
                Err(status) => self.refused = Some(status),
            }
        }
        self.bytes - before
    }

    fn wish(&self) -> Option<&Wish> {
        self.options.as_ref().and_then(|options| options.expected_stream_position.as_ref())
    }

    fn is_loose(&self) -> bool {
        matches!(self.wish(), Some(Wish::Any(()) | Wish::StreamExists(())))
    }

    async fn carry_out(mut self, shared: &Shared, correlation: Uuid) -> BatchAppendResp {
        let echo = self.wish().map(|wish| match wish {
            Wish::StreamPosition(revision) => Echo::StreamPosition(*revision),
            Wish::NoStream(()) => Echo::NoStream(()),
            Wish::Any(()) => Echo::Any(()),
            Wish::StreamExists(()) => Echo::StreamExists(()),
        });
        let name = self.options.as_ref().and_then(|options| options.stream_identifier.clone());
        let result = match self.outcome(shared).await {
            Ok((_, Outcome::Stored(appended))) => {
                let number = appended.position.number();
                let position = s::AllStreamPosition { commit_position: number, prepare_position: number };
                resp::Result::Success(resp::Success {
                    current_revision_option: Some(resp::success::CurrentRevisionOption::CurrentRevision(
                        appended.last_revision,
                    )),
                    position_option: Some(resp::success::PositionOption::Position(position)),
                })
            }
            Ok((wanted, Outcome::Conflict(actual))) => resp::Result::Error(conflict(wanted, actual)),
            Err(status) => resp::Result::Error(error(&status)),
        };
        BatchAppendResp {
            correlation_id: Some(wire::uuid(correlation, UuidForm::Halves)),
            result: Some(result),
            stream_identifier: Some(name.unwrap_or_default()),
            expected_stream_position: echo,
        }
    }

    async fn outcome(&mut self, shared: &Shared) -> Result<(Wanted, Outcome), Status> {
        if let Some(status) = self.refused.take() {
            return Err(status);
        }
        let wanted = match self.wish() {
            Some(Wish::StreamPosition(revision)) => Wanted::Exactly(Expected::Revision(*revision)),
            Some(Wish::NoStream(())) => Wanted::Exactly(Expected::NoStream),
            Some(Wish::Any(())) => Wanted::Any,
            Some(Wish::StreamExists(())) => Wanted::Exists,
            None => return Err(bad_request("an append names the revision it expects")),
        };
        let name = self.options.as_ref().and_then(|options| options.stream_identifier.as_ref());
        let name = name.map(|name| &name.stream_name[..]).unwrap_or_default();
        let stream = append::stream_name(name)?;
        let outcome = append::append(&*shared.log, shared.now(), &stream, wanted, &self.proposals).await?;
        Ok((wanted, outcome))
    }
}

/// A conflict as the server of the protocol tells it inside a batch.
fn conflict(wanted: Wanted, actual: Option<u64>) -> rpc::Status {
    use s::wrong_expected_version::{
        CurrentStreamRevisionOption as Current, ExpectedStreamPositionOption as Wish,
    };
    let details = s::WrongExpectedVersion {
        current_stream_revision_option: Some(match actual {
            Some(revision) => Current::CurrentStreamRevision(revision),
            None => Current::CurrentNoStream(()),
        }),
        expected_stream_position_option: Some(match wanted {
            Wanted::Exactly(Expected::NoStream) => Wish::ExpectedNoStream(()),
            Wanted::Exactly(Expected::Revision(revision)) => Wish::ExpectedStreamPosition(revision),
            Wanted::Any => Wish::ExpectedAny(()),
            Wanted::Exists => Wish::ExpectedStreamExists(()),
        }),
    };
    rpc::Status {
        code: rpc::Code::Unknown as i32,
        message: "wrong expected version".into(),
        details: Some(any(&details, "event_store.client.WrongExpectedVersion")),
    }
}

fn error(status: &Status) -> rpc::Status {
    let details = match status.code() {
        tonic::Code::InvalidArgument => {
            let message = status.message().to_owned();
            Some(any(&s::BadRequest { message }, "event_store.client.BadRequest"))
        }
        _ => None,
    };
    rpc::Status { code: i32::from(status.code()), message: status.message().to_owned(), details }
}

fn any(message: &impl prost::Message, name: &str) -> prost_types::Any {
    prost_types::Any { type_url: format!("type.googleapis.com/{name}"), value: message.encode_to_vec() }
}
