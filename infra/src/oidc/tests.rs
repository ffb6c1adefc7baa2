//! What is believed of a token, and what of a file: every way to forge one that we know of.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::keys::Keys;
use super::provider::Provider;
use super::settings::OidcSettings;
use super::token::{MAX_TOKEN, NotProven, Unproven};
use super::{Bearer, Issuers};
use crate::clock::{Clock, VirtualClock};
use crate::telemetry::Metrics;

const NOW: i64 = 1_700_000_000;
/// Nobody listens there.
const ISSUER: &str = "http://127.0.0.1:1/realm";

const FILE: &str = r#"
public_url = "https://onematter.example"
[[issuer]]
id = "county"
issuer = "http://127.0.0.1:1/realm"
client_id = "onematter"
algorithms = ["ES256", "RS256"]
audience = "https://onematter.example"
counties = ["530322"]
name = { zh = "统一认证", en = "County sign-in" }
[issuer.officers]
"7f3a" = "lead"
[issuer.clients]
registry = "nr-officer-1"
"#;

fn load(text: &str) -> Result<OidcSettings, String> {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("oidc.toml");
    std::fs::write(&file, text).unwrap();
    std::fs::write(dir.path().join("secret"), "s3cret\n").unwrap();
    std::fs::write(dir.path().join("empty"), "\n").unwrap();
    OidcSettings::load(&file).map_err(|error| error.to_string())
}

/// A key of the provider, and how it shows it.
struct Signer {
    key: EncodingKey,
    algorithm: Algorithm,
    shown: Jwk,
}

fn signer(id: &str, algorithm: Algorithm) -> Signer {
    let key = match algorithm {
        Algorithm::ES256 => {
            EncodingKey::from_ec_der(&KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap().serialize_der())
        }
        // without the envelope of PKCS #8, which is of one length for this size
        _ => {
            let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
            EncodingKey::from_rsa_der(&pair.serialize_der()[26..])
        }
    };
    let mut shown = Jwk::from_encoding_key(&key, algorithm).unwrap();
    shown.common.key_id = Some(id.to_owned());
    shown.common.public_key_use = Some(PublicKeyUse::Signature);
    Signer { key, algorithm, shown }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap())
}

impl Signer {
    /// Signs whatever header and claims.
    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let signature = crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }
}

fn set(signers: &[&Signer]) -> Keys {
    let keys: Vec<&Jwk> = signers.iter().map(|signer| &signer.shown).collect();
    Keys::read(&serde_json::to_vec(&json!({ "keys": keys })).unwrap()).unwrap()
}

fn provider(text: &str, keys: Keys) -> Arc<Provider> {
    let settings = load(text).unwrap().issuers.remove(0);
    let now = Timestamp::from_second(NOW).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::standing(now));
    Provider::new(settings, clock, Arc::new(Metrics::new().unwrap())).unwrap().with_keys(keys)
}

fn header(kid: &str) -> Value {
    json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid })
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": "https://onematter.example", "sub": "lead", "client_id": "app", "exp": NOW + 300,
            "iat": NOW, "scope": "openid onematter:write" })
}

/// With one member put in its place, or taken away by `null`.
fn with(mut value: Value, name: &str, other: Value) -> Value {
    match other {
        Value::Null => value.as_object_mut().unwrap().remove(name),
        other => value.as_object_mut().unwrap().insert(name.to_owned(), other),
    };
    value
}

async fn shown(provider: &Arc<Provider>, token: &str) -> Result<Bearer, NotProven> {
    provider.bearer(&Unproven::read(token)?).await
}

#[tokio::test]
async fn an_access_token_opens_as_its_officer_by_either_kind_of_key() {
    let (ec, rsa) = (signer("ec", Algorithm::ES256), signer("rsa", Algorithm::RS256));
    let provider = provider(FILE, set(&[&ec, &rsa]));
    let opened = shown(&provider, &ec.sign(&header("ec"), &claims())).await.unwrap();
    assert_eq!(
        (opened.holder.to_string().as_str(), opened.read_only, opened.only),
        ("lead@530322", false, None)
    );
    let by_rsa = json!({ "alg": "RS256", "typ": "application/AT+JWT", "kid": "rsa" });
    assert!(shown(&provider, &rsa.sign(&by_rsa, &claims())).await.is_ok());
    // one key of the kind needs no name
    assert!(shown(&provider, &ec.sign(&with(header(""), "kid", Value::Null), &claims())).await.is_ok());

    for (name, value, holder) in [
        ("sub", json!("7f3a"), Ok("lead@530322")),
        ("aud", json!(["x", "https://onematter.example"]), Ok("lead@530322")),
        // a client for itself is whom the file says, and nobody else
        ("sub", json!("app"), Err(NotProven::Nobody)),
        ("sub", Value::Null, Err(NotProven::Nobody)),
        ("sub", json!("not an officer's name"), Err(NotProven::Nobody)),
        ("sub", json!(["lead"]), Err(NotProven::Form("its claims"))),
        ("azp", json!("app"), Ok("lead@530322")),
        // a client for itself, or a person's program?
        (
            "client_id",
            Value::Null,
            Err(NotProven::Form("it does not say for which client it is (client_id or azp)")),
        ),
    ] {
        let told = shown(&provider, &ec.sign(&header("ec"), &with(claims(), name, value.clone()))).await;
        let told = told.map(|opened| opened.holder.to_string());
        assert_eq!(told.as_deref().map_err(|why| *why), holder, "{name} {value}");
    }
    let client = with(with(claims(), "client_id", json!("registry")), "sub", json!("registry"));
    let opened = shown(&provider, &ec.sign(&header("ec"), &client)).await.unwrap();
    assert_eq!(opened.holder.to_string(), "nr-officer-1@530322");
}

#[tokio::test]
async fn scopes_say_what_a_token_may() {
    let ec = signer("ec", Algorithm::ES256);
    let provider = provider(FILE, set(&[&ec]));
    let only = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    for (scope, expected) in [
        (json!("onematter:read"), Ok((true, None))),
        (json!("onematter:read onematter:write"), Ok((false, None))),
        (json!(["onematter:read"]), Ok((true, None))),
        (
            json!("onematter:write:putText onematter:write:acceptPermit"),
            Ok((false, only(&["putText", "acceptPermit"]))),
        ),
        (json!("onematter:writer"), Err(NotProven::Scope)),
        (json!("onematter:write:"), Err(NotProven::Scope)),
        (json!("openid"), Err(NotProven::Scope)),
        (Value::Null, Err(NotProven::Scope)),
    ] {
        let told = shown(&provider, &ec.sign(&header("ec"), &with(claims(), "scope", scope.clone()))).await;
        assert_eq!(told.map(|opened| (opened.read_only, opened.only)), expected, "{scope}");
    }
}

#[tokio::test]
async fn times_are_judged_with_a_minute_of_leeway() {
    let ec = signer("ec", Algorithm::ES256);
    let provider = provider(FILE, set(&[&ec]));
    for (name, value, expected) in [
        ("exp", json!(NOW - 59), None),
        ("exp", json!(NOW - 60), Some(NotProven::Expired)),
        ("exp", Value::Null, Some(NotProven::Form("it has no end (exp)"))),
        ("exp", json!("9999999999"), Some(NotProven::Form("a time in it is not a number"))),
        ("exp", json!(-1), Some(NotProven::Expired)),
        ("nbf", json!(NOW + 60), None),
        ("nbf", json!(NOW + 61), Some(NotProven::Early)),
        ("iat", json!(NOW + 61), Some(NotProven::Early)),
        ("iat", json!(NOW as f64 + 0.5), None),
    ] {
        let told = shown(&provider, &ec.sign(&header("ec"), &with(claims(), name, value.clone()))).await;
        assert_eq!(told.err(), expected, "{name} {value}");
    }
}

#[tokio::test]
async fn no_forged_token_opens_anything() {
    let (ours, theirs) = (signer("ec", Algorithm::ES256), signer("ec", Algorithm::ES256));
    let rsa = signer("rsa", Algorithm::RS256);
    let provider = provider(FILE, set(&[&ours, &rsa]));
    let good = ours.sign(&header("ec"), &claims());
    assert!(shown(&provider, &good).await.is_ok());
    let parts: Vec<&str> = good.split('.').collect();
    let changed = part(&with(claims(), "sub", json!("administrator")));
    // a public key, taken for a secret that both sides know
    let secret = EncodingKey::from_secret(&serde_json::to_vec(&rsa.shown).unwrap());
    let with_hmac = {
        let message = format!(
            "{}.{}",
            part(&json!({ "alg": "HS256", "typ": "at+jwt", "kid": "rsa" })),
            part(&claims())
        );
        format!("{message}.{}", crypto::sign(message.as_bytes(), &secret, Algorithm::HS256).unwrap())
    };
    let none = |alg: &str| format!("{}.{}.", part(&json!({ "alg": alg, "typ": "at+jwt" })), part(&claims()));
    let crit = with(with(header("ec"), "crit", json!(["exp"])), "exp", json!(NOW));
    let unsupported = ours.sign(&with(header("ec"), "alg", json!("ES384")), &claims());
    let mixed = ours.sign(&json!({ "alg": "RS256", "typ": "at+jwt", "kid": "ec" }), &claims());
    for (what, token, expected) in [
        ("signed by somebody else", theirs.sign(&header("ec"), &claims()), "signature"),
        ("claims changed", format!("{}.{changed}.{}", parts[0], parts[2]), "signature"),
        ("signature cut", format!("{}.{}.{}", parts[0], parts[1], &parts[2][..20]), "signature"),
        ("signature left out", format!("{}.{}.", parts[0], parts[1]), "signature"),
        ("none", none("none"), "algorithm"),
        ("None", none("nOnE"), "algorithm"),
        ("no algorithm", none(""), "algorithm"),
        ("HMAC with the public key", with_hmac, "algorithm"),
        ("an algorithm that is not pinned", unsupported, "algorithm"),
        ("a key for another algorithm", mixed, "unavailable"),
        ("a key nobody knows", ours.sign(&header("other"), &claims()), "unavailable"),
        ("crit", ours.sign(&crit, &claims()), "form"),
        (
            "jku",
            theirs.sign(&with(header("ec"), "jku", json!("https://evil.example/keys")), &claims()),
            "form",
        ),
        (
            "x5u",
            theirs.sign(&with(header("ec"), "x5u", json!("https://evil.example/cert")), &claims()),
            "form",
        ),
        ("jwk", theirs.sign(&with(header("ec"), "jwk", json!(theirs.shown)), &claims()), "form"),
        (
            "another issuer",
            ours.sign(&header("ec"), &with(claims(), "iss", json!("https://evil.example"))),
            "issuer",
        ),
        (
            "another audience",
            ours.sign(&header("ec"), &with(claims(), "aud", json!("https://other.example"))),
            "audience",
        ),
        (
            "the client as audience",
            ours.sign(&header("ec"), &with(claims(), "aud", json!("onematter"))),
            "audience",
        ),
        ("no audience", ours.sign(&header("ec"), &with(claims(), "aud", Value::Null)), "audience"),
        ("an ID token", ours.sign(&with(header("ec"), "typ", json!("JWT")), &claims()), "kind"),
        ("a logout token", ours.sign(&with(header("ec"), "typ", json!("logout+jwt")), &claims()), "kind"),
        ("no kind", ours.sign(&with(header("ec"), "typ", Value::Null), &claims()), "kind"),
        (
            "the kind in its claims",
            ours.sign(&header("ec"), &with(claims(), "typ", json!("Refresh"))),
            "kind",
        ),
        ("too long", ours.sign(&header("ec"), &with(claims(), "x", json!("x".repeat(MAX_TOKEN)))), "form"),
        ("two parts", format!("{}.{}", parts[0], parts[1]), "form"),
        ("four parts", format!("{good}.x"), "form"),
        ("no base64url", format!("{}=.{}.{}", parts[0], parts[1], parts[2]), "form"),
        ("claims that are no object", ours.sign(&header("ec"), &json!(["iss", ISSUER])), "form"),
        ("a header that is no object", ours.sign(&json!("ES256"), &claims()), "form"),
        (
            "nested without end",
            format!("{}.{}.x", parts[0], URL_SAFE_NO_PAD.encode("[".repeat(4_000))),
            "form",
        ),
    ] {
        let told = shown(&provider, &token).await.map(|_| "in").unwrap_or_else(NotProven::word);
        assert_eq!(told, expected, "{what}");
    }
}

#[tokio::test]
async fn with_untyped_tokens_an_id_token_still_opens_nothing() {
    let ec = signer("ec", Algorithm::ES256);
    let text = FILE.replace("counties =", "token_types = [\"JWT\"]\ncounties =");
    let provider = provider(&text, set(&[&ec]));
    let untyped = with(header("ec"), "typ", json!("JWT"));
    let as_keycloak = with(claims(), "typ", json!("Bearer"));
    assert!(shown(&provider, &ec.sign(&untyped, &as_keycloak)).await.is_ok());
    for (name, value) in [("nonce", json!("n")), ("at_hash", json!("h")), ("typ", json!("ID"))] {
        let told = shown(&provider, &ec.sign(&untyped, &with(claims(), name, value))).await;
        assert_eq!(told.err(), Some(NotProven::Kind), "{name}");
    }
}

#[tokio::test]
async fn an_id_token_signs_in_for_its_own_sign_in_only() {
    let ec = signer("ec", Algorithm::ES256);
    let provider = provider(FILE, set(&[&ec]));
    let header = with(header("ec"), "typ", Value::Null);
    let id = with(with(claims(), "aud", json!("onematter")), "nonce", json!("n1"));
    let said = provider.signed_in(&ec.sign(&header, &id), "n1").await.unwrap();
    assert_eq!(said.to_string(), "lead@530322");
    let two = json!(["onematter", "other"]);
    for (what, claims, expected) in [
        ("another nonce", with(id.clone(), "nonce", json!("n2")), "nonce"),
        ("no nonce", with(id.clone(), "nonce", Value::Null), "nonce"),
        ("another client", with(id.clone(), "aud", json!("other")), "audience"),
        ("another party", with(id.clone(), "azp", json!("other")), "audience"),
        ("two clients and no party", with(id.clone(), "aud", two.clone()), "audience"),
        ("expired", with(id.clone(), "exp", json!(NOW - 61)), "expired"),
        ("made long ago", with(id.clone(), "iat", json!(NOW - 601)), "expired"),
        ("another issuer", with(id.clone(), "iss", json!("https://evil.example")), "issuer"),
    ] {
        let told = provider.signed_in(&ec.sign(&header, &claims), "n1").await;
        assert_eq!(told.err().map(NotProven::word), Some(expected), "{what}");
    }
    let by_party = with(with(id.clone(), "aud", two), "azp", json!("onematter"));
    assert!(provider.signed_in(&ec.sign(&header, &by_party), "n1").await.is_ok());
    let access = with(header, "typ", json!("at+jwt"));
    assert_eq!(provider.signed_in(&ec.sign(&access, &id), "n1").await.err(), Some(NotProven::Kind));
}

#[tokio::test]
async fn a_provider_speaks_for_its_counties_only() {
    let ec = signer("ec", Algorithm::ES256);
    let text = FILE
        .replace("counties = [\"530322\"]", "counties = [\"530322\", \"530326\"]\ncounty_claim = \"county\"")
        .replace("\"lead\"", "\"lead@530326\"")
        .replace("\"nr-officer-1\"", "\"nr-officer-1@530322\"");
    let provider = provider(&text, set(&[&ec]));
    for (county, expected) in [
        (json!("530326"), Ok("lead@530326".to_owned())),
        (json!("530129"), Err(NotProven::County)),
        (json!(530_326), Err(NotProven::County)),
        (Value::Null, Err(NotProven::County)),
    ] {
        let told = shown(&provider, &ec.sign(&header("ec"), &with(claims(), "county", county.clone()))).await;
        assert_eq!(told.map(|opened| opened.holder.to_string()), expected, "{county}");
    }
}

#[test]
fn keys_that_prove_nothing_are_left_out() {
    let good = signer("ec", Algorithm::ES256);
    let for_encryption = json!({ "kty": "RSA", "use": "enc", "kid": "e", "n": "x".repeat(342), "e": "AQAB" });
    let weak = json!({ "kty": "RSA", "kid": "w", "n": "x".repeat(171), "e": "AQAB" });
    let shared = json!({ "kty": "oct", "kid": "s", "k": "c2VjcmV0" });
    let new_kind = json!({ "kty": "ML-DSA", "kid": "n", "pub": "x" });
    let all = json!({ "keys": [for_encryption, weak, shared, new_kind, 5, good.shown] });
    let keys = Keys::read(&serde_json::to_vec(&all).unwrap()).unwrap();
    assert_eq!(keys.len(), 1);
    let has = |id: Option<&str>, algorithm| keys.find(id, algorithm).map(DecodingKey::family).is_some();
    assert!(has(Some("ec"), Algorithm::ES256) && has(None, Algorithm::ES256));
    assert!(
        !has(Some("ec"), Algorithm::ES384)
            && !has(Some("ec"), Algorithm::RS256)
            && !has(Some("s"), Algorithm::HS256)
    );
    for nothing in ["{}", "[]", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"oct","k":"AA"}]}"#] {
        assert!(Keys::read(nothing.as_bytes()).is_err(), "{nothing}");
    }
    let twice = json!({ "keys": [good.shown, signer("ec", Algorithm::ES256).shown] });
    let twice = Keys::read(&serde_json::to_vec(&twice).unwrap()).unwrap();
    assert!(twice.find(Some("ec"), Algorithm::ES256).is_none(), "which of two is not guessed");
}

#[test]
fn what_looks_like_a_token_of_a_provider_is_taken_for_one() {
    let ec = signer("ec", Algorithm::ES256);
    assert!(Issuers::looks_like_one(&ec.sign(&header("ec"), &claims())));
    for other in ["om_K7c", "dev:lead", "eyJx", "eyJ.", "a.b.c"] {
        assert!(!Issuers::looks_like_one(other), "{other}");
    }
}

#[test]
fn a_file_that_would_let_in_too_many_is_refused_and_says_what_to_write() {
    let loaded = load(FILE).unwrap();
    assert_eq!(loaded.issuers[0].token_types, ["at+jwt"]);
    let with_secret = FILE.replace("algorithms", "client_secret_file = \"secret\"\nalgorithms");
    assert_eq!(load(&with_secret).unwrap().issuers[0].client_secret.as_deref(), Some("s3cret"));

    let twice = format!("{FILE}{}", FILE.split_once("example\"").unwrap().1);
    for (what, text, said) in [
        ("an unknown key", FILE.replace("client_id", "clientid"), "clientid"),
        ("no algorithm", FILE.replace("[\"ES256\", \"RS256\"]", "[]"), "pin what the provider signs with"),
        ("none", FILE.replace("ES256", "none"), "lets whoever has no key"),
        ("HMAC", FILE.replace("ES256", "HS256"), "lets whoever has no key"),
        ("an unknown algorithm", FILE.replace("ES256", "ES265"), "pin some of RS256"),
        ("an issuer in the open", FILE.replace("http://127.0.0.1:1", "http://sso.example"), "not encrypted"),
        ("no address", FILE.replace("http://127.0.0.1:1/realm", "sso"), "https://"),
        ("another scheme", FILE.replace("http://127.0.0.1:1", "ftp://sso.example"), "https://"),
        ("a password in it", FILE.replace("http://127", "http://u:p@127"), "leave them out"),
        (
            "our own address in the open",
            FILE.replace("public_url = \"https", "public_url = \"http"),
            "public_url",
        ),
        (
            "a path of ours",
            FILE.replace("onematter.example\"\n[[", "onematter.example/om\"\n[["),
            "at its root",
        ),
        ("no county", FILE.replace("[\"530322\"]", "[]"), "speaks for nobody"),
        ("two counties", FILE.replace("[\"530322\"]", "[\"530322\", \"530326\"]"), "county_claim"),
        (
            "another's officer",
            FILE.replace("= \"lead\"", "= \"lead@530326\""),
            "does not speak for county 530326",
        ),
        (
            "no such secret",
            FILE.replace("algorithms", "client_secret_file = \"nowhere\"\nalgorithms"),
            "nowhere",
        ),
        (
            "no secret in it",
            FILE.replace("algorithms", "client_secret_file = \"empty\"\nalgorithms"),
            "is empty",
        ),
        ("no authorities in it", FILE.replace("algorithms", "ca_file = \"secret\"\nalgorithms"), "ca_file"),
        (
            "the client as audience",
            FILE.replace("audience = \"https://onematter.example\"", "audience = \"onematter\""),
            "ID tokens",
        ),
        ("an id that is no word", FILE.replace("id = \"county\"", "id = \"County/1\""), "a-z, 0-9"),
        ("no name", FILE.replace("统一认证", " "), "button"),
        ("too often", FILE.replace("algorithms", "refresh_seconds = 1\nalgorithms"), "5 to 3600"),
        ("twice", twice, "another has the same"),
        ("nobody", "public_url = \"https://o.example\"\nissuer = []".to_owned(), "names no provider"),
    ] {
        let told = load(&text).err().unwrap_or_else(|| panic!("{what} was taken"));
        assert!(told.contains(said) && !told.contains("s3cret"), "{what}: {told}");
    }
    let none = OidcSettings::load(Path::new("/nowhere/oidc.toml")).err().unwrap().to_string();
    assert!(none.contains("/nowhere/oidc.toml") && none.contains("Name a file"), "{none}");
}
