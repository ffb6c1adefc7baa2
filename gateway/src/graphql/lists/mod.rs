//! Lists read off the projections: the board, desks, the ledger of tolerances.
//!
//! Invariants: a row holds due dates; whether something is late and how many days are left is computed for the day of
//! the request, by the county's calendar; every list names one county, the requester's.
//! Deliberately absent: one matter's screen; that is the fold of its stream.

pub mod desk;
pub mod outlook;
pub mod overview;
pub mod performance;
mod requirements;
pub mod search;
pub(crate) mod seen;
pub mod subscriptions;
pub mod supervision;
pub mod tolerances;
pub mod township;
mod words;

use super::error::{Code, bad_input, error, fault};
use async_graphql::{Error, Result};
use om_infra::runner::ReadError;
use serde::{Serialize, de::DeserializeOwned};

pub use words::{BoardPhase, DebtStanding, TaskKind, Weight};

/// A projection that cannot be read now.
pub(crate) fn of_read(cause: ReadError) -> Error {
    match cause {
        ReadError::Building(name) => {
            error(Code::Unavailable, format!("the list {name} is being built: try again in a moment"))
        }
        cause => fault("reading a list", &cause),
    }
}

/// A cursor as an opaque text: the hexadecimal digits of its JSON.
pub(crate) fn encode(cursor: &impl Serialize) -> Result<String> {
    let bytes = serde_json::to_vec(cursor).map_err(|e| fault("writing a cursor", &e))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A cursor of this list, read back.
pub(crate) fn decode<C: DeserializeOwned>(text: Option<&String>) -> Result<Option<C>> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || bad_input("after is not a cursor of this list");
    if text.len() > 2_048 || !text.len().is_multiple_of(2) {
        return Err(wrong());
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(pair).collect();
    serde_json::from_slice(&bytes.ok_or_else(wrong)?).map(Some).map_err(|_| wrong())
}

/// A page size as a query wants it: one more than shown, to see whether there is more.
pub(crate) fn one_more(size: usize) -> u16 {
    u16::try_from(size.saturating_add(1)).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is() {
        let text = encode(&("名", 7)).unwrap();
        assert_eq!(decode::<(String, u8)>(Some(&text)).unwrap(), Some(("名".to_owned(), 7)));
        for bad in ["zz", "7", "5b5d", "7b"] {
            assert!(decode::<(String, u8)>(Some(&bad.to_owned())).is_err(), "{bad}");
        }
    }
}
