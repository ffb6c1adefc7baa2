//! Reading a TOML text that a person has written, with a line for everything that is wrong in it.
//!
//! Invariant: reading goes on after an error, so all of them come at once; a key nobody asked for is an error.
//! Deliberately absent: what the keys mean; that is the template's and the directory's.

use serde::{
    Deserialize, Serialize,
    de::{IntoDeserializer, value::StrDeserializer},
};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    fmt,
    str::FromStr,
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// What is wrong on one line, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LineError {
    /// The line, from 1.
    pub line: usize,
    /// In Chinese: `问题；办法`.
    pub zh: String,
    /// In English: `problem; do this`.
    pub en: String,
}

impl LineError {
    /// The whole sentence in Chinese.
    pub fn message_zh(&self) -> String {
        format!("第 {} 行：{}", self.line, self.zh)
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.en)
    }
}

/// The text and what has been found wrong in it so far.
pub(crate) struct Reader<'t> {
    text: &'t str,
    errors: RefCell<Vec<LineError>>,
}

impl<'t> Reader<'t> {
    /// Reads the text as TOML and hands its root to `read`; gives what it read, and all errors in order of lines.
    pub(crate) fn read<T>(
        text: &'t str,
        read: impl FnOnce(&Table<'_, '_>) -> T,
    ) -> (Option<T>, Vec<LineError>) {
        let reader = Reader { text, errors: RefCell::default() };
        let (root, syntax) = DeTable::parse_recoverable(text);
        for error in &syntax {
            let line = reader.line(error.span().map_or(0, |span| span.start));
            let what = error.message();
            reader.error(
                line,
                format!("不是有效的 TOML（{what}）；请改正该行的书写"),
                format!("not valid TOML ({what}); correct the writing of this line"),
            );
        }
        let value = syntax.is_empty().then(|| {
            let table = Table::new(&reader, root.get_ref(), 1);
            let value = read(&table);
            table.refuse_unknown();
            value
        });
        let mut errors = reader.errors.into_inner();
        errors.sort();
        errors.dedup();
        (value, errors)
    }

    fn line(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }

    fn error(&self, line: usize, zh: String, en: String) {
        self.errors.borrow_mut().push(LineError { line, zh, en });
    }
}

/// One table of the text, and the keys that were asked for.
pub(crate) struct Table<'r, 't> {
    reader: &'r Reader<'t>,
    table: &'r DeTable<'t>,
    line: usize,
    known: RefCell<BTreeSet<&'static str>>,
    checked: Cell<bool>,
}

type Value<'t> = Spanned<DeValue<'t>>;

impl<'r, 't> Table<'r, 't> {
    fn new(reader: &'r Reader<'t>, table: &'r DeTable<'t>, line: usize) -> Self {
        Table { reader, table, line, known: RefCell::default(), checked: Cell::new(false) }
    }

    /// The line the table begins on.
    pub(crate) fn line(&self) -> usize {
        self.line
    }

    /// The line of a key's value, else of the table.
    pub(crate) fn line_of(&self, key: &'static str) -> usize {
        self.table.get(key).map_or(self.line, |value| self.reader.line(value.span().start))
    }

    /// Says that something is wrong on a line.
    pub(crate) fn error(&self, line: usize, zh: String, en: String) {
        self.reader.error(line, zh, en);
    }

    /// Whether the key is there; if not, that is an error.
    pub(crate) fn require(&self, key: &'static str) {
        self.known.borrow_mut().insert(key);
        if !self.table.contains_key(key) {
            let (zh, en) =
                (format!("缺少 `{key}`；请补上"), format!("`{key}` is missing; add it to this section"));
            self.error(self.line, zh, en);
        }
    }

    /// A text of a checked kind.
    pub(crate) fn parsed<T: FromStr<Err: fmt::Display>>(&self, key: &'static str) -> Option<T> {
        let value = self.value(key)?;
        let text = self.text(key, value)?;
        self.check(value, text.parse::<T>())
    }

    /// One of the names of a set.
    pub(crate) fn choice<T: for<'de> Deserialize<'de>>(&self, key: &'static str) -> Option<T> {
        self.choose(key, self.value(key)?)
    }

    /// A list of texts of a checked kind, each with its line.
    pub(crate) fn list<T: FromStr<Err: fmt::Display>>(&self, key: &'static str) -> Vec<(T, usize)> {
        let read = |value: &Value<'t>| {
            let text = self.text(key, value)?;
            Some((self.check(value, text.parse::<T>())?, self.reader.line(value.span().start)))
        };
        self.array(key).filter_map(read).collect()
    }

    /// A list of names of a set.
    pub(crate) fn choices<T: for<'de> Deserialize<'de> + PartialEq>(&self, key: &'static str) -> Vec<T> {
        let mut found = Vec::new();
        for value in self.array(key) {
            match self.choose::<T>(key, value) {
                Some(choice) if found.contains(&choice) => {
                    self.wrong(value, key, "不重复的名称", "each name once");
                }
                choice => found.extend(choice),
            }
        }
        found
    }

    /// A whole number from 0 to 65,535.
    pub(crate) fn number(&self, key: &'static str) -> Option<u16> {
        let value = self.value(key)?;
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|n| u16::from_str_radix(&n.as_str().replace('_', ""), n.radix()).ok());
        if number.is_none() {
            self.wrong(value, key, "0 到 65535 的整数", "a whole number from 0 to 65535");
        }
        number
    }

    /// `true` or `false`; `false` if not there.
    pub(crate) fn flag(&self, key: &'static str) -> bool {
        let Some(value) = self.value(key) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.wrong(value, key, "true 或 false", "true or false");
            false
        })
    }

    /// A table inside the table.
    pub(crate) fn table(&self, key: &'static str) -> Option<Table<'r, 't>> {
        self.inner(key, self.value(key)?)
    }

    /// A list of tables.
    pub(crate) fn tables(&self, key: &'static str) -> Vec<Table<'r, 't>> {
        self.array(key).filter_map(|value| self.inner(key, value)).collect()
    }

    /// Makes each key that was not asked for an error. Called once everything has been read.
    pub(crate) fn refuse_unknown(&self) {
        if self.checked.replace(true) {
            return;
        }
        let known = self.known.borrow();
        for key in self.table.keys().filter(|key| !known.contains(key.get_ref().as_ref())) {
            let (name, line) = (key.get_ref(), self.reader.line(key.span().start));
            let names = known.iter().copied().collect::<Vec<_>>().join(", ");
            self.error(
                line,
                format!("不认识 `{name}`；请删除，或改为其中之一：{names}"),
                format!("`{name}` is not known here; remove it or use one of: {names}"),
            );
        }
    }

    fn value(&self, key: &'static str) -> Option<&'r Value<'t>> {
        self.known.borrow_mut().insert(key);
        self.table.get(key)
    }

    fn array(&self, key: &'static str) -> impl Iterator<Item = &'r Value<'t>> + use<'r, 't> {
        let value = self.value(key);
        let array = value.and_then(|value| value.get_ref().as_array());
        if let (Some(value), None) = (value, array) {
            self.wrong(value, key, "用方括号括起的列表", "a list in square brackets");
        }
        array.into_iter().flat_map(|array| array.iter())
    }

    fn inner(&self, key: &'static str, value: &'r Value<'t>) -> Option<Table<'r, 't>> {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(value, key, "用花括号括起的若干项", "keys in curly brackets");
            return None;
        };
        Some(Table::new(self.reader, table, self.reader.line(value.span().start)))
    }

    fn text<'v>(&self, key: &'static str, value: &'v Value<'t>) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong(value, key, "用引号括起的文字", "a text in quotes");
        }
        text
    }

    fn check<T, E: fmt::Display>(&self, value: &Value<'t>, parsed: Result<T, E>) -> Option<T> {
        parsed
            .map_err(|error| {
                let line = self.reader.line(value.span().start);
                self.error(line, format!("写法不对（{error}）；请照此改写"), format!("{error}; write it so"));
            })
            .ok()
    }

    fn choose<T: for<'de> Deserialize<'de>>(&self, key: &'static str, value: &Value<'t>) -> Option<T> {
        let text = self.text(key, value)?;
        // `working_days` and `working-days` are one name to the person who writes it.
        named::<T>(text)
            .or_else(|error| {
                named(&text.replace('-', "_")).or_else(|_| named(&text.replace('_', "-"))).map_err(|_| error)
            })
            .map_err(|error| {
                let (line, error) = (self.reader.line(value.span().start), error.to_string());
                let names = error.split_once("expected ").map_or(error.as_str(), |(_, names)| names);
                let names = names.strip_prefix("one of ").unwrap_or(names);
                self.error(
                    line,
                    format!("`{key}` 不能是 “{text}”；请写其中之一：{names}"),
                    format!("`{key}` cannot be {text:?}; write one of {names}"),
                );
            })
            .ok()
    }

    fn wrong(&self, value: &Value<'t>, key: &'static str, zh: &str, en: &str) {
        let line = self.reader.line(value.span().start);
        self.error(
            line,
            format!("`{key}` 的写法不对；请写成{zh}"),
            format!("`{key}` is not written right; write {en}"),
        );
    }
}

fn named<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, serde::de::value::Error> {
    let name: StrDeserializer<'_, serde::de::value::Error> = text.into_deserializer();
    T::deserialize(name)
}

impl Drop for Table<'_, '_> {
    /// A table that has been read and left knows all the keys it was asked for.
    fn drop(&mut self) {
        self.refuse_unknown();
    }
}
