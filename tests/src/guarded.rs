//! A gateway that nobody enters without credentials, on a house's platform.
//!
//! Deliberately absent: expectations; each story has its own.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says so by panicking")]

use std::sync::Arc;

use om_gateway::app::{Edge, GatewayState};
use om_gateway::context::SignIn;
use om_infra::clock::SystemClock;
use om_infra::credentials::{Credentials, FileCredentials, Holder};
use reqwest::header::SET_COOKIE;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::json;
use tokio::net::TcpListener;

use crate::house::House;

/// The password of every account.
pub const PASSWORD: &str = "correct horse battery";

/// A gateway without development users.
pub struct Guarded {
    /// The house whose platform it serves.
    pub house: Arc<House>,
    /// Who may sign in.
    pub credentials: Arc<Credentials>,
    /// What its requests meet.
    pub state: GatewayState,
    /// Its address, `http://HOST:PORT`.
    pub base: String,
}

/// An officer of the house's county.
pub fn holder(name: &str) -> Holder {
    format!("{name}@530322").parse().unwrap()
}

impl Guarded {
    /// One with no account yet.
    pub async fn open() -> Self {
        Self::standing(Edge::default()).await
    }

    /// The same, standing so to the network.
    pub async fn standing(edge: Edge) -> Self {
        let house = House::open().await;
        let store = Arc::new(FileCredentials::open(house.dir.path()).unwrap());
        let credentials = Arc::new(Credentials::new(store, Arc::new(SystemClock)).unwrap());
        let sign_in = SignIn::Credentials(Arc::clone(&credentials), Arc::default());
        let scheme = if edge.tls.is_some() { "https" } else { "http" };
        let state = GatewayState::at(house.platform.clone(), sign_in, edge).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("{scheme}://{}", listener.local_addr().unwrap());
        tokio::spawn(om_gateway::serve::serve(listener, state.clone(), std::future::pending()));
        Self { house, credentials, state, base }
    }

    /// One with an account.
    pub async fn with_account(name: &str) -> Self {
        let guarded = Self::open().await;
        guarded.give_account(name).await;
        guarded
    }

    /// Makes an account.
    pub async fn give_account(&self, name: &str) {
        self.credentials.set_password(&holder(name), PASSWORD).await.unwrap();
    }

    /// A request.
    pub fn at(&self, method: Method, path: &str) -> RequestBuilder {
        reqwest::Client::new().request(method, format!("{}{path}", self.base))
    }

    /// A sign-in before it is sent.
    pub fn signing_in(&self, name: &str, password: &str) -> RequestBuilder {
        self.at(Method::POST, "/session").json(&json!({ "name": name, "password": password }))
    }

    /// Signs in.
    pub async fn sign_in(&self, name: &str, password: &str) -> Response {
        self.signing_in(name, password).send().await.unwrap()
    }

    /// The cookie of a new session, as a browser sends it back.
    pub async fn cookie(&self, name: &str) -> String {
        let answer = self.sign_in(name, PASSWORD).await;
        assert_eq!(answer.status(), 200);
        cookies(&answer).swap_remove(0)
    }

    /// A question before it is sent.
    pub fn ask(&self, query: &str) -> RequestBuilder {
        self.at(Method::POST, "/graphql").json(&json!({ "query": query }))
    }
}

/// The cookies that an answer sets, as a browser sends them back; of a sign-in the session's, then the browser's.
pub fn cookies(answer: &Response) -> Vec<String> {
    let set = answer.headers().get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    set.map(|value| value.split(';').next().unwrap().to_owned()).collect()
}
