//! `keys rotate`: another master key for personal texts.
//!
//! Invariants: the data directory is this process's alone meanwhile; the new key is on disk before anything is wrapped by it.
//! Deliberately absent: deleting a master key: copies from before need it, and only who keeps them knows when they are gone.

use super::{
    Failure,
    args::keys::{Keys, KeysWhat, Rotate},
    out,
};
use om_infra::{
    log::sqlite,
    vault::{self, KEYS_NAME, MASTER_NAME, MasterKey, PostgresVault, Rotated},
};

/// Carries one command out.
pub(super) async fn run(args: Keys) -> Result<(), Failure> {
    match args.what {
        KeysWhat::Rotate(args) => rotate(args).await,
    }
}

async fn rotate(args: Rotate) -> Result<(), Failure> {
    let old_file = args.vault_key.clone().unwrap_or_else(|| args.data.join(MASTER_NAME));
    if args.vault.is_none() && !args.data.join(KEYS_NAME).is_file() {
        return Err(Failure::new(
            format!("{} holds no keys of personal texts", args.data.display()),
            "name the data directory that the server uses; a vault in a database is named by --vault",
        ));
    }
    let _held = match &args.vault {
        // the gateways that share it hold directories of their own
        Some(_) => None,
        None => Some(sqlite::hold(&args.data)?),
    };
    let old = MasterKey::read(&old_file)?;
    let is_new = !args.new_vault_key.exists();
    let new = MasterKey::read_or_make(&args.new_vault_key)?;
    if new.id() == old.id() {
        return Err(Failure::new(
            format!("{} holds the master key that is used already", args.new_vault_key.display()),
            "name another file with --new-vault-key; it is made if it is not there",
        ));
    }
    if is_new {
        eprintln!(
            "{}: a new master key was made; keep a copy of it apart from the data",
            args.new_vault_key.display()
        );
    }
    let done = match &args.vault {
        Some(address) => PostgresVault::rotate(address, args.vault_ca.as_deref(), (&old, &new)).await?,
        None => {
            let (data, new, old) = (args.data.clone(), new.clone(), old.clone());
            tokio::task::spawn_blocking(move || vault::rotate(&data, &old, &new)).await??
        }
    };
    let (old_file, new_file) = (old_file.display(), args.new_vault_key.display());
    eprintln!("start with it from now on: --vault-key {new_file} (ONEMATTER_VAULT_KEY), at every gateway");
    eprintln!("copy the keys now: onematter backup --keys DIR");
    eprintln!(
        "copies of the keys from before still need {old_file} (master key {}), so keep it where they are, as long as they are kept, and \
         destroy it with the last of them; whoever has both can read what those copies open",
        old.id()
    );
    out::line(match done {
        Rotated::Keys(count) => {
            format!("{count} keys are wrapped by the master key {} now; no text was touched", new.id())
        }
        Rotated::Already => format!("the master key {} wraps the keys already", new.id()),
    })
}
