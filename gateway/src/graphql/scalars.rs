//! The scalars of the API: each a text or number with one meaning, checked when it is read.
//!
//! Invariant: what a resolver gets is well formed; the message of a refused value says what a good one looks like.
//! Deliberately absent: instants in local time; the law counts days in Beijing, and the server does that.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use om_domain::ids;

macro_rules! text_scalars {
    ($( $(#[$doc:meta])* $name:ident($of:ty, $example:literal); )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(pub $of);

        $(#[$doc])*
        #[Scalar]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                match &value {
                    Value::String(text) => text.parse().map($name).map_err(|_| {
                        if let Some(personal) = ids::personal(&text) {
                            // an error goes into log lines too, so the number is not repeated
                            let said = InputValueError::custom(format!("this is no text for here: {}", personal.todo()));
                            return said.with_extension("messageZh", personal.todo_zh());
                        }
                        let text: String = text.chars().take(80).collect();
                        let unseen = ids::unseen(&text).map(|c| format!("; it holds U+{:04X}, which is not seen", u32::from(c)));
                        let unseen = unseen.unwrap_or_default();
                        InputValueError::custom(format!("{text:?} is not such a text as {}{unseen}", $example))
                    }),
                    _ => Err(InputValueError::expected_type(value)),
                }
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.to_string())
            }
        }

        impl From<$of> for $name {
            fn from(value: $of) -> Self {
                $name(value)
            }
        }

        impl From<$name> for $of {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    )* };
}

text_scalars! {
    /// An instant in UTC, RFC 3339, such as `2026-03-02T01:30:00Z`.
    Instant(jiff::Timestamp, "2026-03-02T01:30:00Z");
    /// A text with legal meaning (a reason, a document number, a name): 1 to 2,000 characters, not only spaces, none
    /// that is not seen (controls, changes of direction, blanks of no width), never a note about a person and no number of one (identity, mobile).
    LegalText(ids::LegalText, "\"申请材料齐全\"");
    /// A permit's code in its matter's plan, such as `A1`: 1 to 32 letters, digits, hyphens or underscores.
    PermitCode(ids::PermitCode, "A1");
    /// A milestone's code in its matter's plan, such as `works-completed`.
    MilestoneCode(ids::MilestoneCode, "works-completed");
    /// A material's code in its permit's plan (申请材料), such as `sealed-drawings`.
    MaterialCode(ids::MaterialCode, "sealed-drawings");
    /// A project code (项目代码), one per project (政府投资条例 10): year and month, division, industry, kind, serial
    /// number, such as `2306-530322-04-01-123456`; codes given until 2020 begin with the whole year.
    ProjectCode(ids::ProjectCode, "2306-530322-04-01-123456");
    /// A requirement of a permit: `permit:A2`, `milestone:works-completed` or `material:sealed-drawings`.
    Requirement(om_domain::matter::plan::RequirementId, "permit:A2");
    /// A paper in the object store, by the SHA-256 of its bytes: 64 hexadecimal digits in lower case.
    PaperHash(ids::PaperHash, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    /// A reference into the erasable vault, where personal text and file names lie: `vault:` and 26 characters.
    VaultRef(ids::VaultRef, "vault:01J9Z3K4M5N6P7Q8R9S0T1V2W3");
}

/// A civil date in Beijing (UTC+8), `YYYY-MM-DD`, from 1900 to 2199. The law counts days; a fact known only by its date
/// stays a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Date(pub jiff::civil::Date);

/// A civil date in Beijing (UTC+8), `YYYY-MM-DD`, from 1900 to 2199. The law counts days; a fact known only by its date
/// stays a date.
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let day = text.parse::<jiff::civil::Date>().ok();
        // What reads as a day in another form, or is beyond any term of a permit, is a slip.
        day.filter(|day| (1900..=2199).contains(&day.year()) && day.to_string() == *text)
            .map(Date)
            .ok_or_else(|| {
                let text: String = text.chars().take(80).collect();
                InputValueError::custom(format!(
                    "{text:?} is no day: write YYYY-MM-DD, from 1900-01-01 to 2199-12-31"
                ))
            })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<jiff::civil::Date> for Date {
    fn from(value: jiff::civil::Date) -> Self {
        Date(value)
    }
}

impl From<Date> for jiff::civil::Date {
    fn from(value: Date) -> Self {
        value.0
    }
}

/// A UUID, such as `5f0c2c3e-8d3e-4a51-9b3c-0a4f5f3f6a11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uuid(pub uuid::Uuid);

/// A UUID, such as `5f0c2c3e-8d3e-4a51-9b3c-0a4f5f3f6a11`.
#[Scalar(name = "UUID")]
impl ScalarType for Uuid {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => uuid::Uuid::parse_str(text).map(Uuid).map_err(|_| {
                InputValueError::custom("not a UUID such as 5f0c2c3e-8d3e-4a51-9b3c-0a4f5f3f6a11")
            }),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Largest whole number that every JSON reader keeps exactly.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// Whole yuan (元) as a JSON number, 0 to 9,007,199,254,740,991.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yuan(pub u64);

/// Whole yuan (元) as a JSON number, 0 to 9,007,199,254,740,991.
#[Scalar]
impl ScalarType for Yuan {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => match number.as_u64() {
                Some(yuan) if yuan <= MAX_SAFE => Ok(Yuan(yuan)),
                _ => Err(InputValueError::custom(format!("not a whole number of yuan from 0 to {MAX_SAFE}"))),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}

/// Any JSON value.
#[derive(Debug, Clone, PartialEq)]
pub struct Json(pub serde_json::Value);

/// Any JSON value. Used where the form follows from a name beside it: an event's data from the event's type, a
/// refusal's facts from its code.
#[Scalar(name = "JSON")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Json(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

impl Json {
    /// The JSON of a value; null if it has none.
    pub fn of(value: &impl serde::Serialize) -> Self {
        Json(serde_json::to_value(value).unwrap_or_default())
    }
}
