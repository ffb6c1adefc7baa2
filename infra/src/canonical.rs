//! The canonical text of a request: its JSON with the members of every object in the order of their names and a comma behind each member
//! and each item.
//!
//! Invariants: it does not depend on the order of a type's fields; it never changes, for a command sent again after an upgrade is known by
//! the hash of it. It is put together from the JSON as serde writes it; what that way does not know goes by way of a [`Value`].
//! Deliberately absent: JSON that others wrote. Spaces and other ways to escape a character are not put in order.

use serde::Serialize;
use serde_json::Value;

/// The canonical text.
///
/// # Errors
/// When the request has no JSON form.
pub(crate) fn canonical(asked: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = Vec::with_capacity(512);
    serde_json::to_writer(&mut json, asked)?;
    let mut text = Text { rest: &json, out: Vec::with_capacity(json.len() + 64) };
    let text = match text.value() {
        Some(()) if text.rest.is_empty() => text.out,
        _ => of_value(&serde_json::to_value(asked)?)?,
    };
    debug_assert_eq!(
        Some(&text),
        serde_json::to_value(asked).and_then(|value| of_value(&value)).ok().as_ref()
    );
    Ok(text)
}

fn of_value(value: &Value) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::new();
    put(value, &mut out)?;
    Ok(out)
}

fn put(value: &Value, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for item in items {
                put(item, out)?;
                out.push(b',');
            }
            out.push(b']');
        }
        Value::Object(fields) => {
            let mut keys: Vec<_> = fields.iter().collect();
            keys.sort_unstable_by_key(|(key, _)| *key);
            out.push(b'{');
            for (key, field) in keys {
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                put(field, out)?;
                out.push(b',');
            }
            out.push(b'}');
        }
        scalar => serde_json::to_writer(&mut *out, scalar)?,
    }
    Ok(())
}

/// JSON as serde writes it, not read yet, and what was put together of the rest.
struct Text<'a> {
    rest: &'a [u8],
    out: Vec<u8>,
}

impl<'a> Text<'a> {
    /// Outside, here and below: it goes by way of a [`Value`].
    fn value(&mut self) -> Option<()> {
        match self.rest.first()? {
            b'[' => self.array(),
            b'{' => self.object(),
            b'"' => self.string().map(|_| ()),
            _ => {
                let end = self.rest.iter().position(|byte| b",]}".contains(byte)).unwrap_or(self.rest.len());
                if end == 0 {
                    return None;
                }
                self.copy(end);
                Some(())
            }
        }
    }

    fn array(&mut self) -> Option<()> {
        self.copy(1);
        while !self.skip(b']') {
            self.value()?;
            self.out.push(b',');
            self.skip(b',');
        }
        self.out.push(b']');
        Some(())
    }

    fn object(&mut self) -> Option<()> {
        self.copy(1);
        let from = self.out.len();
        let mut members: Vec<(&[u8], usize)> = Vec::with_capacity(8);
        while !self.skip(b'}') {
            let at = self.out.len();
            let name = self.string()?;
            if name.contains(&b'\\') || *self.rest.first()? != b':' {
                return None;
            }
            members.push((name, at));
            self.copy(1);
            self.value()?;
            self.out.push(b',');
            self.skip(b',');
        }
        if !members.is_sorted_by(|(one, _), (next, _)| one < next) {
            self.sort(from, members)?;
        }
        self.out.push(b'}');
        Some(())
    }

    /// Puts the members that begin at these places, the first at `from`, in the order of their names. Outside: two have the same.
    fn sort(&mut self, from: usize, members: Vec<(&[u8], usize)>) -> Option<()> {
        let written = self.out.split_off(from);
        let ends = members.iter().skip(1).map(|(_, at)| *at).chain([from + written.len()]);
        let mut members: Vec<_> =
            members.iter().zip(ends).map(|((name, at), end)| (*name, *at - from..end - from)).collect();
        members.sort_unstable_by_key(|(name, _)| *name);
        if !members.is_sorted_by(|(one, _), (next, _)| one < next) {
            return None;
        }
        for (_, member) in members {
            self.out.extend_from_slice(written.get(member)?);
        }
        Some(())
    }

    /// What stands between the quotation marks.
    fn string(&mut self) -> Option<&'a [u8]> {
        let behind = self.rest.strip_prefix(b"\"")?;
        let mut end = 0;
        loop {
            match behind.get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        self.copy(end + 2);
        behind.get(..end)
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.rest.first() == Some(&byte);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn copy(&mut self, bytes: usize) {
        let (copied, rest) = self.rest.split_at(bytes);
        self.out.extend_from_slice(copied);
        self.rest = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    struct Asked<'a> {
        z: &'a str,
        a: (i64, f64, Option<bool>),
        m: BTreeMap<&'a str, Vec<u8>>,
        e: [Way<'a>; 3],
    }

    #[derive(Serialize)]
    enum Way<'a> {
        Unit,
        New(&'a str),
        Fields { y: u64, x: () },
    }

    #[test]
    fn the_text_is_fixed() {
        let asked = Asked {
            z: "陆良 \"a\\\n",
            a: (-1, 1.5e30, None),
            m: [("a", vec![]), ("", vec![1, 2])].into(),
            e: [Way::Unit, Way::New("{,}"), Way::Fields { y: u64::MAX, x: () }],
        };
        assert_eq!(
            String::from_utf8(canonical(&asked).unwrap()).unwrap(),
            concat!(
                r#"{"a":[-1,1.5e+30,null,],"e":["Unit",{"New":"{,}",},{"Fields":{"x":null,"y":18446744073709551615,},},],"#,
                r#""m":{"":[1,2,],"a":[],},"z":"陆良 \"a\\\n",}"#,
            )
        );
    }

    fn json() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,6}|[\\\\\",:{}\n\u{1}陆]{0,4}".prop_map(Value::from),
        ];
        scalar.prop_recursive(5, 64, 6, |inner| {
            let members = prop::collection::vec(("[a-z]{0,3}|[\"\\\\陆{},:]{0,2}", inner.clone()), 0..6);
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(Value::from),
                members.prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// The same members in an order of their own, a name perhaps twice.
    struct Shuffled<'a>(&'a Value, bool);

    impl Serialize for Shuffled<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self.0 {
                Value::Object(members) => {
                    let twice = members.iter().filter(|_| self.1).take(1);
                    serializer.collect_map(
                        twice
                            .chain(members.iter().rev())
                            .map(|(name, value)| (name, Shuffled(value, self.1))),
                    )
                }
                Value::Array(items) => {
                    serializer.collect_seq(items.iter().map(|item| Shuffled(item, self.1)))
                }
                scalar => scalar.serialize(serializer),
            }
        }
    }

    proptest! {
        #[test]
        fn it_is_the_same_by_either_way_and_in_any_order(value in json()) {
            let text = of_value(&value).unwrap();
            for twice in [false, true] {
                prop_assert_eq!(&canonical(&Shuffled(&value, twice)).unwrap(), &text);
            }
            prop_assert_eq!(canonical(&value).unwrap(), text);
        }
    }
}
