//! The notices that are served (法律文书), each rendered from its own fact: what the department prints, seals and hands
//! over where it has drawn up no paper of its own.
//!
//! Invariants: a sheet is made of the facts recorded up to its own and of the directory as it was then, so it is the
//! same for ever; what stands in it was recorded, nothing is computed by today; the words of a sheet are its edition's
//! and are not changed, a better wording is a new edition for facts recorded from a day on.
//! Deliberately absent: seals and signatures; the department's seal is put on the print.

mod html;
mod number;
mod sheet;
#[cfg(test)]
mod tests;

pub use html::page;
pub use number::proposed;
pub use sheet::{Sheet, Source, of};

use om_domain::matter::{MatterEvent, event::Notice};
use om_infra::notice_index::NoticeKind;

/// The kind and the notice of a fact that is served as a sheet; none of another fact, or of one that went without.
pub fn served(event: &MatterEvent) -> Option<(NoticeKind, &Notice)> {
    let (kind, notice) = NoticeKind::of(event)?;
    (kind != NoticeKind::Certificate).then_some((kind, notice))
}
