//! `node-user`: the accounts of a node.
//!
//! Invariant: a password is printed once, when it is made, on standard output; it is never an argument, which other
//! processes could see.
//! Deliberately absent: officers; these are accounts of programs.

use super::{
    Failure,
    accounts::typed,
    args::{NodeUser, NodeUserWhat},
};
use om_infra::{
    esdb_node::users::{Role, Users},
    secrets,
};

/// Adds, lists or removes.
pub(super) fn run(args: NodeUser) -> Result<(), Failure> {
    match args.what {
        NodeUserWhat::Add(add) => {
            let password = if add.password_stdin { typed()? } else { secrets::random() };
            Users::set(&add.users, &add.name, add.role, &password)?;
            eprintln!(
                "{} may now {}",
                add.name,
                if add.role == Role::ReadWrite { "read and append" } else { "read" }
            );
            if !add.password_stdin {
                eprintln!("its password, shown this once:");
                println!("{password}");
            }
        }
        NodeUserWhat::List(list) => {
            for (name, role) in Users::load(&list.users)?.list() {
                println!("{role} {name}");
            }
        }
        NodeUserWhat::Remove(remove) => {
            if !Users::remove(&remove.users, &remove.name)? {
                return Err(Failure::new(
                    format!("{} has no account {}", remove.users.display(), remove.name),
                    "see onematter node-user list",
                ));
            }
            eprintln!("{} is removed", remove.name);
        }
    }
    Ok(())
}
