//! One WebSocket connection, from `connection_init` to its end.
//!
//! Invariants: no operation before the bearer is accepted, in `connection_init` or in the upgrade's header, and never two
//! persons on one connection; every document passes the same guard as over HTTP; what a
//! connection may hold is bounded: its operations, its unsent bytes (a client that does not read is closed), its silence.
//! Deliberately absent: mutations (they are POSTs), and the frames' own encoding.

use super::message::{self, ClientMessage, Closing};
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
use futures::{Sink, SinkExt, Stream, StreamExt, stream::BoxStream};
use std::{pin::pin, time::Duration};
use tokio::time::{Instant, MissedTickBehavior, timeout, timeout_at};
use tokio_stream::StreamMap;

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

/// An operation's items, and a last one that says it has ended.
type Operations = StreamMap<String, BoxStream<'static, Option<Outcome>>>;

/// What was presented, and who that is.
pub type Known = (Presented, Requester);

/// How a connection goes on after a step.
type Step = Result<(), Closing>;

struct Session<T> {
    state: GatewayState,
    sender: T,
    by_header: Option<Known>,
    requester: Option<Known>,
    operations: Operations,
    heard: Instant,
    patience: Patience,
    messages: Messages,
}

/// Serves a connection until either side ends it. `by_header` is who the upgrade's headers name.
pub async fn run<R, T, E>(
    state: GatewayState,
    by_header: Option<Known>,
    receiver: R,
    sender: T,
    patience: Patience,
) where
    R: Stream<Item = Result<Message, E>> + Send,
    T: Sink<Message> + Send + Unpin,
{
    let mut receiver = pin!(receiver);
    let now = Instant::now();
    let operations = StreamMap::new();
    let messages = state.rates().messages();
    let mut session =
        Session { state, sender, by_header, requester: None, operations, heard: now, patience, messages };
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

    /// Ends the connection of somebody whose credentials or rights have ended, or are others now. What cannot be looked up
    /// now is looked up again the next time.
    async fn look_again(&mut self) -> Step {
        let Some((presented, was)) = &self.requester else { return Ok(()) };
        match self.state.still(presented).await {
            Ok(is) if is == *was => Ok(()),
            Ok(_) => Err(Closing::Forbidden("Forbidden: your rights have changed; connect again")),
            Err(Unauthenticated::Unavailable) => Ok(()),
            Err(_) => Err(Closing::Unauthorized("Unauthorized: these credentials have ended")),
        }
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
        let prepared = match self.state.engine().prepare(params, requester, trace.id()) {
            Ok(prepared) if prepared.kind() == OperationType::Mutation => {
                Err(refused(Code::BadInput, "mutations are taken by POST /graphql only"))
            }
            prepared => prepared,
        };
        match prepared {
            Ok(prepared) => {
                let items = self.state.engine().stream(prepared);
                let items = items.map(Some).chain(futures::stream::once(async { None }));
                self.operations.insert(id, items.boxed());
                Ok(())
            }
            Err(errors) => self.say(message::error(&id, &errors)).await,
        }
    }

    async fn item(&mut self, id: &str, item: Option<Outcome>) -> Step {
        match item {
            Some(Outcome::Executed(response)) => self.say(message::next(id, &response)).await,
            Some(Outcome::Refused(errors)) => {
                self.operations.remove(id);
                self.say(message::error(id, &errors)).await
            }
            None => {
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
