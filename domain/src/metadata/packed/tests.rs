use super::*;
use crate::{
    decider::{Role, from_json},
    metadata::{hex, tests::forms},
};
use proptest::prelude::*;

/// Metadata packed, and what they were.
fn packed(metadata: &Metadata) -> Option<Vec<u8>> {
    pack(&serde_json::to_vec(metadata).unwrap(), metadata.recorded)
}

fn holds(metadata: &Metadata) {
    let json = serde_json::to_vec(metadata).unwrap();
    assert_eq!(metadata.to_json().unwrap(), json, "written as serde writes it");
    let packed = packed(metadata).unwrap();
    let stored = StoredMetadata::Packed(&packed, metadata.recorded);
    assert_eq!(&*stored.json().unwrap(), &json[..], "byte by byte");
    assert_eq!(stored.whole().unwrap(), *metadata);
    assert_eq!(stored.envelope().unwrap(), from_json(&json).unwrap());
    let text = StoredMetadata::Text(&json);
    assert_eq!((text.whole().unwrap(), &*text.json().unwrap()), (metadata.clone(), &json[..]));
}

fn traces() -> [&'static str; 7] {
    [
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
        "00-",
        "",
    ]
}

#[test]
fn every_form_that_is_written_comes_out_again() {
    let [first, ..] = &forms()[..] else { panic!("there are forms") };
    let traced = traces().map(|trace| Metadata { traceparent: Some(trace.into()), ..first.clone() });
    for form in forms().iter().chain(&traced) {
        let escaped = form.traceparent.as_ref().is_some_and(|trace| trace.contains('"'));
        if escaped {
            assert_eq!(packed(form), None, "what is to be escaped stays JSON");
            assert_eq!(form.to_json().unwrap(), serde_json::to_vec(form).unwrap());
        } else {
            holds(form);
        }
    }
}

#[test]
fn the_packed_form_is_fixed() {
    let form = Metadata {
        effective: Effective::At("2026-11-22T02:00:00Z".parse().unwrap()),
        roles: [Role::Officer, Role::System].into(),
        traceparent: Some(traces()[0].into()),
        ..forms()[0].clone()
    };
    let packed = packed(&form).unwrap();
    let digits: String = packed.iter().flat_map(|byte| hex(*byte)).map(char::from).collect();
    assert_eq!(
        digits,
        concat!(
            "0111",
            "00000000000000000000000000000001",
            "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5",
            "4bf92f3577b34da6a3ce929d0e0e473600f067aa0ba902b701",
            "0108",
            "06353330333232",
            "0c6e722d6f6666696365722d31",
            "116e61747572616c2d7265736f7572636573",
        )
    );
}

#[test]
fn what_would_not_come_out_again_stays_json() {
    let form = &forms()[0];
    let json = form.to_json().unwrap();
    assert_eq!(pack(&json, Timestamp::UNIX_EPOCH), None, "recorded at another instant than the event");
    let spread = serde_json::to_string_pretty(form).unwrap();
    assert_eq!(pack(spread.as_bytes(), form.recorded), None);
    let fine = Effective::At("2026-11-22T02:00:00.000000001Z".parse().unwrap());
    assert_eq!(packed(&Metadata { effective: fine, ..form.clone() }), None, "finer than a microsecond");
    let long = Metadata { traceparent: Some("x".repeat(256)), ..form.clone() };
    assert_eq!(packed(&long), None, "longer than a byte can say");
    for json in [&b""[..], b"{}", b"{  }", b"\x01"] {
        assert_eq!(pack(json, form.recorded), None);
    }
}

#[test]
fn damage_is_told_or_is_other_metadata_and_never_a_panic() {
    for form in forms() {
        let Some(packed) = packed(&form) else { continue };
        let read = |bytes: &[u8]| {
            let stored = StoredMetadata::Packed(bytes, form.recorded);
            let (whole, envelope) = (stored.whole().ok(), stored.envelope().ok());
            if let Ok(json) = stored.json() {
                assert_eq!(Metadata::read(&json).ok(), whole, "{bytes:?}");
            }
            assert!(whole.is_none() || envelope.is_some(), "{bytes:?}");
            whole
        };
        for cut in 0..packed.len() {
            assert_eq!(read(&packed[..cut]), None, "{cut}");
        }
        for (at, with) in
            (0..packed.len()).flat_map(|at| [0, 1, 0x22, 0x5c, 0x7f, 0xff].map(|with| (at, with)))
        {
            let mut damaged = packed.clone();
            damaged[at] = with;
            if damaged != packed {
                assert_ne!(read(&damaged).as_ref(), Some(&form), "{at} {with}");
            }
        }
    }
}

fn instant() -> impl Strategy<Value = Timestamp> {
    let micros = prop_oneof![
        0..4_000_000_000_000_000_i64,
        (0..4_000_000_000_i64).prop_map(|second| second * 1_000_000)
    ];
    micros.prop_map(|micros| Timestamp::from_microsecond(micros).unwrap())
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let id = || any::<u128>().prop_map(Uuid::from_u128);
    let officer = || "[a-z][a-z0-9-]{0,40}[a-z0-9]".prop_filter_map("no id", |text| text.parse().ok());
    let effective = prop_oneof![
        instant().prop_map(Effective::At),
        (-100_000..100_000_i32).prop_map(|days| Effective::On(instants::date(days).unwrap())),
    ];
    let trace = prop_oneof!["00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", "[ -~陆良]{0,30}"];
    let who =
        ("[0-9]{6}", officer(), "[a-z]{1,30}", 0..1_u16 << Role::ALL.len(), prop::option::of(officer()));
    let what = (effective, prop::option::of(instant()), id(), any::<[u8; 32]>());
    let chain = (
        prop::option::of(id()),
        prop::option::of(id()),
        prop::option::of(trace),
        prop::option::of(officer()),
    );
    (who, instant(), what, chain).prop_map(|(who, recorded, what, chain)| {
        let ((county, officer, body, roles, stands_in_for), (effective, now, command, request)) = (who, what);
        let (correlation, causation, traceparent, entered_by) = chain;
        Metadata {
            county: county.parse().unwrap(),
            officer,
            body: body.parse().unwrap(),
            roles: Roles::of_bits(roles).unwrap(),
            stands_in_for,
            effective: if now.is_some() { Effective::At(recorded) } else { effective },
            recorded,
            command: CommandId(command),
            request: RequestHash(request),
            correlation: CommandId(correlation.unwrap_or(command)),
            causation: causation.map(EventId),
            traceparent,
            entered_by,
        }
    })
}

proptest! {
    #[test]
    fn whatever_is_written_comes_out_again(metadata in metadata()) {
        match packed(&metadata) {
            Some(_) => holds(&metadata),
            None => {
                let text = metadata.traceparent.as_deref().unwrap_or_default();
                prop_assert!(text.contains(['"', '\\']), "{metadata:?}");
                prop_assert_eq!(metadata.to_json().unwrap(), serde_json::to_vec(&metadata).unwrap());
            }
        }
    }
}
