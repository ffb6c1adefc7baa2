//! The service `Streams`: its methods, told in the protocol's messages.
//!
//! Invariant: nothing is done for a caller who was not admitted, and nothing is written for one who may only read.
//! Deliberately absent: deletion. It is refused whoever asks.

use std::pin::pin;
use std::sync::Arc;

use futures::stream::{BoxStream, StreamExt as _};
use tonic::{Request, Response, Status, Streaming};

use super::Shared;
use super::append::{self, Outcome, Proposal, Wanted};
use super::batch;
use super::fault::{bad_request, going_down, never_deleted, too_large};
use super::filter::Filter;
use super::limits::Place;
use super::proto::streams::{self as p, read_req::options as r};
use super::read::{self, Answers, From, Read};
use super::subscription::{self, Subscribe};
use super::wire::{self, UuidForm};
use crate::log::{Appended, Expected, MAX_APPEND_BYTES, MAX_APPEND_EVENTS};

pub(super) struct Streams(pub(super) Arc<Shared>);

#[tonic::async_trait]
impl p::streams_server::Streams for Streams {
    type ReadStream = Answers;
    type BatchAppendStream = BoxStream<'static, Result<p::BatchAppendResp, Status>>;

    async fn read(&self, request: Request<p::ReadReq>) -> Result<Response<Answers>, Status> {
        let admitted = self.0.gate.admit(request.metadata(), request.extensions()).await?;
        let options = request.into_inner().options.ok_or_else(|| bad_request("options are missing"))?;
        let subscribes = matches!(options.count_option, Some(r::CountOption::Subscription(_)));
        let place = subscribes.then(|| admitted.subscribes()).transpose()?;
        let answers = self.answers(options)?;
        let stop = self.0.stop.clone();
        // a read that is under way when the node goes down never ends well
        let end = async move {
            tokio::select! {
                () = stop.cancelled() => going_down(),
                status = admitted.withdrawn(false) => status,
            }
        };
        Ok(Response::new(until(end, answers, place)))
    }

    async fn append(
        &self,
        request: Request<Streaming<p::AppendReq>>,
    ) -> Result<Response<p::AppendResp>, Status> {
        let admitted = self.0.gate.admit(request.metadata(), request.extensions()).await?;
        admitted.may_write()?;
        let (stream, wanted, proposals) = collect(request.into_inner()).await?;
        // it may have come slowly
        admitted.still(true)?;
        let now = self.0.now();
        let outcome = append::append(&*self.0.log, now, &stream, wanted, &proposals).await?;
        let result = match outcome {
            Outcome::Stored(appended) => p::append_resp::Result::Success(success(appended)),
            Outcome::Conflict(actual) => {
                p::append_resp::Result::WrongExpectedVersion(wrong_version(wanted, actual))
            }
        };
        Ok(Response::new(p::AppendResp { result: Some(result) }))
    }

    async fn batch_append(
        &self,
        request: Request<Streaming<p::BatchAppendReq>>,
    ) -> Result<Response<Self::BatchAppendStream>, Status> {
        let admitted = self.0.gate.admit(request.metadata(), request.extensions()).await?;
        admitted.may_write()?;
        let answers = batch::answers(Arc::clone(&self.0), request.into_inner());
        Ok(Response::new(until(admitted.withdrawn(true), answers, None)))
    }

    async fn delete(&self, request: Request<p::DeleteReq>) -> Result<Response<p::DeleteResp>, Status> {
        self.0.gate.admit(request.metadata(), request.extensions()).await?;
        Err(never_deleted())
    }

    async fn tombstone(
        &self,
        request: Request<p::TombstoneReq>,
    ) -> Result<Response<p::TombstoneResp>, Status> {
        self.0.gate.admit(request.metadata(), request.extensions()).await?;
        Err(never_deleted())
    }
}

impl Streams {
    fn answers(&self, options: p::read_req::Options) -> Result<Answers, Status> {
        let filter = Filter::of(options.filter_option)?;
        let form = match options.uuid_option.and_then(|option| option.content) {
            Some(r::uuid_option::Content::Structured(_)) => UuidForm::Halves,
            Some(r::uuid_option::Content::String(_)) => UuidForm::Text,
            None => return Err(bad_request("the form of ids is missing")),
        };
        let source = options.stream_option.ok_or_else(|| bad_request("say what to read"))?;
        let (name, from) = match source {
            r::StreamOption::Stream(stream) => {
                let name = stream.stream_identifier.map(|id| id.stream_name.to_vec()).unwrap_or_default();
                (Some(name), of_stream(stream.revision_option)?)
            }
            r::StreamOption::All(all) => (None, of_all(all.all_option)?),
        };
        let log = Arc::clone(&self.0.log);
        let amount = options.count_option.ok_or_else(|| bad_request("say how much to read"))?;
        let backwards = options.read_direction == r::ReadDirection::Backwards as i32;
        match amount {
            r::CountOption::Subscription(_) if backwards => Err(bad_request("a subscription goes forwards")),
            r::CountOption::Subscription(_) => {
                let subscribe = Subscribe { log, clock: Arc::clone(&self.0.clock), from, form };
                Ok(match name {
                    Some(name) => subscription::stream(subscribe, name),
                    None => subscription::all(subscribe, filter),
                })
            }
            r::CountOption::Count(count) => {
                let tells_ends = options.control_option.is_some_and(|control| control.compatibility >= 1);
                let read = Read { from, backwards, count, form, tells_ends };
                Ok(match name {
                    Some(name) => read::stream(log, name, read),
                    None => read::all(log, filter, read),
                })
            }
        }
    }
}

fn of_stream(option: Option<r::stream_options::RevisionOption>) -> Result<From, Status> {
    use r::stream_options::RevisionOption;
    match option {
        Some(RevisionOption::Revision(revision)) => Ok(From::At(revision)),
        Some(RevisionOption::Start(_)) => Ok(From::Start),
        Some(RevisionOption::End(_)) => Ok(From::End),
        None => Err(bad_request("say where to read from")),
    }
}

fn of_all(option: Option<r::all_options::AllOption>) -> Result<From, Status> {
    use r::all_options::AllOption;
    match option {
        Some(AllOption::Position(position)) => Ok(From::At(position.commit_position)),
        Some(AllOption::Start(_)) => Ok(From::Start),
        Some(AllOption::End(_)) => Ok(From::End),
        None => Err(bad_request("say where to read from")),
    }
}

/// Ends answers that are still under way with a status.
fn until<T: Send + 'static>(
    end: impl Future<Output = Status> + Send + 'static,
    answers: BoxStream<'static, Result<T, Status>>,
    place: Option<Place>,
) -> BoxStream<'static, Result<T, Status>> {
    async_stream::stream! {
        let _place = place;
        let (mut answers, mut end) = (answers, pin!(end));
        loop {
            tokio::select! {
                biased;
                status = &mut end => {
                    yield Err(status);
                    return;
                }
                answer = answers.next() => match answer {
                    Some(answer) => yield answer,
                    None => return,
                },
            }
        }
    }
    .boxed()
}

/// The whole append, which comes message by message.
async fn collect(
    messages: Streaming<p::AppendReq>,
) -> Result<(crate::log::StreamName, Wanted, Vec<Proposal>), Status> {
    use p::append_req::Content;
    use p::append_req::options::ExpectedStreamRevision as Wish;
    let mut messages = pin!(messages);
    let first = messages.next().await.transpose()?.and_then(|message| message.content);
    let Some(Content::Options(options)) = first else {
        return Err(bad_request("an append begins with its options"));
    };
    let stream = append::stream_name(&options.stream_identifier.unwrap_or_default().stream_name)?;
    let wanted = match options.expected_stream_revision {
        Some(Wish::Revision(revision)) => Wanted::Exactly(Expected::Revision(revision)),
        Some(Wish::NoStream(_)) => Wanted::Exactly(Expected::NoStream),
        Some(Wish::Any(_)) => Wanted::Any,
        Some(Wish::StreamExists(_)) => Wanted::Exists,
        None => return Err(bad_request("an append names the revision it expects")),
    };
    let (mut proposals, mut bytes) = (Vec::new(), 0);
    while let Some(message) = messages.next().await.transpose()? {
        let Some(Content::ProposedMessage(m)) = message.content else {
            return Err(bad_request("after its options an append has events"));
        };
        let proposal = Proposal::new(wire::id_of(m.id)?, m.metadata, m.data, m.custom_metadata)?;
        bytes += proposal.bytes();
        check_size(bytes, proposals.len() + 1)?;
        proposals.push(proposal);
    }
    Ok((stream, wanted, proposals))
}

/// What could never be stored is not collected to its end. Metadata in an envelope are a little longer than stored.
pub(super) fn check_size(bytes: usize, events: usize) -> Result<(), Status> {
    if bytes > MAX_APPEND_BYTES * 2 || events > MAX_APPEND_EVENTS {
        return Err(too_large(format!(
            "an append has at most {MAX_APPEND_EVENTS} events and {MAX_APPEND_BYTES} bytes"
        )));
    }
    Ok(())
}

fn success(appended: Appended) -> p::append_resp::Success {
    use p::append_resp::success::{CurrentRevisionOption, PositionOption};
    let number = appended.position.number();
    let position = p::append_resp::Position { commit_position: number, prepare_position: number };
    p::append_resp::Success {
        current_revision_option: Some(CurrentRevisionOption::CurrentRevision(appended.last_revision)),
        position_option: Some(PositionOption::Position(position)),
    }
}

/// Told twice: older clients look at the fields named after 20.6.0.
fn wrong_version(wanted: Wanted, actual: Option<u64>) -> p::append_resp::WrongExpectedVersion {
    use super::proto::shared::Empty;
    use p::append_resp::wrong_expected_version::{
        CurrentRevisionOption as Current, CurrentRevisionOption2060 as OldCurrent,
        ExpectedRevisionOption as Wish, ExpectedRevisionOption2060 as OldWish,
    };
    let (wish, old_wish) = match wanted {
        Wanted::Exactly(Expected::NoStream) => (Wish::ExpectedNoStream(Empty {}), None),
        Wanted::Exactly(Expected::Revision(revision)) => {
            (Wish::ExpectedRevision(revision), Some(OldWish::ExpectedRevision2060(revision)))
        }
        Wanted::Any => (Wish::ExpectedAny(Empty {}), Some(OldWish::Any2060(Empty {}))),
        Wanted::Exists => (Wish::ExpectedStreamExists(Empty {}), Some(OldWish::StreamExists2060(Empty {}))),
    };
    let (current, old_current) = match actual {
        Some(revision) => (Current::CurrentRevision(revision), OldCurrent::CurrentRevision2060(revision)),
        None => (Current::CurrentNoStream(Empty {}), OldCurrent::NoStream2060(Empty {})),
    };
    p::append_resp::WrongExpectedVersion {
        current_revision_option_20_6_0: Some(old_current),
        expected_revision_option_20_6_0: old_wish,
        current_revision_option: Some(current),
        expected_revision_option: Some(wish),
    }
}
