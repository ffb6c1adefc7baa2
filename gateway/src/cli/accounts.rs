//! `user` and `token`: who may sign in with a password, and which programs come in by a token.
//!
//! Invariant: a password or token is printed once, when it is made, on standard output; it is never an argument, which
//! other processes could see.
//! Deliberately absent: roles; the county's directory gives them, by commands of its administrator.

use super::{
    Failure,
    args::accounts::{
        CredentialsAt, OneHolder, Token, TokenMake, TokenRevoke, TokenWhat, User, UserAdd, UserWhat,
    },
    reading::Reading,
};
use crate::context::PAPERS;
use jiff::Timestamp;
use om_domain::calendar::beijing_datetime;
use om_infra::{
    clock::SystemClock,
    config::EMBEDDED,
    credentials::{
        CredentialError, CredentialStore, Credentials, FileCredentials, Holder, KeyKind, PostgresCredentials,
        TokenRights,
    },
    log::sqlite::FILE_NAME,
};
use std::{collections::BTreeSet, path::Path, sync::Arc};

/// Where credentials are kept: in a database, if its address is given, else in the data directory.
pub(super) async fn store(
    data: &Path,
    shared: Option<&str>,
    ca: Option<&Path>,
) -> Result<Arc<dyn CredentialStore>, CredentialError> {
    Ok(match shared {
        Some(address) => Arc::new(PostgresCredentials::connect(address, ca).await?),
        None => Arc::new(FileCredentials::open(data)?),
    })
}

async fn open(at: &CredentialsAt) -> Result<Credentials, Failure> {
    if at.credentials.is_none() && !at.data.is_dir() {
        return Err(Failure::new(
            format!("there is no data directory {}", at.data.display()),
            "name it with --data, or make it first: onematter import directory FILE --data DIR",
        ));
    }
    let store = store(&at.data, at.credentials.as_deref(), at.credentials_ca.as_deref()).await?;
    Ok(Credentials::new(store, Arc::new(SystemClock))?)
}

/// Makes, lists, unlocks or removes accounts.
pub(super) async fn user(args: User) -> Result<(), Failure> {
    match args.what {
        UserWhat::Add(add) => add_user(add).await,
        UserWhat::List(at) => list_users(&open(&at).await?).await,
        UserWhat::Unlock(OneHolder { holder, at }) => {
            if !open(&at).await?.store().forgive(&holder).await? {
                return Err(unknown(&format!("account {holder}"), "user list"));
            }
            eprintln!("{holder} may try again");
            Ok(())
        }
        UserWhat::Remove(OneHolder { holder, at }) => {
            if !open(&at).await?.store().remove(&holder).await? {
                return Err(unknown(&format!("account {holder}"), "user list"));
            }
            eprintln!(
                "{holder} is removed; its sessions and tokens have ended. In the county's directory it stays, with the address of its \
                 calendar: retire it there (retireOfficer)"
            );
            Ok(())
        }
    }
}

/// What to know about an account that the county's directory does not have, if its log is here.
async fn warn_if_unknown(holder: &Holder, data: &Path) {
    if !data.join(FILE_NAME).is_file() {
        return;
    }
    let known = async {
        let reading = Reading::open(data, EMBEDDED, holder.county.as_str()).await?;
        Ok::<_, Failure>(reading.directory(None).await?.officer(&holder.officer).is_some())
    };
    match known.await {
        Ok(true) => {}
        Ok(false) => eprintln!(
            "warning: the directory of county {} has no account {}; until it is registered there it opens nothing",
            holder.county, holder.officer
        ),
        Err(failure) => {
            eprintln!("warning: whether the directory has that account is not known: {}", failure.what)
        }
    }
}

async fn add_user(UserAdd { holder, password_stdin, at }: UserAdd) -> Result<(), Failure> {
    let credentials = open(&at).await?;
    if password_stdin {
        credentials.set_password(&holder, &typed()?).await?;
        eprintln!("{holder} may sign in with the password given");
    } else {
        let password = credentials.random_password(&holder).await?;
        eprintln!("{holder} may sign in; its password, shown this once:");
        println!("{password}");
    }
    eprintln!("what it may do is what the directory of {} says", holder.county);
    warn_if_unknown(&holder, &at.data).await;
    Ok(())
}

async fn list_users(credentials: &Credentials) -> Result<(), Failure> {
    for account in credentials.store().accounts().await? {
        let locked = if credentials.is_locked(&account) { "  locked" } else { "" };
        println!("{}  password of {}{locked}", account.holder, day(account.changed));
    }
    Ok(())
}

/// Makes, lists or revokes tokens.
pub(super) async fn token(args: Token) -> Result<(), Failure> {
    match args.what {
        TokenWhat::Make(TokenMake { holder, label, read_only, only, days, at }) => {
            let rights = TokenRights { read_only, only: commands(only)? };
            let (secret, key) = open(&at).await?.make_token(&holder, &label, rights, days).await?;
            let may = match &key.only {
                Some(only) => format!("reads and gives only {}", listed(only)),
                None if read_only => "reads".to_owned(),
                None => "reads and commands".to_owned(),
            };
            eprintln!("token {} {may} as {holder} through {}; shown this once:", key.id, day(key.expires));
            println!("{secret}");
            warn_if_unknown(&holder, &at.data).await;
            Ok(())
        }
        TokenWhat::List(at) => {
            let credentials = open(&at).await?;
            for key in credentials.store().keys(KeyKind::Token).await? {
                let may = if key.read_only { "ro" } else { "rw" };
                let state = if credentials.is_open(&key) { "until" } else { "ended" };
                let ends = day(key.expires);
                let used = if key.used == key.made {
                    "never used".into()
                } else {
                    format!("used {}", day(key.used))
                };
                let only =
                    key.only.as_ref().map(|only| format!("  only {}", listed(only))).unwrap_or_default();
                println!("{}  {may}  {}  {state} {ends}  {used}  {}{only}", key.id, key.holder, key.label);
            }
            Ok(())
        }
        TokenWhat::Revoke(TokenRevoke { id, at }) => {
            if !open(&at).await?.store().revoke(&id).await? {
                return Err(unknown(&format!("token {id}"), "token list"));
            }
            eprintln!("token {id} is revoked");
            Ok(())
        }
    }
}

/// The commands of a token, each of which there is.
fn commands(named: Vec<String>) -> Result<Option<BTreeSet<String>>, Failure> {
    if named.is_empty() {
        return Ok(None);
    }
    let known = crate::graphql::commands();
    let named: BTreeSet<String> = named.into_iter().map(|name| name.trim().to_owned()).collect();
    match named.iter().find(|name| !known.contains(*name) && *name != PAPERS) {
        None => Ok(Some(named)),
        Some(other) => {
            let alike = |name: &&String| name.eq_ignore_ascii_case(other);
            let fix = match known.iter().find(alike) {
                Some(name) => format!("write {name}"),
                None => "write names of mutations as in gateway/schema.graphql (onematter schema), or papers"
                    .to_owned(),
            };
            Err(Failure::new(format!("there is no command {other:?}"), fix))
        }
    }
}

fn listed(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(",")
}

fn unknown(what: &dyn std::fmt::Display, see: &str) -> Failure {
    Failure::new(format!("there is no {what}"), format!("see onematter {see}, with the same --data"))
}

/// The day in Beijing.
fn day(instant: Timestamp) -> jiff::civil::Date {
    beijing_datetime(instant).date()
}

/// One line of standard input: a password.
pub(super) fn typed() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
