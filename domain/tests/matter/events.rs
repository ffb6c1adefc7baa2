//! Schemas, golden examples and the classes of texts of every stored event of a matter, a meeting, a directory and an applicant's record.

use om_domain::{
    access_log::AccessLogEvent, applicant::ApplicantEvent, decider::EventRecord, directory::DirectoryEvent,
    matter::MatterEvent as E, meeting::MeetingEvent, person::PersonEvent,
};
use serde_json::Value;
use std::{fs, path::PathBuf};

fn folder(of: &str, aggregate: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(of).join(aggregate)
}

fn updating() -> bool {
    std::env::var_os("UPDATE_SCHEMAS").is_some()
}

fn read(path: &PathBuf) -> Option<Value> {
    fs::read_to_string(path).ok().map(|text| serde_json::from_str(&text).unwrap())
}

fn write_new(path: &PathBuf, value: &Value) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, serde_json::to_string_pretty(value).unwrap() + "\n").unwrap();
}

/// The shape alone: words may be improved, shapes may not.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let words = |key: &str, v: &Value| (key == "description" || key == "title") && v.is_string();
            map.iter().filter(|(k, v)| !words(k, v)).map(|(k, v)| (k.clone(), shape(v))).collect()
        }
        Value::Array(items) => items.iter().map(shape).collect(),
        other => other.clone(),
    }
}

#[test]
fn a_schema_that_is_checked_in_never_changes() {
    schemas_stay::<E>("matter");
    schemas_stay::<MeetingEvent>("meeting");
    schemas_stay::<DirectoryEvent>("directory");
    schemas_stay::<AccessLogEvent>("access");
    schemas_stay::<PersonEvent>("person");
    schemas_stay::<ApplicantEvent>("applicant");
}

fn schemas_stay<E: EventRecord>(of: &str) {
    for (name, version, schema) in E::schemas() {
        let path = folder("schemas", of).join(format!("{name}.v{version}.json"));
        let now = schema.to_value();
        match read(&path) {
            Some(then) => assert_eq!(
                shape(&then),
                shape(&now),
                "{name} has changed: give it version {} and read the old one by an upcast",
                version + 1
            ),
            None if updating() => write_new(&path, &now),
            None => {
                panic!("{name}.v{version} is new: write its schema with UPDATE_SCHEMAS=1 and check it in")
            }
        }
    }
}

#[test]
fn a_field_called_as_those_of_papers_holds_papers_and_no_other_holds_any() {
    const FIELDS: [&str; 5] = ["paper", "papers", "proof", "commitment", "record"];
    for aggregate in fs::read_dir(folder("schemas", "")).unwrap() {
        for file in fs::read_dir(aggregate.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let schema = read(&path).unwrap();
            let mut places = vec![&schema];
            while let Some(place) = places.pop() {
                for (name, field) in place["properties"].as_object().into_iter().flatten() {
                    let text = field.to_string();
                    let holds = text.contains("#/$defs/PaperHash");
                    assert_eq!(FIELDS.contains(&name.as_str()), holds, "{name} in {}", path.display());
                    assert!(!holds || text.matches("$ref").count() == 1, "{name} in {}", path.display());
                }
                places.extend(place.as_object().into_iter().flatten().map(|(_, below)| below));
                places.extend(place.as_array().into_iter().flatten());
            }
        }
    }
}

#[test]
fn every_example_that_is_checked_in_loads_and_reads_back_the_same() {
    examples_load::<E>("matter");
    examples_load::<MeetingEvent>("meeting");
    examples_load::<DirectoryEvent>("directory");
    examples_load::<AccessLogEvent>("access");
    examples_load::<PersonEvent>("person");
    examples_load::<ApplicantEvent>("applicant");
}

fn examples_load<E: EventRecord>(of: &str) {
    for (name, version, _) in E::schemas() {
        let path = folder("fixtures", of).join(format!("{name}.v{version}.json"));
        assert!(read(&path).is_some(), "{name}.v{version} has no example: add one to domain/fixtures/{of}");
    }
    for file in fs::read_dir(folder("fixtures", of)).unwrap() {
        let path = file.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (name, version) = stem.rsplit_once(".v").unwrap();
        let stored = read(&path).unwrap();
        let event = E::decode(name, version.parse().unwrap(), stored.to_string().as_bytes()).unwrap();
        let again = event.encode().unwrap();
        assert_eq!(E::decode(event.name(), event.version(), &again).unwrap(), event);
        if event.version() == version.parse::<u16>().unwrap() {
            assert_eq!(serde_json::from_slice::<Value>(&again).unwrap(), stored, "{stem}");
        }
    }
}

#[test]
fn an_example_is_read_in_the_form_it_is_written_in_as_the_json_reader_reads_it() {
    read_alike::<E>("matter");
    read_alike::<MeetingEvent>("meeting");
    read_alike::<DirectoryEvent>("directory");
    read_alike::<AccessLogEvent>("access");
    read_alike::<PersonEvent>("person");
    read_alike::<ApplicantEvent>("applicant");
}

/// A space before it makes the form another one, which is left to the JSON reader.
fn read_alike<E: EventRecord>(of: &str) {
    for (name, version, _) in E::schemas() {
        let stored = read(&folder("fixtures", of).join(format!("{name}.v{version}.json"))).unwrap();
        let written = E::decode(name, version, stored.to_string().as_bytes()).unwrap().encode().unwrap();
        for at in 0..written.len() {
            for with in *b"\"\\ }0x" {
                let mut damaged = [b" ", &*written].concat();
                damaged[at + 1] = with;
                let told = |stored: &[u8]| E::decode(name, version, stored).ok();
                assert_eq!(
                    told(&damaged[1..]),
                    told(&damaged),
                    "{name}: {}",
                    String::from_utf8_lossy(&damaged)
                );
            }
        }
    }
}

#[test]
fn every_example_has_a_sentence_of_its_own_in_both_languages() {
    let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let names = om_domain::naming::Names::default();
    for (name, version, _) in E::schemas() {
        let stored = read(&folder("fixtures", "matter").join(format!("{name}.v{version}.json"))).unwrap();
        let event = E::decode(name, version, stored.to_string().as_bytes()).unwrap();
        let said = om_domain::matter::sentence::of(&event, &names);
        assert!(han(&said.zh) && !said.zh.contains(name), "{name}: {}", said.zh);
        assert!(!said.en.is_empty() && !said.en.contains(name), "{name}: {}", said.en);
    }
}

#[test]
fn an_event_of_a_newer_version_or_a_damaged_one_is_not_guessed_at() {
    use om_domain::decider::DecodeError;
    assert!(matches!(E::decode("MatterStarted", 99, b"{}"), Err(DecodeError::Unknown { .. })));
    assert!(matches!(E::decode("MatterStarted", 1, b"{}"), Err(DecodeError::Damaged { .. })));
    assert!(matches!(E::decode("NoSuchThing", 1, b"{}"), Err(DecodeError::Unknown { .. })));
}

/// Bare texts that are no personal text, and why.
const BARE: &[(&str, &str)] = &[
    ("Limit.source", "an article of law or the local rule that sets the limit, from the template"),
    ("Extension.source", "the article of law that allows the extension"),
    ("CalendarVersion", "the name of a calendar version, made by the calendar itself"),
];

#[test]
fn every_text_of_an_event_is_classed() {
    let mut bare = Vec::new();
    let all = [
        E::schemas(),
        MeetingEvent::schemas(),
        DirectoryEvent::schemas(),
        AccessLogEvent::schemas(),
        PersonEvent::schemas(),
        ApplicantEvent::schemas(),
    ];
    for (name, _, schema) in all.concat() {
        let schema = schema.to_value();
        texts(name, &schema, &mut bare);
        for (def, part) in schema.get("$defs").and_then(Value::as_object).into_iter().flatten() {
            texts(def, part, &mut bare);
        }
    }
    bare.sort();
    bare.dedup();
    bare.retain(|at| !BARE.iter().any(|(allowed, _)| allowed == at));
    assert!(bare.is_empty(), "texts without a class (fact, legal_text, personal): {bare:?}");
}

/// Paths of texts that are neither classed nor of a closed form (a date, an id, one of a few words).
fn texts(at: &str, schema: &Value, bare: &mut Vec<String>) {
    let Some(map) = schema.as_object() else { return };
    let is_text = match map.get("type") {
        Some(Value::String(kind)) => kind == "string",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
        _ => false,
    };
    let closed = ["enum", "const", "format"].iter().any(|key| map.contains_key(*key));
    let classed = map
        .get("x-class")
        .and_then(Value::as_str)
        .is_some_and(|c| ["fact", "legal_text", "personal"].contains(&c));
    if is_text && !closed && !classed {
        bare.push(at.to_owned());
    }
    for (key, part) in map {
        match (key.as_str(), part) {
            ("properties", Value::Object(fields)) => {
                let parent = at.split('.').next().unwrap();
                fields.iter().for_each(|(field, part)| texts(&format!("{parent}.{field}"), part, bare));
            }
            ("items" | "additionalProperties", part) => texts(at, part, bare),
            ("anyOf" | "oneOf" | "allOf", Value::Array(parts)) => {
                parts.iter().for_each(|part| texts(at, part, bare));
            }
            ("patternProperties", Value::Object(parts)) => {
                parts.values().for_each(|part| texts(at, part, bare));
            }
            _ => {}
        }
    }
}
