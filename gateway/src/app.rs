//! The router, and what its handlers share. No socket is needed to use it.
//!
//! Invariant: handlers hold no state of their own; what they share is here and cheap to clone.
//! Deliberately absent: listening ([`crate::serve`]), configuration.

use crate::{
    answers::{self, Answers},
    context::{Look, Presented, Requester, SignIn, Unauthenticated},
    edge::{self, client::Proxies, rate::Rates, uploads::Uploads},
    graphql::engine::Engine,
    http::{self, origin::Origins},
    services::Services,
    ws::{self, together::Together},
};
use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
    routing::{MethodRouter, any, get, post},
};
use om_infra::{platform::Platform, tls::Tls};
use std::{num::NonZeroU32, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// Most WebSocket connections at a time.
pub const MAX_CONNECTIONS: usize = 20_000;

/// What the handlers share.
#[derive(Clone)]
pub struct GatewayState(Arc<Inner>);

struct Inner {
    engine: Engine,
    services: Arc<Services>,
    sign_in: SignIn,
    shutdown: CancellationToken,
    places: Arc<Semaphore>,
    uploads: Uploads,
    rates: Arc<Rates>,
    answers: Answers,
    together: Together,
    edge: Edge,
}

/// How a gateway stands to the network.
#[derive(Clone, Default)]
pub struct Edge {
    /// Which pages of a browser may speak to it.
    pub origins: Origins,
    /// Which proxies say for whom they ask.
    pub proxies: Proxies,
    /// Points a second of one account; none: without bound.
    pub account_rate: Option<NonZeroU32>,
    /// How many bytes of answers are kept for whoever asks the same again; none: [`answers::BYTES`], 0: none.
    pub answers: Option<u64>,
    /// The certificate that it is served with; none: plain.
    pub tls: Option<Arc<Tls>>,
    /// Whether readiness and figures are served apart, and not beside the API.
    pub figures_apart: bool,
}

impl GatewayState {
    /// The state of a gateway over a platform that no page of another origin may speak to, and without bound for an
    /// account.
    pub fn new(platform: Arc<Platform>, sign_in: SignIn) -> Result<Self, async_graphql::parser::Error> {
        Self::at(platform, sign_in, Edge::default())
    }

    /// The state of a gateway over a platform. Call it inside a runtime: it follows the log.
    pub fn at(
        platform: Arc<Platform>,
        sign_in: SignIn,
        edge: Edge,
    ) -> Result<Self, async_graphql::parser::Error> {
        let dev = matches!(sign_in, SignIn::Dev(_));
        let origins = if dev { edge.origins.clone().of_loopback() } else { edge.origins.clone() };
        let edge = Edge { origins, ..edge };
        let services = Services::new(platform);
        let rates = Arc::new(Rates::new(edge.account_rate, Arc::clone(&services.metrics)));
        Ok(GatewayState(Arc::new(Inner {
            engine: Engine::new(Arc::clone(&services), Arc::clone(&rates), dev)?,
            services,
            sign_in,
            shutdown: CancellationToken::new(),
            places: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            uploads: Uploads::default(),
            rates,
            answers: Answers::of(edge.answers.unwrap_or(answers::BYTES)),
            together: Together::default(),
            edge,
        })))
    }

    /// Runs requests.
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// What resolvers work with.
    pub fn services(&self) -> &Arc<Services> {
        &self.0.services
    }

    /// The requester behind what a request presented, with the roles that its county's directory gives it now.
    ///
    /// # Errors
    /// When it is nobody, or that cannot be told.
    pub async fn requester(&self, presented: Option<&Presented>) -> Result<Requester, Unauthenticated> {
        self.0.sign_in.requester(presented, Look::Use, &self.0.services).await
    }

    /// The same, while nobody asks: a session falls idle all the same.
    ///
    /// # Errors
    /// As [`GatewayState::requester`].
    pub async fn still(&self, presented: &Presented) -> Result<Requester, Unauthenticated> {
        self.0.sign_in.requester(Some(presented), Look::Only, &self.0.services).await
    }

    /// How people sign in.
    pub fn sign_in(&self) -> &SignIn {
        &self.0.sign_in
    }

    /// Which pages of a browser may speak to it.
    pub fn origins(&self) -> &Origins {
        &self.0.edge.origins
    }

    /// Which proxies say for whom they ask.
    pub fn proxies(&self) -> &Proxies {
        &self.0.edge.proxies
    }

    /// The certificate that it is served with; none: plain.
    pub fn tls(&self) -> Option<&Arc<Tls>> {
        self.0.edge.tls.as_ref()
    }

    /// Answers kept.
    pub fn answers(&self) -> &Answers {
        &self.0.answers
    }

    /// Those who follow the same.
    pub(crate) fn together(&self) -> &Together {
        &self.0.together
    }

    /// How much may be asked for.
    pub fn rates(&self) -> &Rates {
        &self.0.rates
    }

    /// Cancelled when the server drains.
    pub fn shutdown(&self) -> &CancellationToken {
        &self.0.shutdown
    }

    /// A place for one WebSocket connection, given back when dropped; none while all are taken.
    pub fn enter(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.places).try_acquire_owned().ok()
    }

    /// Places for papers coming in.
    pub fn uploads(&self) -> &Uploads {
        &self.0.uploads
    }

    /// WebSocket connections open now.
    pub fn connections(&self) -> usize {
        MAX_CONNECTIONS.saturating_sub(self.0.places.available_permits())
    }
}

/// The router: `/graphql`, `/graphql/ws`, papers, notices to print, calendars of deadlines, sign-in, health and figures, and the console's page for every
/// other path.
pub fn app(state: GatewayState) -> Router {
    let mut router = Router::new()
        .route("/graphql", any(http::graphql::serve))
        .route("/graphql/ws", any(ws::serve))
        .route("/sign-in", get(http::session::ways))
        .route("/session", get(http::session::who).post(http::session::begin).delete(http::session::end));
    if !state.0.edge.figures_apart {
        router = router.merge(health(get(http::health::readyz)));
    }
    let router = router.layer(from_fn(hardened));
    // after the layer: these, and the page, say themselves what a browser may do with them
    let router = router
        .route("/sign-in/oidc/{provider}", get(http::oidc::begin))
        .route("/sign-in/oidc/{provider}/callback", get(http::oidc::finish))
        .route("/papers", post(http::papers::put))
        .route("/papers/{hash}", get(http::papers::get))
        .route("/calendar/{name}", get(http::calendar::feed))
        .route("/matters/{matter}/notices/{event}", get(http::notices::notice))
        .route("/matters/{matter}/notices/{event}/service", get(http::notices::service));
    #[cfg(feature = "console")]
    let router = router.fallback(http::console::serve);
    router.layer(from_fn_with_state(state.clone(), edge::around)).with_state(state)
}

/// Health and figures alone, for an address that only those reach who keep the service running.
pub fn figures(state: GatewayState) -> Router {
    health(get(http::health::readyz_in_full)).layer(from_fn(hardened)).with_state(state)
}

fn health(readyz: MethodRouter<GatewayState>) -> Router<GatewayState> {
    Router::new()
        .route("/livez", get(http::health::livez))
        .route("/readyz", readyz)
        .route("/metrics", get(http::health::metrics))
}

async fn hardened(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    http::respond::harden(response.headers_mut());
    response
}
