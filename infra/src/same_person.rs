//! Who is one person in a county: the accounts and texts that directory and vault know to belong together.
//!
//! Invariant: whatever is about a person is found from any of it: an account, its other accounts of the same name, whom their
//! names are about. Accounts that are retired count; their names are still here.
//! Deliberately absent: equal names under two references, who may be two people.

use std::collections::BTreeSet;

use om_domain::ids::{CountyId, VaultRef};
use om_domain::person::Subject;

use crate::executor::Fault;
use crate::registers::Registers;
use crate::vault::{Vault, VaultError};

/// Directory or vault could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SamePersonError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The directory.
    #[error("the directory cannot be read: {0}")]
    Directory(#[from] Fault),
}

/// An account, under which reference its name stands, and whom that text is about.
struct Tie {
    account: Subject,
    name: VaultRef,
    about: Option<Subject>,
}

/// Which subjects of a county are one person.
pub struct SamePerson(Vec<Tie>);

impl SamePerson {
    /// As directory and vault have it now.
    ///
    /// # Errors
    /// When either cannot be read.
    pub async fn read(
        county: &CountyId,
        (registers, vault): (&Registers, &dyn Vault),
    ) -> Result<Self, SamePersonError> {
        let directory = registers.directory(county).await?.state;
        let mut ties = Vec::new();
        for (officer, entry) in directory.all_known() {
            if let Some(name) = &entry.person {
                let about = vault.look(county, name).await?.map(|kept| kept.subject);
                ties.push(Tie { account: Subject::Officer(officer.clone()), name: name.clone(), about });
            }
        }
        Ok(SamePerson(ties))
    }

    /// Everything that is the person of a subject, the subject itself with it.
    pub fn of(&self, subject: &Subject) -> BTreeSet<Subject> {
        let (mut person, mut names) = (BTreeSet::from([subject.clone()]), BTreeSet::new());
        loop {
            let known = person.len() + names.len();
            for tie in &self.0 {
                let about = tie.about.as_ref();
                if names.contains(&tie.name)
                    || person.contains(&tie.account)
                    || about.is_some_and(|about| person.contains(about))
                {
                    names.insert(tie.name.clone());
                    person.insert(tie.account.clone());
                    person.extend(about.cloned());
                }
            }
            if person.len() + names.len() == known {
                return person;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn officer(name: &str) -> Subject {
        Subject::Officer(name.parse().unwrap())
    }

    fn text(last: char) -> VaultRef {
        format!("vault:01ARZ3NDEKTSV4RRFFQ69G5FA{last}").parse().unwrap()
    }

    fn tie(account: &str, name: char, about: Option<Subject>) -> Tie {
        Tie { account: officer(account), name: text(name), about }
    }

    #[test]
    fn r23_a_person_is_found_from_any_account_and_any_text() {
        let about_itself = Subject::Text(text('B'));
        let county = SamePerson(vec![
            tie("third", 'C', Some(officer("second"))),
            tie("first", 'B', Some(about_itself.clone())),
            tie("second", 'B', Some(about_itself.clone())),
            tie("lost", 'D', None),
            tie("lost-too", 'D', None),
            tie("another", 'E', Some(officer("another"))),
        ]);
        let one: BTreeSet<_> = [about_itself, officer("first"), officer("second"), officer("third")].into();
        for subject in &one {
            assert_eq!(county.of(subject), one, "from {subject}");
        }
        assert_eq!(county.of(&officer("lost")), [officer("lost"), officer("lost-too")].into());
        assert_eq!(county.of(&officer("another")), [officer("another")].into());
        let stranger = Subject::Text(text('F'));
        assert_eq!(county.of(&stranger), [stranger].into());
    }
}
