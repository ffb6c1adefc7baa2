use super::*;
use crate::given::{Given, actor, id};

fn by() -> Accessor {
    Accessor { officer: id("wa-officer-1"), body: id("water") }
}

fn denied(times: u32) -> AccessDenied {
    let (action, rule) = ("ReadDesk".to_owned(), "A4".to_owned());
    AccessDenied { by: by(), action, rule, about: Some(About::Body(id("housing"))), register: None, times }
}

fn read() -> ProtectedRead {
    ProtectedRead { by: by(), about: vec![About::Text(id("vault:01ARZ3NDEKTSV4RRFFQ69G5FAV"))] }
}

#[test]
fn the_platform_writes_down_what_was_denied_and_read_in_order() {
    let note = AccessLogCommand::NoteAccess { denied: vec![denied(3)], read: vec![read()] };
    let mut given = Given::<AccessLogDecider>::nothing();
    assert_eq!(given.when(&note), Ok(vec![denied(3).into(), read().into()]));
    assert_eq!(given.does(&note).state.entries, 2);
}

#[test]
fn nobody_else_writes_it_whatever_their_roles() {
    let note = AccessLogCommand::NoteAccess { denied: vec![denied(1)], read: vec![] };
    for role in [Role::Lead, Role::Auditor, Role::Administrator, Role::AuditAdministrator] {
        let mut given = Given::<AccessLogDecider>::nothing().by(actor("somebody", "audit", &[role]));
        assert_eq!(given.when(&note).unwrap_err().code(), "NotThePlatform", "{role:?}");
    }
}
