//! Stored events are promises: their schemas and examples are checked in, only ever added to, and every text is classed.
//!
//! `UPDATE_SCHEMAS=1` writes the schemas that are new and changes nothing that is there; a changed shape needs a new version.

#![expect(clippy::unwrap_used, reason = "what a test expects to be there, is")]

mod matter {
    mod events;
}
