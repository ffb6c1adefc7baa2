//! Credentials: nothing that is kept lets anybody in, attempts are counted, keys end; the same promises in a file and in the
//! database.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use om_infra::clock::{Clock as _, VirtualClock};
use om_infra::credentials::{
    ANYWHERE, ANYWHERE_LOCKED_FOR, ATTEMPTS, Begun, Caller, CredentialError, CredentialStore, Credentials,
    DEVICES, FILE_NAME, FileCredentials, Holder, IDLE, Key, KeyKind, LOCKED_FOR, NotLetIn,
    PostgresCredentials, SESSION, SecretHash, TokenRights,
};
use om_tests::postgres::Postgres;
use tempfile::tempdir;

const PASSWORD: &str = "correct horse battery";

fn lead() -> Holder {
    "lead@530322".parse().unwrap()
}

fn from(address: &str) -> Caller {
    Caller { device: None, address: Some(address.parse().unwrap()) }
}

fn here() -> Caller {
    from("198.51.100.7")
}

fn clock() -> Arc<VirtualClock> {
    Arc::new(VirtualClock::standing("2023-06-01T01:00:00Z".parse::<Timestamp>().unwrap()))
}

fn on(store: Arc<dyn CredentialStore>, clock: &Arc<VirtualClock>) -> Credentials {
    Credentials::new(store, clock.clone()).unwrap()
}

fn later(clock: &VirtualClock, by: SignedDuration) {
    clock.set(clock.now().checked_add(by).unwrap());
}

/// What every engine promises, on an empty store.
async fn keeps_its_promises(store: Arc<dyn CredentialStore>) {
    let clock = clock();
    let ours = on(store, &clock);
    passwords_open(&ours).await;
    wrong_ones_lock(&ours, &clock).await;
    strangers_lock_strangers_out(&ours, &clock).await;
    sessions_end(&ours, &clock).await;
    a_sign_in_ends_with_its_password(&ours, &clock).await;
    tokens_are_for_some_commands_only(&ours).await;
    tokens_end(&ours, &clock).await;
}

async fn passwords_open(ours: &Credentials) {
    assert!(matches!(ours.set_password(&lead(), "short").await, Err(CredentialError::TooShort)));
    for first_tried in [
        "password12345",
        "qwertyuiop123",
        "aaaaaaaaaaaa",
        "202306010101",
        "lead@530322530322",
        "lead-lead-lead",
    ] {
        let refused = ours.set_password(&lead(), first_tried).await;
        assert!(matches!(refused, Err(CredentialError::Guessable)), "{first_tried}: {refused:?}");
    }
    let endless = "x".repeat(2_000);
    assert!(matches!(ours.set_password(&lead(), &endless).await, Err(CredentialError::TooLong)));
    assert!(
        matches!(ours.sign_in("lead", PASSWORD, &here()).await, Err(NotLetIn::Wrong)),
        "nobody is there yet"
    );
    ours.set_password(&lead(), PASSWORD).await.unwrap();
    for name in ["lead", " lead ", "lead@530322"] {
        assert_eq!(ours.sign_in(name, PASSWORD, &here()).await.unwrap().holder, lead(), "{name:?}");
    }
    for (name, password) in [
        ("lead", "wrong horse battery"),
        ("lead", &endless),
        ("lead@530326", PASSWORD),
        ("", PASSWORD),
        ("@", ""),
    ] {
        assert!(matches!(ours.sign_in(name, password, &here()).await, Err(NotLetIn::Wrong)), "{name:?}");
    }
    // the same name in two counties: one must say which
    let other: Holder = "lead@530326".parse().unwrap();
    let chosen = ours.random_password(&other).await.unwrap();
    assert!(matches!(ours.sign_in("lead", PASSWORD, &here()).await, Err(NotLetIn::Wrong)));
    assert_eq!(ours.sign_in("lead@530326", &chosen, &here()).await.unwrap().holder, other);
    assert_eq!(ours.store().accounts().await.unwrap().len(), 2);
    assert!(ours.store().remove(&other).await.unwrap());
    assert!(!ours.store().remove(&other).await.unwrap());
    assert!(matches!(ours.sign_in("lead@530326", &chosen, &here()).await, Err(NotLetIn::Wrong)));
    ours.sign_in("lead", PASSWORD, &here()).await.unwrap();
}

async fn wrong_ones_lock(ours: &Credentials, clock: &VirtualClock) {
    // many at once are counted one by one
    let guesses = (0..3 * ATTEMPTS)
        .map(|guess| async move { ours.sign_in("lead", &format!("a guess, {guess}"), &here()).await });
    let answers = futures::future::join_all(guesses).await;
    let looked_at = answers.iter().filter(|answer| matches!(answer, Err(NotLetIn::Wrong))).count();
    assert_eq!(i64::try_from(looked_at).unwrap(), ATTEMPTS);
    assert!(matches!(ours.sign_in("lead", PASSWORD, &here()).await, Err(NotLetIn::Locked)));
    assert!(ours.is_locked(&ours.store().accounts().await.unwrap()[0]));
    later(clock, LOCKED_FOR);
    ours.sign_in("lead", PASSWORD, &here()).await.unwrap();
    for _ in 0..ATTEMPTS {
        assert!(matches!(ours.sign_in("lead", "another guess", &here()).await, Err(NotLetIn::Wrong)));
    }
    assert!(ours.store().forgive(&lead()).await.unwrap(), "an administrator unlocks");
    ours.sign_in("lead", PASSWORD, &here()).await.unwrap();
}

async fn strangers_lock_strangers_out(ours: &Credentials, clock: &VirtualClock) {
    let known = ours.sign_in("lead", PASSWORD, &here()).await.unwrap().device.unwrap();
    let at_my_browser = Caller { device: Some(known), ..from("203.0.113.1") };
    let from_another = |n: i64| from(&format!("203.0.113.{}", n + 1));

    // a stranger locks the place where he sits, and neither my browser there nor anybody elsewhere
    for _ in 0..ATTEMPTS {
        assert!(matches!(ours.sign_in("lead", "a guess", &from_another(0)).await, Err(NotLetIn::Wrong)));
    }
    assert!(matches!(ours.sign_in("lead", PASSWORD, &from_another(0)).await, Err(NotLetIn::Locked)));
    assert_eq!(ours.sign_in("lead", PASSWORD, &at_my_browser).await.unwrap().device, None, "known already");
    ours.sign_in("lead", PASSWORD, &here()).await.unwrap();

    // many strangers together have so many guesses an hour and no more, whoever is right meanwhile
    let mut guesses = ATTEMPTS;
    for place in 1.. {
        match ours.sign_in("lead", "a guess", &from_another(place / ATTEMPTS + 1)).await {
            Err(NotLetIn::Wrong) => guesses += 1,
            Err(NotLetIn::Locked) => break,
            other => panic!("{other:?}"),
        }
        ours.sign_in("lead", PASSWORD, &at_my_browser).await.unwrap();
    }
    assert_eq!(guesses, ANYWHERE, "right ones are not counted");
    assert!(matches!(ours.sign_in("lead", PASSWORD, &here()).await, Err(NotLetIn::Locked)));
    ours.sign_in("lead", PASSWORD, &at_my_browser).await.unwrap();

    // who sits at my browser has as many guesses as any stranger, and a browser of mine is none of yours
    for _ in 0..ATTEMPTS {
        assert!(matches!(ours.sign_in("lead", "a guess", &at_my_browser).await, Err(NotLetIn::Wrong)));
    }
    assert!(matches!(ours.sign_in("lead", PASSWORD, &at_my_browser).await, Err(NotLetIn::Locked)));
    let other: Holder = "clerk@530322".parse().unwrap();
    ours.set_password(&other, PASSWORD).await.unwrap();
    let new = ours.sign_in("clerk", PASSWORD, &at_my_browser).await.unwrap().device;
    assert!(new.is_some(), "my browser is not known as the clerk's");
    assert!(ours.store().remove(&other).await.unwrap());
    later(clock, ANYWHERE_LOCKED_FOR);
    ours.sign_in("lead", PASSWORD, &here()).await.unwrap();

    for _ in 0..DEVICES + 3 {
        ours.sign_in("lead", PASSWORD, &here()).await.unwrap();
    }
    let devices = ours.store().keys(KeyKind::Device).await.unwrap();
    assert_eq!(i64::try_from(devices.len()).unwrap(), DEVICES, "the oldest are forgotten");
}

async fn sessions_end(ours: &Credentials, clock: &VirtualClock) {
    let minute = SignedDuration::from_mins(1);
    let secret = ours.sign_in("lead", PASSWORD, &here()).await.unwrap().session;
    assert_eq!(ours.session(&secret).await.unwrap().holder, lead());
    assert!(ours.token(&secret).await.is_err(), "a session is no token");
    assert!(ours.session("x").await.is_err());
    // used, it stays; looked at, it falls idle
    for _ in 0..3 {
        later(clock, IDLE - minute);
        ours.session(&secret).await.unwrap();
    }
    later(clock, IDLE - minute);
    ours.still_open(&secret).await.unwrap();
    later(clock, minute);
    assert!(ours.session(&secret).await.is_err(), "idle");

    let secret = ours.sign_in("lead", PASSWORD, &here()).await.unwrap().session;
    let end = clock.now().checked_add(SESSION).unwrap();
    while clock.now() < end - minute * 20 {
        later(clock, minute * 20);
        ours.session(&secret).await.unwrap();
    }
    later(clock, minute * 20);
    assert!(ours.session(&secret).await.is_err(), "however much it is used");

    let first = ours.sign_in("lead", PASSWORD, &here()).await.unwrap().session;
    let second = ours.sign_in("lead", PASSWORD, &here()).await.unwrap().session;
    ours.sign_out(&first).await.unwrap();
    ours.sign_out(&first).await.unwrap();
    assert!(ours.session(&first).await.is_err());
    ours.session(&second).await.unwrap();
    ours.set_password(&lead(), "another horse battery").await.unwrap();
    assert!(ours.session(&second).await.is_err(), "a new password ends what the old one opened");
    assert!(ours.store().keys(KeyKind::Session).await.unwrap().is_empty(), "and what is over is forgotten");
}

/// Between looking at a password and keeping the session there is time to set another.
async fn a_sign_in_ends_with_its_password(ours: &Credentials, clock: &VirtualClock) {
    let (store, now) = (ours.store(), clock.now());
    let session = |id: &str, holder: Holder| Key {
        id: id.to_owned(),
        kind: KeyKind::Session,
        holder,
        label: String::new(),
        read_only: false,
        only: None,
        made: now,
        expires: now.checked_add(SESSION).unwrap(),
        used: now,
    };
    let begun = async |holder: &Holder| match store.begin(holder, &[], now).await.unwrap() {
        Begun::Password(hash) => hash,
        other => panic!("{other:?}"),
    };
    let old = begun(&lead()).await;
    assert!(store.put_session(SecretHash::of("a"), &session("a", lead()), &old).await.unwrap());
    ours.session("a").await.unwrap();
    ours.set_password(&lead(), "a third horse battery").await.unwrap();
    assert!(ours.session("a").await.is_err());
    assert!(!store.put_session(SecretHash::of("b"), &session("b", lead()), &old).await.unwrap());
    assert!(ours.session("b").await.is_err(), "begun with the old one, ended by the new one");

    let other: Holder = "clerk@530322".parse().unwrap();
    ours.set_password(&other, PASSWORD).await.unwrap();
    let hash = begun(&other).await;
    assert!(store.remove(&other).await.unwrap());
    assert!(!store.put_session(SecretHash::of("c"), &session("c", other.clone()), &hash).await.unwrap());
    assert!(ours.session("c").await.is_err(), "nor is one of an account that was removed kept");
    assert!(store.keys(KeyKind::Session).await.unwrap().is_empty());
}

fn all() -> TokenRights {
    TokenRights::default()
}

async fn tokens_are_for_some_commands_only(ours: &Credentials) {
    let only = |names: &[&str]| TokenRights {
        read_only: false,
        only: Some(names.iter().map(|name| (*name).to_owned()).collect()),
    };
    for wrong in [only(&[]), only(&["a,b"]), only(&[""]), TokenRights { read_only: true, ..only(&["a"]) }] {
        assert!(matches!(ours.make_token(&lead(), "x", wrong, 1).await, Err(CredentialError::Only)));
    }
    let (secret, made) = ours.make_token(&lead(), "x", only(&["putText", "acceptPermit"]), 1).await.unwrap();
    let key = ours.token(&secret).await.unwrap();
    assert_eq!(key.only, only(&["acceptPermit", "putText"]).only);
    assert_eq!(key, made);
    assert!(ours.store().revoke(&made.id).await.unwrap());
}

async fn tokens_end(ours: &Credentials, clock: &VirtualClock) {
    assert!(matches!(ours.make_token(&lead(), "x", all(), 0).await, Err(CredentialError::Days)));
    let read_only = TokenRights { read_only: true, only: None };
    let (secret, made) = ours.make_token(&lead(), "land registry", read_only, 1).await.unwrap();
    let key = ours.token(&secret).await.unwrap();
    assert_eq!((&key.id, key.read_only, key.label.as_str()), (&made.id, true, "land registry"));
    assert!(ours.session(&secret).await.is_err(), "a token is no session");
    assert_eq!(ours.store().keys(KeyKind::Token).await.unwrap(), [key]);
    later(clock, SignedDuration::from_hours(24));
    assert!(ours.token(&secret).await.is_err(), "expired");
    let (secret, made) = ours.make_token(&lead(), "land registry", all(), 90).await.unwrap();
    ours.token(&secret).await.unwrap();
    assert!(ours.store().revoke(&made.id).await.unwrap());
    assert!(!ours.store().revoke(&made.id).await.unwrap());
    assert!(ours.token(&secret).await.is_err());
    let (secret, _) = ours.make_token(&lead(), "land registry", all(), 90).await.unwrap();
    assert!(ours.store().remove(&lead()).await.unwrap());
    assert!(ours.token(&secret).await.is_err(), "an account's tokens go with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_file() {
    let dir = tempdir().unwrap();
    keeps_its_promises(Arc::new(FileCredentials::open(dir.path()).unwrap())).await;
    let file = dir.path().join(FILE_NAME);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    // a second process makes an account while the server runs, and no secret is in the file
    let (server, administrator) =
        (FileCredentials::open(dir.path()).unwrap(), FileCredentials::open(dir.path()).unwrap());
    let clock = clock();
    on(Arc::new(administrator), &clock).set_password(&lead(), PASSWORD).await.unwrap();
    let secret = on(Arc::new(server), &clock).sign_in("lead", PASSWORD, &here()).await.unwrap().session;
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!holds(PASSWORD) && !holds(&secret));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_postgresql() {
    let server = Postgres::start();
    let connect = || async { PostgresCredentials::connect(&server.address(), None).await.unwrap() };
    keeps_its_promises(Arc::new(connect().await)).await;

    // locked at one gateway is locked at the other
    let clock = clock();
    let (one, other) = (on(Arc::new(connect().await), &clock), on(Arc::new(connect().await), &clock));
    one.set_password(&lead(), PASSWORD).await.unwrap();
    let secret = one.sign_in("lead", PASSWORD, &here()).await.unwrap().session;
    assert_eq!(other.session(&secret).await.unwrap().holder, lead());
    for guess in 0..ATTEMPTS {
        assert!(one.sign_in("lead", &format!("a guess, {guess}"), &here()).await.is_err());
    }
    assert!(matches!(other.sign_in("lead", PASSWORD, &here()).await, Err(NotLetIn::Locked)));
}
