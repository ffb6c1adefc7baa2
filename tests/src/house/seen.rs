//! What an answer shows, read by path.

use serde_json::Value;

/// A part of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen(pub Value);

impl Seen {
    /// What stands at a path such as `clock.statutory.due` or `rounds.0.phase`; null where nothing does.
    pub fn at(&self, path: &str) -> &Value {
        let mut value = &self.0;
        for step in path.split('.') {
            value = step.parse::<usize>().map_or_else(|_| &value[step], |index| &value[index]);
        }
        value
    }

    /// At this path stands this value.
    #[track_caller]
    pub fn shows(&self, path: &str, expected: impl Into<Value>) -> &Self {
        let expected = expected.into();
        assert_eq!(*self.at(path), expected, "at {path} of {:#}", self.0);
        self
    }

    /// At this path stands nothing.
    #[track_caller]
    pub fn lacks(&self, path: &str) -> &Self {
        self.shows(path, Value::Null)
    }

    /// The entries of a list at a path.
    #[track_caller]
    pub fn all(&self, path: &str) -> Vec<Seen> {
        let list = self.at(path).as_array();
        assert!(list.is_some(), "no list at {path} of {:#}", self.0);
        list.into_iter().flatten().cloned().map(Seen).collect()
    }

    /// The one entry of a list whose field has this value.
    #[track_caller]
    pub fn one(&self, path: &str, field: &str, value: &str) -> Seen {
        let mut found = self.all(path).into_iter().filter(|entry| entry.at(field) == value);
        let (first, second) = (found.next(), found.next());
        assert!(first.is_some() && second.is_none(), "not one {field} = {value} at {path} of {:#}", self.0);
        first.unwrap_or(Seen(Value::Null))
    }

    /// The field of each entry of a list, as text.
    #[track_caller]
    pub fn each(&self, path: &str, field: &str) -> Vec<String> {
        let text = |entry: &Seen| entry.at(field).as_str().map(str::to_owned).unwrap_or_default();
        self.all(path).iter().map(text).collect()
    }
}
