//! An identity provider in the test's process, for what a real one cannot be made to do: forging, silence, floods.
//!
//! Deliberately absent: checking who signs in; whoever asks is whom the test says.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Form, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

type Words = HashMap<String, String>;

/// A provider, at an address of this machine.
#[derive(Clone)]
pub struct FakeProvider(Arc<Inner>);

struct Inner {
    issuer: String,
    /// The keys it signs with, the last first to sign, and whether each is shown.
    keys: Mutex<Vec<(String, EncodingKey)>>,
    shown: Mutex<Value>,
    /// Codes that were given, with what was asked.
    codes: Mutex<HashMap<String, Words>>,
    /// Members of the next ID token that are not as they should be.
    forged: Mutex<Value>,
    /// Signs ID tokens with a key that nobody knows.
    by_a_stranger: AtomicBool,
    up: AtomicBool,
    asked_for_keys: AtomicUsize,
    /// The moment that its tokens are made at.
    now: Mutex<i64>,
}

fn new_key() -> EncodingKey {
    EncodingKey::from_ec_der(&KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap().serialize_der())
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap())
}

fn sign(id: &str, key: &EncodingKey, typ: &str, claims: &Value) -> String {
    let message = format!("{}.{}", part(&json!({ "alg": "ES256", "typ": typ, "kid": id })), part(claims));
    format!("{message}.{}", crypto::sign(message.as_bytes(), key, Algorithm::ES256).unwrap())
}

/// Puts the members of one object into another; `null` takes one away.
fn put(into: &mut Value, members: &Value) {
    for (name, value) in members.as_object().unwrap() {
        match value {
            Value::Null => into.as_object_mut().unwrap().remove(name),
            value => into.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
}

impl FakeProvider {
    /// A provider whose tokens are made at `now`, in seconds since 1970.
    pub async fn open(now: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self(Arc::new(Inner {
            issuer,
            keys: Mutex::default(),
            shown: Mutex::default(),
            codes: Mutex::default(),
            forged: Mutex::new(json!({})),
            by_a_stranger: AtomicBool::new(false),
            up: AtomicBool::new(true),
            asked_for_keys: AtomicUsize::new(0),
            now: Mutex::new(now),
        }));
        provider.rotate();
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    /// Its issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Signs with a new key from now on and shows no other.
    pub fn rotate(&self) {
        let mut keys = self.0.keys.lock().unwrap();
        let (id, key) = (format!("key-{}", keys.len()), new_key());
        let mut shown = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
        shown.common.key_id = Some(id.clone());
        keys.push((id, key));
        *self.0.shown.lock().unwrap() = json!({ "keys": [shown] });
    }

    /// Shows this instead of its keys.
    pub fn show(&self, other: Value) {
        *self.0.shown.lock().unwrap() = other;
    }

    /// Answers, or not.
    pub fn set_up(&self, up: bool) {
        self.0.up.store(up, Ordering::SeqCst);
    }

    /// How often it was asked for its keys.
    pub fn asked_for_keys(&self) -> usize {
        self.0.asked_for_keys.load(Ordering::SeqCst)
    }

    /// The next ID tokens have these members, or are signed by a stranger.
    pub fn forge(&self, members: Value, by_a_stranger: bool) {
        *self.0.forged.lock().unwrap() = members;
        self.0.by_a_stranger.store(by_a_stranger, Ordering::SeqCst);
    }

    /// An access token for an audience, with these members besides.
    pub fn access(&self, members: Value) -> String {
        let now = *self.0.now.lock().unwrap();
        let mut claims = json!({ "iss": self.0.issuer, "sub": "lead", "client_id": "app", "exp": now + 300, "iat": now,
                                 "scope": "onematter:write" });
        put(&mut claims, &members);
        let keys = self.0.keys.lock().unwrap();
        let (id, key) = keys.last().unwrap();
        sign(id, key, "at+jwt", &claims)
    }

    fn is_up(&self) -> Result<(), Box<Response>> {
        match self.0.up.load(Ordering::SeqCst) {
            true => Ok(()),
            false => Err(Box::new(StatusCode::BAD_GATEWAY.into_response())),
        }
    }
}

async fn describe(State(FakeProvider(this)): State<FakeProvider>) -> Response {
    if let Err(down) = FakeProvider(Arc::clone(&this)).is_up() {
        return *down;
    }
    let at = |path: &str| format!("{}{path}", this.issuer);
    Json(json!({
        "issuer": this.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"), "authorization_response_iss_parameter_supported": true,
    }))
    .into_response()
}

async fn keys(State(FakeProvider(this)): State<FakeProvider>) -> Response {
    this.asked_for_keys.fetch_add(1, Ordering::SeqCst);
    if let Err(down) = FakeProvider(Arc::clone(&this)).is_up() {
        return *down;
    }
    // whoever asks at once with others must not have been answered yet
    tokio::time::sleep(Duration::from_millis(100)).await;
    let shown = this.shown.lock().unwrap().clone();
    Json(shown).into_response()
}

async fn authorize(State(FakeProvider(this)): State<FakeProvider>, Query(asked): Query<Words>) -> Response {
    let code = format!("code-{}", asked["state"]);
    let (to, state) = (&asked["redirect_uri"], &asked["state"]);
    let to = format!("{to}?code={code}&state={state}&iss={}", this.issuer);
    this.codes.lock().unwrap().insert(code, asked);
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

async fn token(State(FakeProvider(this)): State<FakeProvider>, Form(asked): Form<Words>) -> Response {
    let refused = || (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    let Some(begun) = this.codes.lock().unwrap().remove(&asked["code"]) else { return refused() };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&asked["code_verifier"]));
    if begun["code_challenge"] != challenge || begun["code_challenge_method"] != "S256" {
        return refused();
    }
    let now = *this.now.lock().unwrap();
    let mut claims = json!({ "iss": this.issuer, "aud": begun["client_id"], "sub": "lead", "nonce": begun["nonce"],
                             "exp": now + 300, "iat": now });
    put(&mut claims, &this.forged.lock().unwrap());
    let keys = this.keys.lock().unwrap();
    let (id, key) = keys.last().unwrap();
    let stranger = this.by_a_stranger.load(Ordering::SeqCst).then(new_key);
    let token = sign(id, stranger.as_ref().unwrap_or(key), "JWT", &claims);
    Json(json!({ "access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": token }))
        .into_response()
}
