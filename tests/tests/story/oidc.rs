//! People and programs whom a county's identity provider vouches for, and whoever pretends to be one of them.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use futures::{SinkExt as _, StreamExt as _};
use om_gateway::app::GatewayState;
use om_gateway::context::SignIn;
use om_infra::credentials::{Credentials, FileCredentials, KeyKind};
use om_infra::oidc::{Issuers, OidcSettings};
use om_tests::house::House;
use om_tests::provider::FakeProvider;
use reqwest::header::{AUTHORIZATION, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

const PUBLIC: &str = "https://onematter.example";
const WHO: &str = "{ me { officer } }";
const PUT: &str = "mutation { putText(input: { commandId: \"7d8f6d8e-5d0f-4a3e-9f0c-1f2e3d4c5b6a\", class: NOTE, \
                   text: \"x\" }) { ref } }";

/// A gateway that believes some providers.
struct Trusting {
    house: Arc<House>,
    credentials: Arc<Credentials>,
    base: String,
    http: reqwest::Client,
}

fn entry(id: &str, provider: &FakeProvider) -> String {
    format!(
        "[[issuer]]\nid = \"{id}\"\nissuer = \"{}\"\nclient_id = \"onematter\"\nalgorithms = [\"ES256\"]\n\
         audience = \"{PUBLIC}\"\ncounties = [\"530322\"]\nname = {{ zh = \"统一认证\", en = \"{id}\" }}\n",
        provider.issuer()
    )
}

impl Trusting {
    async fn of(house: Arc<House>, providers: &[(&str, &FakeProvider)]) -> Self {
        let file = house.dir.path().join("oidc.toml");
        let entries: String = providers.iter().map(|(id, provider)| entry(id, provider)).collect();
        std::fs::write(&file, format!("public_url = \"{PUBLIC}\"\n{entries}")).unwrap();
        let settings = OidcSettings::load(&file).unwrap();
        let (clock, metrics) = (&house.platform.clock, &house.platform.metrics);
        let issuers = Arc::new(Issuers::open(settings, clock, metrics).unwrap());
        let store = Arc::new(FileCredentials::open(house.dir.path()).unwrap());
        let credentials = Arc::new(Credentials::new(store, Arc::clone(clock)).unwrap());
        let sign_in = SignIn::Credentials(Arc::clone(&credentials), issuers);
        let state = GatewayState::new(house.platform.clone(), sign_in).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(om_gateway::serve::serve(listener, state, std::future::pending()));
        let http = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        Self { house, credentials, base, http }
    }

    /// With one provider, `county`, whose tokens are made at the house's time.
    async fn open() -> (Self, FakeProvider) {
        let house = House::open().await;
        let provider = FakeProvider::open(house.platform.clock.now().as_second()).await;
        (Self::of(house, &[("county", &provider)]).await, provider)
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.base))
    }

    /// Begins at a provider: where the browser is sent, and the cookie it keeps.
    async fn begin(&self, path: &str) -> (String, String) {
        let answer = self.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        let kept = cookie(&answer, "__Host-onematter-oidc").unwrap();
        (answer.headers()[LOCATION].to_str().unwrap().to_owned(), kept)
    }

    /// Where the provider sends the browser back to, as a path of this gateway.
    async fn at_provider(&self, to: &str) -> String {
        let answer = self.http.get(to).send().await.unwrap();
        let back = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        back.strip_prefix(PUBLIC).unwrap().to_owned()
    }

    async fn bring(&self, path: &str, kept: &str) -> Response {
        self.get(path).header(COOKIE, kept).send().await.unwrap()
    }

    /// All of a sign-in.
    async fn sign_in(&self) -> Response {
        let (to, kept) = self.begin("/sign-in/oidc/county").await;
        self.bring(&self.at_provider(&to).await, &kept).await
    }

    fn ask(&self, query: &str, token: &str) -> RequestBuilder {
        let request = self.http.post(format!("{}/graphql", self.base)).json(&json!({ "query": query }));
        request.header(AUTHORIZATION, format!("Bearer {token}"))
    }

    async fn status(&self, query: &str, token: &str) -> u16 {
        self.ask(query, token).send().await.unwrap().status().as_u16()
    }

    /// Sessions that there are.
    async fn sessions(&self) -> usize {
        self.credentials.store().keys(KeyKind::Session).await.unwrap().len()
    }
}

/// A cookie of this name that an answer sets, as a browser sends it back; none if it takes it away.
fn cookie(answer: &Response, name: &str) -> Option<String> {
    let set = answer.headers().get_all(SET_COOKIE).iter().map(|set| set.to_str().unwrap());
    let own = set.filter(|set| set.starts_with(&format!("{name}="))).find(|set| !set.contains("Max-Age=0"));
    own.map(|set| set.split(';').next().unwrap().to_owned())
}

async fn nobody(answer: Response, status: u16, said: &str) {
    assert_eq!(answer.status(), status, "{said}");
    assert!(cookie(&answer, "__Host-onematter").is_none(), "{said}");
    let page = answer.text().await.unwrap();
    assert!(page.contains(said) && page.contains("/?sign-in="), "{said}: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_at_the_provider_and_is_there_at_once() {
    let (trusting, provider) = Trusting::open().await;
    let ways: Value = trusting.get("/sign-in").send().await.unwrap().json().await.unwrap();
    assert_eq!(ways["by"], "password");
    assert_eq!(ways["providers"], json!([{ "id": "county", "name": { "zh": "统一认证", "en": "county" } }]));

    let answer = trusting.get("/sign-in/oidc/county?back=%2Fdesk%3Fa%3D1").send().await.unwrap();
    let set = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    for attribute in ["__Host-onematter-oidc=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"]
    {
        assert!(set.contains(attribute), "{set}");
    }
    let to = answer.headers()[LOCATION].to_str().unwrap().to_owned();
    for part in
        ["code_challenge_method=S256", "response_type=code", "nonce=", "scope=openid", "client_id=onematter"]
    {
        assert!(to.starts_with(provider.issuer()) && to.contains(part), "{to}");
    }
    let kept = cookie(&answer, "__Host-onematter-oidc").unwrap();
    let path = trusting.at_provider(&to).await;
    let answer = trusting.bring(&path, &kept).await;
    assert_eq!(answer.status(), 200);
    let session = cookie(&answer, "__Host-onematter").unwrap();
    let set: Vec<_> =
        answer.headers().get_all(SET_COOKIE).iter().map(|set| set.to_str().unwrap().to_owned()).collect();
    assert!(
        set.iter().any(|set| set.starts_with("__Host-onematter=") && set.contains("SameSite=Strict")),
        "{set:?}"
    );
    assert!(set.iter().any(|set| set.starts_with("__Host-onematter-oidc=;")), "{set:?}");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let page = answer.text().await.unwrap();
    assert!(page.contains("url=/desk?a=1") && !page.contains("<script"), "{page}");

    let who: Value =
        trusting.get("/session").header(COOKIE, &session).send().await.unwrap().json().await.unwrap();
    assert_eq!((who["name"].as_str(), who["county"].as_str()), (Some("lead"), Some("530322")));
    let end = trusting.http.delete(format!("{}/session", trusting.base)).header(COOKIE, &session);
    assert_eq!(end.send().await.unwrap().status(), 204);
    assert_eq!(trusting.get("/session").header(COOKIE, &session).send().await.unwrap().status(), 401);

    // brought a second time it opens nothing, and the provider is not even asked
    nobody(trusting.bring(&path, &kept).await, 400, "used already").await;
    let figures = trusting.get("/metrics").send().await.unwrap().text().await.unwrap();
    for line in [
        r#"onematter_sign_ins_total{outcome="in",way="oidc"} 1"#,
        r#"onematter_sign_ins_total{outcome="again",way="oidc"} 1"#,
        r#"onematter_jwks_fetches_total{outcome="answered",provider="county"}"#,
    ] {
        assert!(figures.contains(line), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_in_the_browser_that_began_and_leads_to_this_server_only() {
    let (trusting, provider) = Trusting::open().await;
    let (to, kept) = trusting.begin("/sign-in/oidc/county").await;
    let path = trusting.at_provider(&to).await;
    let (_, of_another) = trusting.begin("/sign-in/oidc/county").await;
    nobody(trusting.get(&path).send().await.unwrap(), 400, "not begun in this browser").await;
    nobody(trusting.bring(&path, &of_another).await, 400, "not begun in this browser").await;
    let changed = path.replace("state=", "state=x");
    nobody(trusting.bring(&changed, &kept).await, 400, "not begun in this browser").await;
    nobody(trusting.bring(&format!("{path}&state=x"), &kept).await, 400, "not begun in this browser").await;
    for garbage in ["__Host-onematter-oidc=", "__Host-onematter-oidc=e30", "__Host-onematter-oidc=%00"] {
        nobody(trusting.bring(&path, garbage).await, 400, "not begun in this browser").await;
    }
    // the code is the provider's, but it says it is somebody else's, or does not say whose
    let of_other = path.replace(&format!("iss={}", provider.issuer()), "iss=https://evil.example");
    nobody(trusting.bring(&of_other, &kept).await, 400, "did not stand up").await;
    let unnamed = path.split("&iss=").next().unwrap().to_owned();
    nobody(trusting.bring(&unnamed, &kept).await, 400, "did not stand up").await;
    let declined = path.replace("code=", "error=access_denied&x=");
    nobody(trusting.bring(&declined, &kept).await, 403, "or you cancelled").await;
    nobody(trusting.get("/sign-in/oidc/other").send().await.unwrap(), 404, "no such identity provider").await;

    for back in
        ["https://evil.example/", "//evil.example", "/\\evil.example", "/%0aevil", "/sign-in/oidc/county"]
    {
        let (to, kept) = trusting.begin(&format!("/sign-in/oidc/county?back={back}")).await;
        let page = trusting.bring(&trusting.at_provider(&to).await, &kept).await.text().await.unwrap();
        assert!(page.contains("content=\"0;url=/\""), "{back}: {page}");
    }
    // after ten minutes it is too late
    let (to, kept) = trusting.begin("/sign-in/oidc/county").await;
    let path = trusting.at_provider(&to).await;
    trusting.house.at("2023-06-01 09:10");
    nobody(trusting.bring(&path, &kept).await, 400, "not begun in this browser").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_id_token_or_a_stranger_opens_no_session() {
    let (trusting, provider) = Trusting::open().await;
    for (members, by_a_stranger) in [
        (json!({}), true),
        (json!({ "nonce": "another" }), false),
        (json!({ "aud": "another" }), false),
        (json!({ "iss": "https://evil.example" }), false),
        (json!({ "exp": 1 }), false),
    ] {
        provider.forge(members, by_a_stranger);
        nobody(trusting.sign_in().await, 400, "did not stand up").await;
    }
    for who in ["nobody-here", "not an account", "<b>"] {
        provider.forge(json!({ "sub": who }), false);
        nobody(trusting.sign_in().await, 403, "no account for you").await;
    }
    assert_eq!(trusting.sessions().await, 0);
    provider.forge(json!({ "sub": "clerk" }), false);
    assert_eq!(trusting.sign_in().await.status(), 200);
    let retire = json!({ "officer": "officer:clerk", "reason": "调离" });
    trusting.house.on_register("security-administrator", "retireOfficer", retire).await;
    nobody(trusting.sign_in().await, 403, "clerk@530322").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_makes_us_ask_the_provider_without_end() {
    let (trusting, _provider) = Trusting::open().await;
    let path = "/sign-in/oidc/county/callback?code=x&state=y";
    let mut answered = 0;
    let limited = loop {
        let answer = trusting.get(path).send().await.unwrap();
        match answer.status().as_u16() {
            400 => answered += 1,
            _ => break answer,
        }
        assert!(answered < 200, "nothing limits a stranger");
    };
    assert!(answered >= 60, "{answered}: a whole office signs in at nine");
    nobody(limited, 429, "Try again in a minute").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_providers_answer_is_not_taken_for_anothers() {
    let house = House::open().await;
    let now = house.platform.clock.now().as_second();
    let (honest, evil) = (FakeProvider::open(now).await, FakeProvider::open(now).await);
    let trusting = Trusting::of(house, &[("county", &honest), ("other", &evil)]).await;
    let (to, kept) = trusting.begin("/sign-in/oidc/county").await;
    let path = trusting.at_provider(&to).await;
    nobody(trusting.bring(&path.replace("/county/", "/other/"), &kept).await, 400, "did not stand up").await;
    // nor its tokens
    let token = evil.access(json!({ "iss": honest.issuer(), "aud": PUBLIC }));
    assert_eq!(trusting.status(WHO, &token).await, 401);
    assert_eq!(trusting.status(WHO, &evil.access(json!({ "aud": PUBLIC }))).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_comes_in_by_an_access_token_for_what_it_is_for() {
    let (trusting, provider) = Trusting::open().await;
    let token = |members: Value| {
        let mut all = json!({ "aud": PUBLIC, "sub": "nr-officer-1" });
        all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        provider.access(all)
    };
    let full = token(json!({}));
    let answer: Value = trusting.ask(PUT, &full).send().await.unwrap().json().await.unwrap();
    assert!(answer["data"]["putText"]["ref"].is_string(), "{answer}");

    let reads = token(json!({ "scope": "onematter:read" }));
    assert_eq!((trusting.status(WHO, &reads).await, trusting.status(PUT, &reads).await), (200, 403));
    let some = token(json!({ "scope": "onematter:write:acceptPermit" }));
    assert_eq!(trusting.status(WHO, &some).await, 200);
    let answer = trusting.ask(PUT, &some).send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.unwrap().contains("may not give putText"));
    assert_eq!(trusting.status(WHO, &token(json!({ "scope": "openid" }))).await, 403);
    for members in
        [json!({ "aud": "https://other.example" }), json!({ "exp": 1 }), json!({ "sub": "nobody-here" })]
    {
        assert_eq!(trusting.status(WHO, &token(members.clone())).await, 401, "{members}");
    }
    let answer = trusting.ask(WHO, &token(json!({ "exp": 1 }))).send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("expired: get a new one"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_asked_for_once_however_many_come_with_it() {
    let (trusting, provider) = Trusting::open().await;
    let token = |provider: &FakeProvider| provider.access(json!({ "aud": PUBLIC }));
    let before = token(&provider);
    assert_eq!(trusting.status(WHO, &before).await, 200);
    let asked = provider.asked_for_keys();
    provider.rotate();
    let after = token(&provider);
    let statuses = join_all((0..100).map(|_| trusting.status(WHO, &after))).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(provider.asked_for_keys(), asked + 1);
    // the key before is shown no more
    assert_eq!(trusting.status(WHO, &before).await, 401);

    // within half a minute nobody makes us ask again
    provider.rotate();
    let newest = token(&provider);
    let statuses = join_all((0..100).map(|_| trusting.status(WHO, &newest))).await;
    assert!(statuses.iter().all(|status| *status == 401), "{statuses:?}");
    assert_eq!(provider.asked_for_keys(), asked + 1);
    assert_eq!(trusting.status(WHO, &after).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_provider_is_down_or_talks_nonsense_its_last_keys_hold() {
    let (trusting, provider) = Trusting::open().await;
    let token = provider.access(json!({ "aud": PUBLIC }));
    assert_eq!(trusting.status(WHO, &token).await, 200);
    // larger than is read
    provider.show(json!({ "keys": [], "padding": "x".repeat(300_000) }));
    let unknown = |provider: &FakeProvider| {
        provider.rotate();
        let token = provider.access(json!({ "aud": PUBLIC }));
        provider.show(json!({ "keys": [], "padding": "x".repeat(300_000) }));
        token
    };
    let of_unknown = unknown(&provider);
    assert_eq!(trusting.status(WHO, &of_unknown).await, 503, "it may be right, but nobody can say so");
    provider.set_up(false);
    assert_eq!(trusting.status(WHO, &token).await, 200);
    assert_eq!(trusting.status(WHO, &of_unknown).await, 503);
    // people are told so
    nobody(trusting.sign_in_while_down(&provider).await, 503, "does not answer now").await;
}

impl Trusting {
    /// A sign-in during which the provider's keys cannot be had.
    async fn sign_in_while_down(&self, provider: &FakeProvider) -> Response {
        let (to, kept) = self.begin("/sign-in/oidc/county").await;
        provider.set_up(true);
        let path = self.at_provider(&to).await;
        provider.set_up(false);
        self.bring(&path, &kept).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_at_the_start_is_there_when_it_answers() {
    let house = House::open().await;
    let provider = FakeProvider::open(house.platform.clock.now().as_second()).await;
    provider.set_up(false);
    let trusting = Trusting::of(house, &[("county", &provider)]).await;
    let token = provider.access(json!({ "aud": PUBLIC }));
    assert_eq!(trusting.status(WHO, &token).await, 503);
    nobody(trusting.get("/sign-in/oidc/county").send().await.unwrap(), 503, "does not answer now").await;
    // passwords do not wait for it
    assert_eq!(trusting.get("/sign-in").send().await.unwrap().status(), 200);
    provider.set_up(true);
    let recovered = async {
        while trusting.status(WHO, &token).await != 200 {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(Duration::from_secs(10), recovered).await.unwrap();
    assert_eq!(trusting.sign_in().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_ends_when_its_token_does() {
    let (trusting, provider) = Trusting::open().await;
    let token = provider.access(json!({ "aud": PUBLIC }));
    let mut request = (trusting.base.replace("http", "ws") + "/graphql/ws").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();
    let init =
        json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } });
    socket.send(Message::Text(init.to_string().into())).await.unwrap();
    let ack = socket.next().await.unwrap().unwrap();
    assert!(ack.to_text().unwrap().contains("connection_ack"), "{ack}");
    // five minutes, and the minute that clocks may be apart
    trusting.house.at("2023-06-01 09:06");
    let closed = async {
        loop {
            if let Message::Close(frame) = socket.next().await.unwrap().unwrap() {
                return u16::from(frame.unwrap().code);
            }
        }
    };
    assert_eq!(timeout(Duration::from_secs(10), closed).await.unwrap(), 4401);
}
