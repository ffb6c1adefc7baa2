//! How domain values stand in columns: days as `2026-11-22`, ids and enums as their text.
//!
//! Invariant: what was written reads back the same; a column that does not is a fault of the database, never a default.

use jiff::civil::Date;
use om_domain::matter::plan::Stage;
use rusqlite::{
    Connection, Row,
    types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Type, ValueRef},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{error::Error, str::FromStr};

/// A day in a column; text of this form sorts as days do, for years 0 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(pub(crate) Date);

impl ToSql for Day {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.to_string().into())
    }
}

impl FromSql for Day {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Day).map_err(|e| FromSqlError::Other(Box::new(e)))
    }
}

/// The day of a column that is never empty.
pub(crate) fn day(row: &Row<'_>, column: &str) -> rusqlite::Result<Date> {
    Ok(row.get::<_, Day>(column)?.0)
}

/// The optional day of a column.
pub(crate) fn day_if(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Date>> {
    Ok(row.get::<_, Option<Day>>(column)?.map(|day| day.0))
}

/// A value that stands as text, such as an id.
pub(crate) fn parsed<T>(row: &Row<'_>, column: &str) -> rusqlite::Result<T>
where
    T: FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    row.get_ref(column)?.as_str()?.parse().map_err(unreadable)
}

/// An optional value that stands as text.
pub(crate) fn parsed_if<T>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>>
where
    T: FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    row.get_ref(column)?.as_str_or_null()?.map(|text| text.parse().map_err(unreadable)).transpose()
}

/// A value as bytes without the names of its fields (postcard): of a permit's life a third of its JSON. Of a
/// type whose form has changed it reads as an error, or as something else: rows of such a type have a schema of their own.
pub(crate) fn packed(value: &impl Serialize) -> Result<Vec<u8>, postcard::Error> {
    postcard::to_allocvec(value)
}

/// A value that stands as such bytes.
pub(crate) fn unpacked<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let (value, rest) = postcard::take_from_bytes(row.get_ref(column)?.as_blob()?).map_err(unreadable)?;
    if rest.is_empty() { Ok(value) } else { Err(unreadable(postcard::Error::DeserializeBadEncoding)) }
}

/// The fault of a column that cannot be read.
pub(crate) fn unreadable(fault: impl Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(fault))
}

/// A stage as it stands in columns; the text sorts as stages do.
pub(crate) const fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::ProjectAndLand => "1_project_and_land",
        Stage::Construction => "2_construction",
        Stage::Works => "3_works",
        Stage::Completion => "4_completion",
    }
}

/// The stage of a column.
pub(crate) fn stage_of(text: &str) -> Result<Stage, UnknownName> {
    let all = [Stage::ProjectAndLand, Stage::Construction, Stage::Works, Stage::Completion];
    all.into_iter().find(|stage| stage_name(*stage) == text).ok_or_else(|| UnknownName(text.into()))
}

/// A count or position in a column, which holds at most `i64::MAX`.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A count or position from a column.
pub(crate) fn unsigned(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(|number| u64::try_from(number).unwrap_or(0)))
}

/// Rows of one statement, at most.
const TOGETHER: usize = 16;

/// An `INSERT` of several rows at a time: what they share is bound once, and each is looked for where the last one was put.
pub(crate) struct Inserts {
    /// The statement of so many rows and one more.
    statements: [String; TOGETHER],
}

impl Inserts {
    /// Into a table and so many columns of it: first those that all rows share, then those of each.
    pub(crate) fn new(columns: &str, shared: usize, own: usize) -> Self {
        let row = |nth: usize| {
            let marks = (1..=shared).chain((1..=own).map(|column| shared + nth * own + column));
            format!("({})", marks.map(|mark| format!("?{mark}")).collect::<Vec<_>>().join(", "))
        };
        let statement = |rows: usize| {
            let rows: Vec<_> = (0..=rows).map(row).collect();
            format!("INSERT INTO {columns} VALUES {}", rows.join(", "))
        };
        Inserts { statements: std::array::from_fn(statement) }
    }

    /// Inserts rows that do not stand yet; best in the order of the table.
    pub(crate) fn insert<const OWN: usize>(
        &self,
        db: &Connection,
        shared: &[&str],
        rows: &[[ToSqlOutput<'_>; OWN]],
    ) -> rusqlite::Result<()> {
        for some in rows.chunks(TOGETHER) {
            let mut statement = db.prepare_cached(&self.statements[some.len() - 1])?;
            let mut mark = 0;
            for text in shared {
                mark += 1;
                statement.raw_bind_parameter(mark, text)?;
            }
            for value in some.iter().flatten() {
                mark += 1;
                statement.raw_bind_parameter(mark, value)?;
            }
            statement.raw_execute()?;
        }
        Ok(())
    }
}

/// A text that lies where it is.
pub(crate) fn text(text: &str) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))
}

/// Bytes that lie where they are.
pub(crate) fn bytes(bytes: &[u8]) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Blob(bytes))
}

/// A text is none of an enum's names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is none of the names known here: rebuild the projections")]
pub struct UnknownName(pub String);

/// An enum whose variants stand in columns and in JSON by fixed names.
macro_rules! named {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $text:literal ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $( $(#[$vmeta])* #[serde(rename = $text)] $variant ),* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$( $name::$variant ),*];

            /// The name in columns and in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $( $name::$variant => $text ),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::sql::UnknownName;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $text => Ok($name::$variant), )*
                    _ => Err($crate::sql::UnknownName(text.into())),
                }
            }
        }
    };
}
pub(crate) use named;
