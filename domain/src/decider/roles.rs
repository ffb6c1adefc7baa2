//! [`Roles`]: what an officer may be, all at once.
//!
//! Invariant: reads, writes and sorts its members as a set of them would; every fact's actor has one, so that it is a number and not a tree.

use super::Role;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, collections::BTreeSet, fmt};

/// A set of roles; in JSON the list of them, in their order.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Roles(u16);

impl Roles {
    const fn bit(role: Role) -> u16 {
        1 << role as u16
    }

    /// A bit for each, from the lowest, in the order of [`Role`]: logs store this number, so that order never changes.
    pub(crate) const fn bits(self) -> u16 {
        self.0
    }

    /// The roles of such a number. Outside: it has a bit of no role.
    pub(crate) const fn of_bits(bits: u16) -> Option<Self> {
        if bits >> Role::ALL.len() == 0 { Some(Roles(bits)) } else { None }
    }

    /// Whether this is one of them.
    pub const fn contains(&self, role: &Role) -> bool {
        self.0 & Self::bit(*role) != 0
    }

    /// Adds one.
    pub const fn insert(&mut self, role: Role) {
        self.0 |= Self::bit(role);
    }

    /// How many.
    pub const fn len(&self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// Whether the others have all of these.
    pub const fn is_subset(&self, of: &Roles) -> bool {
        self.0 & !of.0 == 0
    }

    /// Them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &'static Role> + use<> {
        let roles = *self;
        Role::ALL.iter().filter(move |role| roles.contains(role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Roles(roles.into_iter().fold(0, |all, role| all | Self::bit(role)))
    }
}

impl<const N: usize> From<[Role; N]> for Roles {
    fn from(roles: [Role; N]) -> Self {
        roles.into_iter().collect()
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Roles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Roles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeSet::deserialize(deserializer).map(Self::from_iter)
    }
}

impl JsonSchema for Roles {
    fn schema_name() -> Cow<'static, str> {
        BTreeSet::<Role>::schema_name()
    }

    fn inline_schema() -> bool {
        BTreeSet::<Role>::inline_schema()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeSet::<Role>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_set_of_its_members_whichever_they_are() {
        for mask in 0..1_u16 << Role::ALL.len() {
            let set: BTreeSet<Role> = Role::ALL
                .into_iter()
                .enumerate()
                .filter(|(nth, _)| mask >> nth & 1 == 1)
                .map(|(_, role)| role)
                .collect();
            let roles: Roles = set.iter().rev().copied().collect();
            assert!(
                roles.iter().eq(set.iter()) && roles.len() == set.len() && roles.is_empty() == set.is_empty()
            );
            assert!(Role::ALL.iter().all(|role| roles.contains(role) == set.contains(role)));
        }
    }

    #[test]
    fn the_place_of_each_is_stored_and_never_changes() {
        let places = [
            "officer",
            "head",
            "government_head",
            "lead",
            "clerk",
            "township",
            "supervisor",
            "auditor",
            "administrator",
            "security_administrator",
            "audit_administrator",
            "system",
        ];
        assert_eq!(Role::ALL.map(Role::as_stored), places);
        for (place, name) in places.into_iter().enumerate() {
            let roles = Roles::from([Role::stored(name).unwrap()]);
            assert_eq!((roles.bits(), Roles::of_bits(1 << place)), (1 << place, Some(roles)), "{name}");
        }
        assert_eq!(Roles::of_bits(1 << places.len()), None, "a role of a later version");
    }

    #[test]
    fn its_json_is_that_of_a_set() {
        for roles in [Roles::default(), [Role::Clerk].into(), Role::ALL.into()] {
            let set: BTreeSet<Role> = roles.iter().copied().collect();
            let json = serde_json::to_string(&set).unwrap();
            assert_eq!(serde_json::to_string(&roles).unwrap(), json);
            assert_eq!(serde_json::from_str::<Roles>(&json).unwrap(), roles);
        }
        let twice: Roles = serde_json::from_str(r#"["head","officer","head"]"#).unwrap();
        assert_eq!(twice, [Role::Officer, Role::Head].into());
        assert!(serde_json::from_str::<Roles>(r#"["mayor"]"#).is_err());
    }

    #[test]
    fn one_is_within_another_that_has_all_of_it() {
        let (one, both): (Roles, Roles) = ([Role::Head].into(), [Role::Officer, Role::Head].into());
        assert!(one.is_subset(&both) && !both.is_subset(&one) && Roles::default().is_subset(&one));
        let mut grown = one;
        grown.insert(Role::Officer);
        assert_eq!(grown, both);
    }
}
