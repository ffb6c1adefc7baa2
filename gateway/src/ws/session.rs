//! One WebSocket connection, from `connection_init` to its end.
//!
//! Invariants: no operation before the bearer is accepted, in `connection_init` or in the upgrade's header, and never two
//! persons on one connection; nothing is given to somebody whose rights cannot be looked up, and the connection ends; every document passes the same guard as over HTTP; what a
//! connection may hold is bounded: its operations, its unsent bytes (a client that does not read is closed), its silence.
//! Deliberately absent: mutations (they are POSTs), and the frames' own encoding.

use super::{
    message::{self, ClientMessage, Closing},
    together::{self, Delivery},
};
use crate::{
    app::GatewayState,
    context::{Presented, Requester, Unauthenticated},
    edge::rate::Messages,
    graphql::{
        engine::{Outcome, Params},
        error::{Code, finish, limited, server_error},
    },
    trace::Trace,
};
use async_graphql::parser::types::OperationType;
use axum::extract::ws::{CloseFrame, Message};
use futures::{Sink, SinkExt, Stream, StreamExt};
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use tokio::time::{Instant, MissedTickBehavior, timeout, timeout_at};
use tokio_stream::{StreamMap, wrappers::ReceiverStream};

/// Most operations of one connection at a time.
pub const MAX_OPERATIONS: usize = 50;

/// How long a connection waits for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For `connection_init`.
    pub init: Duration,
    /// Until the client is asked whether it is there.
    pub ping_every: Duration,
    /// For any sign of the client.
    pub silence: Duration,
    /// For one message to go out.
    pub send: Duration,
    /// Until it is looked again whether who is there still may be.
    pub look_every: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Patience {
            init: seconds(5),
            ping_every: seconds(25),
            silence: seconds(60),
            send: seconds(10),
            look_every: seconds(3),
        }
    }
}

/// What each operation says.
type Operations = StreamMap<String, ReceiverStream<Delivery>>;

/// What was presented, and who that is.
pub type Known = (Presented, Requester);

/// How a connection goes on after a step.
type Step = Result<(), Closing>;

struct Session<T> {
    state: GatewayState,
    sender: T,
    by_header: Option<Known>,
    requester: Option<Known>,
    /// The directory's revision by which the requester's rights were last looked up.
    directory: Option<u64>,
    operations: Operations,
    heard: Instant,
    patience: Patience,
    messages: Messages,
    /// Room for queries that are answered at a time.
    answering: Arc<Semaphore>,
}

/// Serves a connection until either side ends it. `by_header` is who the upgrade's headers name. What cannot be received says how the
/// connection is to be closed, nothing where it is gone.
pub async fn run<R, T>(
    state: GatewayState,
    by_header: Option<Known>,
    receiver: R,
    sender: T,
    patience: Patience,
) where
    R: Stream<Item = Result<Message, Option<Closing>>> + Send,
    T: Sink<Message> + Send + Unpin,
{
    let mut receiver = pin!(receiver);
    let now = Instant::now();
    let operations = StreamMap::new();
    let messages = state.rates().messages();
    let answering = Arc::new(Semaphore::new(together::ANSWERING));
    let mut session = Session {
        state,
        sender,
        by_header,
        requester: None,
        directory: None,
        operations,
        heard: now,
        patience,
        messages,
        answering,
    };
    let shutdown = session.state.shutdown().clone();
    let mut ping = tokio::time::interval_at(now + patience.ping_every, patience.ping_every);
    let mut look = tokio::time::interval_at(now + patience.look_every, patience.look_every);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let closing = loop {
        let deadline = match session.requester {
            Some(_) => session.heard + patience.silence,
            None => now + patience.init,
        };
        let step = tokio::select! {
            () = shutdown.cancelled() => Err(Closing::GoingAway),
            frame = timeout_at(deadline, receiver.next()) => match frame {
                Ok(Some(Ok(frame))) => match session.frame(frame).await {
                    Some(step) => step,
                    None => return,
                },
                Ok(Some(Err(Some(unread)))) => Err(unread),
                Ok(_) => return,
                Err(_) if session.requester.is_none() => Err(Closing::InitTimeout),
                Err(_) => Err(Closing::TooSlow),
            },
            Some((id, item)) = session.operations.next(), if !session.operations.is_empty() => {
                session.item(&id, item).await
            }
            _ = look.tick() => session.look_again().await,
            _ = ping.tick() => session.send(Message::Ping(Vec::new().into())).await,
        };
        if let Err(closing) = step {
            break closing;
        }
    };
    session.close(closing).await;
}

impl<T: Sink<Message> + Send + Unpin> Session<T> {
    /// Takes a frame; none once the client has closed.
    async fn frame(&mut self, frame: Message) -> Option<Step> {
        self.heard = Instant::now();
        if !self.messages.one_more() {
            return Some(Err(Closing::TooMany("Too many messages: send fewer a second")));
        }
        match frame {
            Message::Text(text) => Some(self.text(text.as_str()).await),
            Message::Binary(_) => {
                Some(Err(Closing::BadRequest("Invalid message: binary frames are not taken")))
            }
            Message::Ping(_) | Message::Pong(_) => Some(Ok(())),
            Message::Close(_) => None,
        }
    }

    async fn text(&mut self, text: &str) -> Step {
        match message::read(text)? {
            ClientMessage::Init { authorization } => self.init(authorization.as_deref()).await,
            ClientMessage::Subscribe { id, params } => self.subscribe(id, params).await,
            ClientMessage::Complete { id } => {
                self.operations.remove(&id);
                Ok(())
            }
            ClientMessage::Ping => self.say(message::pong()).await,
            ClientMessage::Pong => Ok(()),
        }
    }

    async fn init(&mut self, authorization: Option<&str>) -> Step {
        if self.requester.is_some() {
            return Err(Closing::TooManyInits);
        }
        let known = match (authorization, self.by_header.take()) {
            (None, Some(by_header)) => by_header,
            (authorization, by_header) => {
                let presented = authorization.map(|value| Presented::Authorization(value.to_owned()));
                let requester = self.state.requester(presented.as_ref()).await;
                if requester == Err(Unauthenticated::Unavailable) {
                    return Err(Closing::TryAgain);
                }
                let (Some(presented), Ok(requester)) = (presented, requester) else {
                    return Err(Closing::Unauthorized("Unauthorized: unknown credentials"));
                };
                if by_header.is_some_and(|(_, other)| !other.is_the_same_person(&requester)) {
                    return Err(Closing::Forbidden(
                        "Forbidden: connection_init and the request's headers name different persons",
                    ));
                }
                (presented, requester)
            }
        };
        if self.state.rates().account(&known.1).is_err() {
            return Err(Closing::TooMany("Too many requests of this account: connect again later"));
        }
        self.requester = Some(known);
        self.say(message::ack()).await
    }

    /// Ends the connection of somebody whose credentials or rights have ended, are others now, or cannot be looked up: what they were
    /// is no ground to go on telling. While the log alone cannot be reached rights are those seen last, as for every request.
    async fn look_again(&self) -> Step {
        let Some((presented, was)) = &self.requester else { return Ok(()) };
        match self.state.still(presented).await {
            Ok(is) if is == *was => Ok(()),
            Ok(_) => Err(Closing::Forbidden("Forbidden: your rights have changed; connect again")),
            Err(Unauthenticated::Unavailable) => Err(Closing::TryAgain),
            Err(_) => Err(Closing::Unauthorized("Unauthorized: these credentials have ended")),
        }
    }

    /// Before something is given: rights that the directory has changed since they were looked up, or may have, are looked up again.
    async fn rights_stand(&mut self) -> Step {
        let Some((_, who)) = &self.requester else { return Ok(()) };
        let now = self.state.services().registers.directory(who.county()).await;
        let now = now.map(|directory| directory.revision).ok();
        if now.is_some_and(|now| now == self.directory) {
            return Ok(());
        }
        self.look_again().await?;
        if let Some(now) = now {
            self.directory = now;
        }
        Ok(())
    }

    async fn subscribe(&mut self, id: String, params: Params) -> Step {
        let Some((_, requester)) = &self.requester else {
            return Err(Closing::Unauthorized("Unauthorized: send connection_init first"));
        };
        if self.operations.contains_key(&id) {
            return Err(Closing::SubscriberExists);
        }
        let trace = Trace::new_one();
        let refused = |code, message: &str| {
            let mut errors = vec![server_error(code, message)];
            finish(&mut errors, code, trace.id());
            errors
        };
        if self.operations.len() >= MAX_OPERATIONS {
            let errors =
                refused(Code::Unavailable, "too many operations on this connection: complete some first");
            return self.say(message::error(&id, &errors)).await;
        }
        if let Err(limit) = self.state.rates().account(requester) {
            let mut errors = vec![limited(&limit)];
            finish(&mut errors, Code::RateLimited, trace.id());
            return self.say(message::error(&id, &errors)).await;
        }
        let again = params.clone();
        let prepared = match self.state.engine().prepare(params, requester, trace.id()) {
            Ok(prepared) if prepared.kind() == OperationType::Mutation => {
                Err(refused(Code::BadInput, "mutations are taken by POST /graphql only"))
            }
            prepared => prepared,
        };
        match prepared {
            Ok(prepared) => {
                let said =
                    together::begin(&self.state, again, requester, trace.id(), prepared, &self.answering);
                self.operations.insert(id, said);
                Ok(())
            }
            Err(errors) => self.say(message::error(&id, &errors)).await,
        }
    }

    async fn item(&mut self, id: &str, item: Delivery) -> Step {
        self.rights_stand().await?;
        match item {
            Delivery::Shared(payload) => self.say(message::next_written(id, &payload)).await,
            Delivery::Own(outcome, _until_sent) => match *outcome {
                Outcome::Executed(response) => self.say(message::next(id, &response)).await,
                Outcome::Refused(errors) => {
                    self.operations.remove(id);
                    self.say(message::error(id, &errors)).await
                }
            },
            Delivery::Over => {
                self.operations.remove(id);
                self.say(message::complete(id)).await
            }
        }
    }

    async fn say(&mut self, text: String) -> Step {
        self.send(Message::Text(text.into())).await
    }

    /// Sends one message; a client that does not take it in time is too slow to keep.
    async fn send(&mut self, message: Message) -> Step {
        match timeout(self.patience.send, self.sender.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Closing::TooSlow),
        }
    }

    async fn close(mut self, closing: Closing) {
        self.operations.clear();
        let frame = CloseFrame { code: closing.code(), reason: closing.reason().into() };
        // A peer that is gone does not take its leave; there is nobody to tell.
        let _ = timeout(Duration::from_secs(2), self.sender.send(Message::Close(Some(frame)))).await;
        let _ = timeout(Duration::from_secs(2), self.sender.close()).await;
    }
}
