//! A CSV table as text: RFC 4180 with headings in Chinese or English.
//!
//! Invariants: a field knows its line and column; every fault of the table is told at once.
//! Deliberately absent: what the fields mean.

use std::{collections::BTreeMap, fmt};

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Matter,
    Permit,
    Event,
    Date,
    Officer,
    Materials,
    Number,
    Dated,
    Service,
    Served,
    Ground,
    Until,
    Reason,
    Article,
    Remedy,
    Paper,
    Note,
}

/// Each column, its headings, and whether a table must have it. The first two headings are the ones it is called by.
const COLUMNS: [(Column, &[&str], bool); 17] = [
    (Column::Matter, &["项目代码", "matter", "项目", "一件事", "project", "project code"], true),
    (Column::Permit, &["审批事项", "permit", "事项"], true),
    (Column::Event, &["环节", "event", "办理环节", "step", "kind"], true),
    (Column::Date, &["日期", "date", "生效日期", "办理日期", "effective", "effective date"], true),
    (Column::Officer, &["经办人", "officer", "办理人", "经办账号"], true),
    (Column::Materials, &["材料", "materials"], false),
    (Column::Number, &["文号", "number", "document number"], false),
    (Column::Dated, &["落款日期", "dated", "文书日期", "document date"], false),
    (Column::Service, &["送达方式", "service", "manner of service"], false),
    (Column::Served, &["送达日期", "served", "served on"], false),
    (Column::Ground, &["特别程序", "ground"], false),
    (Column::Until, &["截止日期", "until", "有效期至", "告知至"], false),
    (Column::Reason, &["理由", "reason", "reasons", "说明"], false),
    (Column::Article, &["法律依据", "article", "依据"], false),
    (Column::Remedy, &["救济途径", "remedy"], false),
    (Column::Paper, &["文书原件", "paper", "扫描件", "scan"], false),
    (Column::Note, &["备注", "note"], false),
];

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = COLUMNS.iter().find(|(column, ..)| column == self).map(|(_, names, _)| *names);
        match names {
            Some([zh, en, ..]) => write!(f, "{zh} ({en})"),
            _ => Ok(()),
        }
    }
}

/// What is wrong at a place of the table, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The line of the file, from 1.
    pub(super) line: usize,
    /// The column, if it is one's.
    pub(super) column: Option<Column>,
    /// What is wrong.
    pub(super) what: String,
    /// What to do.
    pub(super) todo: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {} → {}", self.what, self.todo)
    }
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The line of the file it begins on, from 1.
    pub(super) number: usize,
    fields: BTreeMap<Column, String>,
}

impl Line {
    /// A field, if it is not empty.
    pub(super) fn get(&self, column: Column) -> Option<&str> {
        self.fields.get(&column).map(String::as_str).filter(|text| !text.is_empty())
    }

    pub(super) fn fault(&self, column: Column, what: impl Into<String>, todo: impl Into<String>) -> Fault {
        Fault { line: self.number, column: Some(column), what: what.into(), todo: todo.into() }
    }

    /// A field that must not be empty.
    pub(super) fn needed(&self, column: Column) -> Result<&str, Fault> {
        self.get(column).ok_or_else(|| self.fault(column, "it is empty", "fill it in"))
    }

    /// The columns in which something stands.
    pub(super) fn filled(&self) -> impl Iterator<Item = Column> {
        self.fields.iter().filter(|(_, text)| !text.is_empty()).map(|(column, _)| *column)
    }

    /// All fields but the note, in a form that two equal lines share.
    pub(super) fn content(&self) -> String {
        let told = self.fields.iter().filter(|(column, text)| **column != Column::Note && !text.is_empty());
        told.map(|(column, text)| format!("{column:?}={text}\u{1f}")).collect()
    }
}

/// The text of a file in UTF-8, with or without a mark, or in GB18030.
pub(super) fn decoded(bytes: &[u8]) -> Result<String, String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let (text, _, wrong) = encoding_rs::GB18030.decode(bytes);
    if wrong { Err("it is neither UTF-8 nor GB18030".to_owned()) } else { Ok(text.into_owned()) }
}

/// Reads a table.
///
/// # Errors
/// With every fault of its form.
pub(super) fn read(text: &str) -> Result<Vec<Line>, Vec<Fault>> {
    let mut rows = rows(text)?.into_iter().filter(|(_, fields)| fields.iter().any(|field| !field.is_empty()));
    let Some((number, heads)) = rows.next() else {
        let todo = "the first line holds the headings";
        return Err(vec![Fault {
            line: 1,
            column: None,
            what: "the table is empty".into(),
            todo: todo.into(),
        }]);
    };
    let columns = headings(number, &heads)?;
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for (number, fields) in rows {
        if fields.len() > columns.len() {
            faults.push(Fault {
                line: number,
                column: None,
                what: format!("it has {} fields, and there are {} headings", fields.len(), columns.len()),
                todo: "put a field that holds a comma into double quotes".into(),
            });
            continue;
        }
        let fields = columns.iter().copied().zip(fields).collect();
        lines.push(Line { number, fields });
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

fn headings(line: usize, heads: &[String]) -> Result<Vec<Column>, Vec<Fault>> {
    let (mut columns, mut faults) = (Vec::new(), Vec::new());
    let mut fault = |what: String, todo: String| faults.push(Fault { line, column: None, what, todo });
    for head in heads {
        let known = COLUMNS.iter().find(|(_, names, _)| names.contains(&head.to_lowercase().as_str()));
        match known {
            Some((column, ..)) if columns.contains(column) => {
                fault(
                    format!("the heading {head:?} names a column a second time"),
                    "keep one of the two".into(),
                );
            }
            Some((column, ..)) => columns.push(*column),
            None => {
                let known: Vec<String> = COLUMNS.iter().map(|(column, ..)| column.to_string()).collect();
                fault(
                    format!("the heading {head:?} is not known"),
                    format!("the headings are {}", known.join(", ")),
                );
            }
        }
    }
    for (column, _, _) in COLUMNS.iter().filter(|(column, _, must)| *must && !columns.contains(column)) {
        fault(format!("there is no column {column}"), "add it".into());
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

/// Records with the line each begins on; fields are trimmed.
fn rows(text: &str) -> Result<Vec<(usize, Vec<String>)>, Vec<Fault>> {
    let (mut rows, mut fields, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut begun, mut quoted) = (1, 1, None);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        line += usize::from(c == '\n');
        match c {
            '"' if quoted.is_some() && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' if quoted.is_some() => quoted = None,
            '"' if field.trim().is_empty() => {
                field.clear();
                quoted = Some(line);
            }
            ',' if quoted.is_none() => fields.push(std::mem::take(&mut field).trim().to_owned()),
            '\n' if quoted.is_none() => {
                fields.push(std::mem::take(&mut field).trim().to_owned());
                rows.push((begun, std::mem::take(&mut fields)));
                begun = line;
            }
            _ => field.push(c),
        }
    }
    if let Some(line) = quoted {
        let (what, todo) = ("a double quote is opened here and never closed", "close it");
        return Err(vec![Fault { line, column: None, what: what.into(), todo: todo.into() }]);
    }
    fields.push(field.trim().to_owned());
    rows.push((begun, fields));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "项目代码,审批事项,环节,日期,经办人,备注\r\n";

    fn told(text: &str) -> Vec<String> {
        read(text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn quotes_commas_and_lines_in_a_field() {
        let lines = read(&format!(
            "{HEAD}X,A1,收件,2026-03-02,clerk,\"a, \"\"b\"\"\nc\"\r\n\r\nY,A1,受理,2026-03-03,x\n"
        ));
        let lines = lines.unwrap();
        assert_eq!(lines[0].get(Column::Note), Some("a, \"b\"\nc"));
        assert_eq!((lines[0].number, lines[1].number, lines.len()), (2, 5, 2));
        assert_eq!(lines[1].get(Column::Note), None);
    }

    #[test]
    fn headings_may_be_english_and_the_file_gb18030() {
        let english = "Matter,Permit,Event,Date,Officer\nX,A1,submitted,2026-03-02,clerk\n";
        assert_eq!(read(english).unwrap()[0].get(Column::Event), Some("submitted"));
        let (bytes, ..) = encoding_rs::GB18030.encode(HEAD);
        assert_eq!(decoded(&bytes).unwrap(), HEAD);
        assert_eq!(decoded(format!("\u{feff}{HEAD}").as_bytes()).unwrap(), HEAD);
        assert!(decoded(b"\xff\xff\xff").is_err());
    }

    #[test]
    fn faults_of_the_form_name_line_and_remedy() {
        assert_eq!(told("")[0], "line 1: the table is empty → the first line holds the headings");
        let unknown = told("项目代码,天气,环节,日期,经办人\n");
        assert!(unknown[0].contains("天气") && unknown[1].contains("审批事项 (permit)"), "{unknown:?}");
        assert!(told(&format!("{HEAD}\"X,A1\n"))[0].starts_with("line 2: a double quote"));
        assert!(told(&format!("{HEAD}X,A1,收件,2026-03-02,clerk,a,b\n"))[0].contains("7 fields"));
    }

    #[test]
    fn a_note_is_no_part_of_what_a_line_says() {
        let line =
            |note: &str| read(&format!("{HEAD}X,A1,收件,2026-03-02,clerk,{note}\n")).unwrap()[0].content();
        assert_eq!(line("a"), line("b"));
    }
}
