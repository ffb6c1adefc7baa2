//! The node's accounts: a text file, one line each, `name:role:hash` with an argon2id hash in PHC form.
//!
//! Invariant: no account exists that nobody made, and a password is nowhere but in its hash.
//! Deliberately absent: officers and their rights. These are the accounts of programs: gateways and auditors' tools.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use argon2::password_hash::PasswordHash;
use uuid::Uuid;

use crate::secrets;

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Read and append: a gateway.
    ReadWrite,
    /// Read: an auditor's tool.
    ReadOnly,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadWrite => "rw",
            Self::ReadOnly => "ro",
        })
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "rw" => Ok(Self::ReadWrite),
            "ro" => Ok(Self::ReadOnly),
            _ => Err(format!("a role is rw or ro, not {text:?}")),
        }
    }
}

/// The file of accounts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// It cannot be read or written.
    #[error("the accounts file {} cannot be used: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is no account.
    #[error("line {line} of {} is no account (name:rw or ro:argon2id hash): {why}", file.display())]
    Line {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// The file has no account.
    #[error("{} has no account: make one with onematter node-user add", file.display())]
    Nobody {
        /// The file.
        file: PathBuf,
    },
    /// A name that cannot be one.
    #[error("an account's name is 1 to 64 of a–z, A–Z, 0–9, '.', '_', '-', '@': {0:?}")]
    Name(String),
    /// A password that is too easily guessed.
    #[error("a password has at least {MIN_PASSWORD} characters")]
    Password,
    /// The hash could not be made.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
}

/// The shortest password that is taken.
pub const MIN_PASSWORD: usize = 12;

/// All accounts.
#[derive(Debug, Clone, Default)]
pub struct Users(BTreeMap<String, Account>);

#[derive(Debug, Clone)]
struct Account {
    role: Role,
    hash: String,
}

impl Users {
    /// Reads the file; one without accounts is an error, as nobody could come in.
    ///
    /// # Errors
    /// Names the line.
    pub fn load(file: &Path) -> Result<Self, UsersError> {
        let users = Self::read(file)?;
        match users.0.is_empty() {
            true => Err(UsersError::Nobody { file: file.to_owned() }),
            false => Ok(users),
        }
    }

    /// Adds an account, or gives one another role and password, and writes the file.
    ///
    /// # Errors
    /// See [`UsersError`].
    pub fn set(file: &Path, name: &str, role: Role, password: &str) -> Result<(), UsersError> {
        check_name(name)?;
        if password.chars().count() < MIN_PASSWORD {
            return Err(UsersError::Password);
        }
        let mut users = if file.exists() { Self::read(file)? } else { Self::default() };
        let hash = secrets::hash(password).map_err(|error| UsersError::Hash(error.to_string()))?;
        users.0.insert(name.to_owned(), Account { role, hash });
        users.write(file)
    }

    /// Takes an account away and writes the file; whether it was there.
    ///
    /// # Errors
    /// See [`UsersError`].
    pub fn remove(file: &Path, name: &str) -> Result<bool, UsersError> {
        let mut users = Self::read(file)?;
        let was_there = users.0.remove(name).is_some();
        users.write(file)?;
        Ok(was_there)
    }

    /// Names and roles.
    pub fn list(&self) -> impl Iterator<Item = (&str, Role)> {
        self.0.iter().map(|(name, account)| (name.as_str(), account.role))
    }

    /// The role of whoever has this name and password. Takes as long for a name that is not there.
    pub fn check(&self, name: &str, password: &str) -> Option<Role> {
        let account = self.0.get(name);
        let hash = account.or_else(|| self.0.values().next()).map(|account| account.hash.as_str())?;
        let fits = secrets::fits(password, hash);
        account.filter(|_| fits).map(|account| account.role)
    }

    /// The role of an account and the hash of its password.
    pub(super) fn account(&self, name: &str) -> Option<(Role, &str)> {
        self.0.get(name).map(|account| (account.role, account.hash.as_str()))
    }

    fn read(file: &Path) -> Result<Self, UsersError> {
        let text =
            fs::read_to_string(file).map_err(|source| UsersError::File { file: file.to_owned(), source })?;
        let mut users = BTreeMap::new();
        for (line, text) in
            (1..).zip(text.lines()).filter(|(_, text)| !text.is_empty() && !text.starts_with('#'))
        {
            let (name, account) =
                account(text).map_err(|why| UsersError::Line { file: file.to_owned(), line, why })?;
            users.insert(name, account);
        }
        Ok(Self(users))
    }

    /// Whoever reads the file meanwhile sees the old one or the new one, and nobody else may read it.
    fn write(&self, file: &Path) -> Result<(), UsersError> {
        let write = || {
            let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let temporary = dir.join(format!(".node-users-{}", Uuid::new_v4()));
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut out = options.open(&temporary)?;
            for (name, Account { role, hash }) in &self.0 {
                writeln!(out, "{name}:{role}:{hash}")?;
            }
            out.sync_all()?;
            fs::rename(&temporary, file).inspect_err(|_| {
                // what could not take the file's place is of no use to anybody
                let _ = fs::remove_file(&temporary);
            })
        };
        write().map_err(|source| UsersError::File { file: file.to_owned(), source })
    }
}

fn check_name(name: &str) -> Result<(), UsersError> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"._-@".contains(&b);
    match !name.is_empty() && name.len() <= 64 && name.bytes().all(legal) {
        true => Ok(()),
        false => Err(UsersError::Name(name.to_owned())),
    }
}

fn account(line: &str) -> Result<(String, Account), String> {
    let mut parts = line.splitn(3, ':');
    let (Some(name), Some(role), Some(hash)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("three parts are needed".into());
    };
    check_name(name).map_err(|error| error.to_string())?;
    let parsed = PasswordHash::new(hash).map_err(|error| error.to_string())?;
    if parsed.algorithm != argon2::ARGON2ID_IDENT {
        return Err(format!("the hash is {}, not argon2id", parsed.algorithm));
    }
    Ok((name.to_owned(), Account { role: role.parse()?, hash: hash.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_added_checked_changed_and_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("users");
        Users::set(&file, "gateway-1", Role::ReadWrite, "correct horse battery").unwrap();
        Users::set(&file, "audit", Role::ReadOnly, "another good password").unwrap();
        let users = Users::load(&file).unwrap();
        assert_eq!(users.check("gateway-1", "correct horse battery"), Some(Role::ReadWrite));
        assert_eq!(users.check("audit", "another good password"), Some(Role::ReadOnly));
        assert_eq!(users.check("audit", "correct horse battery"), None);
        assert_eq!(users.check("nobody", "correct horse battery"), None);
        assert!(!fs::read_to_string(&file).unwrap().contains("horse"));
        assert!(Users::remove(&file, "audit").unwrap());
        assert_eq!(Users::load(&file).unwrap().list().count(), 1);
        assert!(Users::remove(&file, "gateway-1").unwrap());
        assert!(matches!(Users::load(&file), Err(UsersError::Nobody { .. })));
    }

    #[test]
    fn what_is_no_account_is_refused_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("users");
        for line in ["audit", "audit:ro:changeit", "audit:admin:x", ":ro:x", "a b:ro:x"] {
            fs::write(&file, format!("# accounts\n\n{line}\n")).unwrap();
            assert!(matches!(Users::load(&file), Err(UsersError::Line { line: 3, .. })), "{line}");
        }
        assert!(matches!(
            Users::set(&file, "a:b", Role::ReadOnly, &secrets::random()),
            Err(UsersError::Name(_))
        ));
        assert!(matches!(Users::set(&file, "a", Role::ReadOnly, "changeit"), Err(UsersError::Password)));
    }
}
