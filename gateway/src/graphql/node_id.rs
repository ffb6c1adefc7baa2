//! Typed global ids: the kind stands before the value, so an id of one thing is never taken for another's.
//!
//! Invariants: an id is read back as it was written; an id of another kind is refused with the kind that was expected.
//! Deliberately absent: the county; a requester has one, and what lies in another does not exist for it.

use async_graphql::ID;
use om_domain::ids::{ApplicantId, BodyId, EventId, MatterId, MeetingId, OfficerId, PermitCode, TemplateId};
use std::{fmt, str::FromStr};

/// What an id names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeId {
    /// `matter:01J…`
    Matter(MatterId),
    /// `permit:01J…/A1`
    Permit(MatterId, PermitCode),
    /// `event:01J…/UUID`: the matter in whose stream it stands, and its own id.
    Event(MatterId, EventId),
    /// `meeting:01J…`
    Meeting(MeetingId),
    /// `meeting-event:01J…/UUID`: the meeting in whose stream it stands, and its own id.
    MeetingEvent(MeetingId, EventId),
    /// `template:municipal-road-bridge`
    Template(TemplateId),
    /// `body:natural-resources`
    Body(BodyId),
    /// `officer:nr-officer`
    Officer(OfficerId),
    /// `applicant:city-investment`
    Applicant(ApplicantId),
}

impl NodeId {
    /// The id as the API shows it.
    pub fn id(&self) -> ID {
        let mut room = [0; 26];
        // a page shows some hundred ids: put together, not formatted
        ID(match self {
            NodeId::Matter(id) => ["matter:", id.write(&mut room)].concat(),
            NodeId::Permit(matter, code) => ["permit:", matter.write(&mut room), "/", code.as_str()].concat(),
            NodeId::Meeting(id) => ["meeting:", id.write(&mut room)].concat(),
            NodeId::Template(id) => ["template:", id.as_str()].concat(),
            NodeId::Body(id) => return of_body(id),
            NodeId::Officer(id) => ["officer:", id.as_str()].concat(),
            NodeId::Applicant(id) => ["applicant:", id.as_str()].concat(),
            NodeId::Event(..) | NodeId::MeetingEvent(..) => self.to_string(),
        })
    }
}

/// The id of a body as the API shows it.
pub fn of_body(id: &BodyId) -> ID {
    ID(["body:", id.as_str()].concat())
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NodeId::Matter(id) => write!(f, "matter:{id}"),
            NodeId::Permit(matter, code) => write!(f, "permit:{matter}/{code}"),
            NodeId::Event(matter, id) => write!(f, "event:{matter}/{id}"),
            NodeId::Meeting(id) => write!(f, "meeting:{id}"),
            NodeId::MeetingEvent(meeting, id) => write!(f, "meeting-event:{meeting}/{id}"),
            NodeId::Template(id) => write!(f, "template:{id}"),
            NodeId::Body(id) => write!(f, "body:{id}"),
            NodeId::Officer(id) => write!(f, "officer:{id}"),
            NodeId::Applicant(id) => write!(f, "applicant:{id}"),
        }
    }
}

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct BadId {
    text: String,
    expected: String,
}

fn bad(text: &str, expected: impl Into<String>) -> BadId {
    BadId { text: text.chars().take(80).collect(), expected: expected.into() }
}

impl FromStr for NodeId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        const KINDS: &str = "an id of the API: matter:…, permit:…/…, event:…/…, meeting:…, meeting-event:…/…, template:…, body:…, officer:…, applicant:…";
        let (kind, value) = text.split_once(':').ok_or_else(|| bad(text, KINDS))?;
        let two =
            || value.split_once('/').ok_or_else(|| bad(text, "an id of two parts with a slash between them"));
        let wrong = |e: om_domain::ids::IdError| bad(text, format!("a {kind}: {}", e.expected));
        Ok(match kind {
            "matter" => NodeId::Matter(value.parse().map_err(wrong)?),
            "permit" => NodeId::Permit(two()?.0.parse().map_err(wrong)?, two()?.1.parse().map_err(wrong)?),
            "event" => NodeId::Event(two()?.0.parse().map_err(wrong)?, two()?.1.parse().map_err(wrong)?),
            "meeting" => NodeId::Meeting(value.parse().map_err(wrong)?),
            "meeting-event" => {
                NodeId::MeetingEvent(two()?.0.parse().map_err(wrong)?, two()?.1.parse().map_err(wrong)?)
            }
            "template" => NodeId::Template(value.parse().map_err(wrong)?),
            "body" => NodeId::Body(value.parse().map_err(wrong)?),
            "officer" => NodeId::Officer(value.parse().map_err(wrong)?),
            "applicant" => NodeId::Applicant(value.parse().map_err(wrong)?),
            _ => return Err(bad(text, KINDS)),
        })
    }
}

macro_rules! readers {
    ($($(#[$doc:meta])* $name:ident -> $of:ty { $variant:pat => $value:expr, $kind:literal })*) => { $(
        $(#[$doc])*
        pub fn $name(id: &ID) -> Result<$of, BadId> {
            match id.parse()? {
                $variant => Ok($value),
                _ => Err(bad(id, concat!("the id of ", $kind))),
            }
        }
    )* };
}

readers! {
    /// The matter an id names.
    matter -> MatterId { NodeId::Matter(id) => id, "a matter, matter:…" }
    /// The event an id names, with the matter it belongs to.
    event -> (MatterId, EventId) { NodeId::Event(matter, id) => (matter, id), "an event, event:…/…" }
    /// The meeting an id names.
    meeting -> MeetingId { NodeId::Meeting(id) => id, "a meeting, meeting:…" }
    /// The entry of a meeting an id names, with the meeting it belongs to.
    meeting_event -> (MeetingId, EventId) {
        NodeId::MeetingEvent(meeting, id) => (meeting, id), "an entry of a meeting, meeting-event:…/…"
    }
    /// The template an id names.
    template -> TemplateId { NodeId::Template(id) => id, "a template, template:…" }
    /// The body an id names.
    body -> BodyId { NodeId::Body(id) => id, "a body, body:…" }
    /// The officer an id names.
    officer -> OfficerId { NodeId::Officer(id) => id, "an officer, officer:…" }
    /// The applicant an id names.
    applicant -> ApplicantId { NodeId::Applicant(id) => id, "an applicant, applicant:…" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use om_domain::ids::CommandId;

    #[test]
    fn an_id_is_read_as_it_was_written_and_never_as_another_kind() {
        let county = "530322".parse().unwrap();
        let m = MatterId::of_command(&county, &CommandId(uuid::Uuid::from_u128(7)));
        let ids = [
            NodeId::Matter(m),
            NodeId::Permit(m, "A1".parse().unwrap()),
            NodeId::Event(m, EventId(uuid::Uuid::from_u128(9))),
            NodeId::Meeting(MeetingId::of_command(&county, &CommandId(uuid::Uuid::from_u128(7)))),
            NodeId::MeetingEvent(
                MeetingId::of_command(&county, &CommandId(uuid::Uuid::from_u128(7))),
                EventId(uuid::Uuid::from_u128(9)),
            ),
            NodeId::Template("municipal-road-bridge".parse().unwrap()),
            NodeId::Body("water".parse().unwrap()),
            NodeId::Officer("water-head".parse().unwrap()),
            NodeId::Applicant("city-investment".parse().unwrap()),
        ];
        for id in &ids {
            assert_eq!(id.id().as_str(), id.to_string());
            assert_eq!(&id.to_string().parse::<NodeId>().unwrap(), id);
        }
        let wrong = matter(&ID("body:water".into())).unwrap_err().to_string();
        assert_eq!(wrong, "\"body:water\" is not the id of a matter, matter:…");
        assert!("matter:nonsense".parse::<NodeId>().is_err() && "water".parse::<NodeId>().is_err());
    }
}
