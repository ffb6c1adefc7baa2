//! What one stream's fact asks of another: pure, from event to command.
//!
//! Invariant: the same fact gives the same command, so that it can be delivered again without harm.
//! Deliberately absent: delivery; that is the policy runner's.

mod lapse_costs_eligibility;
mod lapse_set_aside_lifts;
mod revise_open_dues;
mod termination_releases_code;

pub use lapse_costs_eligibility::lapse_costs_eligibility;
pub use lapse_set_aside_lifts::lapse_set_aside_lifts;
pub use revise_open_dues::revise_open_dues;
pub use termination_releases_code::termination_releases_code;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        applicant::ApplicantCommand,
        decider::{Effective, Recorded},
        given::{id, platform},
        ids::{EventId, MatterId},
        matter::{MatterEvent, event::MatterTerminated},
        project::ProjectCommand,
    };

    fn matter() -> MatterId {
        id("matter:01J00000000000000000000000")
    }

    fn recorded(event: impl Into<MatterEvent>) -> Recorded<MatterEvent> {
        let recorded = jiff::Timestamp::UNIX_EPOCH;
        let id = EventId(uuid::Uuid::from_u128(7));
        Recorded {
            id,
            revision: 1,
            by: platform(),
            effective: Effective::At(recorded),
            recorded,
            event: event.into(),
        }
    }

    #[test]
    fn r20_a_notice_revises_each_open_matter_and_names_itself() {
        use crate::{
            calendar::{HolidayNotice, NamedDay},
            calendar_book::event::HolidayNoticeRecorded,
            matter::MatterCommand,
        };
        let notice = HolidayNotice {
            id: "国办发明电〔2026〕7号".into(),
            year: 2027,
            sources: vec!["example".into()],
            amends: None,
            off: vec![NamedDay { date: jiff::civil::date(2027, 1, 1), holiday: "元旦".into() }],
            make_up: vec![],
            withdrawn: vec![],
            authoritative_through: jiff::civil::date(2027, 12, 31),
        };
        let recorded_at = jiff::Timestamp::UNIX_EPOCH;
        let fact = Recorded {
            id: EventId(uuid::Uuid::from_u128(8)),
            revision: 0,
            by: platform(),
            effective: Effective::At(recorded_at),
            recorded: recorded_at,
            event: HolidayNoticeRecorded { notice }.into(),
        };
        let commands = revise_open_dues([matter()], &fact);
        let expected = MatterCommand::ReviseDueDates { notice: id("国办发明电〔2026〕7号") };
        assert_eq!(commands, vec![(matter(), expected)]);
        assert_eq!(revise_open_dues([], &fact), vec![]);
    }

    #[test]
    fn a_lapsed_tolerance_is_reported_by_its_event() {
        let calendar = crate::calendar::Calendar::national().version().clone();
        let due =
            crate::matter::event::DueOn { date: jiff::civil::date(2023, 7, 3), provisional: false, calendar };
        let lapsed = crate::matter::event::ToleranceLapsed {
            permit: id("B1"),
            requirement: id("permit:A5"),
            due,
            consequence: crate::matter::event::Consequence::RevocationProposed,
        };
        let fact = recorded(lapsed);
        let Some(ApplicantCommand::LoseEligibility { lapse }) = lapse_costs_eligibility(matter(), &fact)
        else {
            panic!("a lapse costs eligibility");
        };
        assert_eq!((lapse.event, lapse.permit.as_str()), (fact.id, "B1"));
        assert_eq!(termination_releases_code(matter(), &fact), None);
    }

    #[test]
    fn a_terminated_matter_gives_its_code_back() {
        let fact = recorded(MatterTerminated { reason: id("项目取消") });
        let command = termination_releases_code(matter(), &fact);
        assert_eq!(
            command,
            Some(ProjectCommand::ReleaseProjectCode { matter: matter(), reason: id("项目取消") })
        );
        assert_eq!(lapse_costs_eligibility(matter(), &fact), None);
    }
}
