//! Rows of contacts, by events as they are stored.

use super::*;
use crate::{folding::Folding, projection::AnyProjection};
use jiff::Timestamp;
use om_domain::{
    applicant::event::{ContactNamed, ContactRemoved},
    calendar::start_of_day,
    decider::{Effective, EventRecord, Role},
    ids::{CommandId, EventId},
    metadata::{Metadata, RequestHash, StoredMetadata},
};

fn t<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn text(last: char) -> VaultRef {
    t(&format!("vault:01ARZ3NDEKTSV4RRFFQ69G5FA{last}"))
}

fn named(name: char, phone: Option<char>) -> E {
    ContactNamed { name: text(name), phone: phone.map(text) }.into()
}

fn metadata(county: &str, at: Timestamp) -> Vec<u8> {
    let metadata = Metadata {
        county: t(county),
        officer: t("clerk"),
        body: t("government-services"),
        roles: [Role::Clerk].into(),
        stands_in_for: None,
        effective: Effective::At(at),
        recorded: at,
        command: CommandId(uuid::Uuid::nil()),
        request: RequestHash([0; 32]),
        correlation: CommandId(uuid::Uuid::nil()),
        causation: None,
        traceparent: None,
        entered_by: None,
    };
    serde_json::to_vec(&metadata).unwrap()
}

/// Folds each as the next event of the applicant's stream, on days one after the other, in batches of the given size.
fn told(events: &[(&str, &str, E)], size: usize) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    let mut contacts = Folding::<Contacts>::default();
    contacts.install(&db).unwrap();
    let stored: Vec<_> = events
        .iter()
        .enumerate()
        .map(|(n, (county, applicant, event))| {
            let at = start_of_day(jiff::civil::date(2023, 6, i8::try_from(n + 1).unwrap()));
            (*county, *applicant, event, at, event.encode().unwrap(), metadata(county, at))
        })
        .collect();
    let encoded: Vec<_> = stored
        .iter()
        .enumerate()
        .map(|(n, (county, subject, event, recorded, payload, metadata))| EncodedEvent {
            county,
            category: "applicant",
            subject,
            id: EventId(uuid::Uuid::from_u128(n as u128 + 1)),
            revision: n as u64,
            position: n as u64 + 1,
            kind: event.name(),
            version: event.version(),
            recorded: *recorded,
            payload,
            metadata: StoredMetadata::Text(metadata),
        })
        .collect();
    for batch in encoded.chunks(size) {
        contacts.fold_batch(&db, batch).unwrap();
    }
    db
}

#[test]
fn who_was_named_before_stays_to_be_found() {
    let county = "530322";
    let removed = || E::from(ContactRemoved { reason: t("已离职") });
    let story = [
        (county, "one", named('A', Some('B'))),
        (county, "one", named('C', None)),
        (county, "two", named('C', None)),
        ("530323", "one", named('D', None)),
        (county, "one", removed()),
        (county, "one", named('A', Some('E'))),
    ];
    for size in [1, 2, 6] {
        let db = told(&story, size);
        let of = |applicant: Option<&str>, after: Option<&ContactCursor>| {
            let applicant = applicant.map(t);
            contacts(&db, &t(county), applicant.as_ref(), after, 10).unwrap()
        };
        let seen: Vec<_> = of(Some("one"), None)
            .into_iter()
            .map(|(_, row)| (row.name, row.phone, row.since.day(), row.until.map(|day| day.day())))
            .collect();
        let expected = [
            (text('A'), Some(text('B')), 1, Some(2)),
            (text('C'), None, 2, Some(5)),
            (text('A'), Some(text('E')), 6, None),
        ];
        assert_eq!(seen, expected, "in batches of {size}");
        let all = of(None, None);
        assert_eq!(all.len(), 4, "of this county");
        assert_eq!(of(None, Some(&all[1].0)).as_slice(), &all[2..]);
        let found = |text| applicants_of(&db, &t(county), &text).unwrap();
        assert_eq!(found(text('C')), [t("one"), t("two")]);
        assert_eq!(found(text('B')), [t("one")], "by a telephone, of a contact that is no more");
        assert!(found(text('D')).is_empty(), "another county's");
    }
}
