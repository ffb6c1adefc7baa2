//! How domain values stand in columns: days as `2026-11-22`, ids and enums as their text.
//!
//! Invariant: what was written reads back the same; a column that does not is a fault of the database, never a default.

use jiff::civil::Date;
use om_domain::matter::plan::Stage;
use rusqlite::{
    Row,
    types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Type, ValueRef},
};
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
