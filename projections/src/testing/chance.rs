//! Histories of random commands, of which the domain's rules let some through.

use super::{History, handed, plan, t};
use jiff::ToSpan;
use om_domain::{
    clock::{Extension, Ground, Unit},
    ids::{LegalText, PaperHash, PermitCode},
    matter::{
        MatterCommand as C,
        plan::{Mode, RequirementId},
    },
};
use proptest::prelude::*;

/// A step of a story: days to wait, which command, on which permit.
pub(crate) type Step = (i32, u8, u8);

/// Steps that mostly stay within the terms of the plan.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let wait = prop_oneof![16 => Just(0), 3 => 1..3_i32, 1 => 5..30_i32];
    let permit = prop_oneof![4 => Just(0_u8), 2 => Just(1), 1 => Just(2)];
    proptest::collection::vec((wait, 0..24_u8, permit), 1..120)
}

/// Lives through the steps; a command that is refused leaves only what time has made true.
pub(crate) fn live(history: &mut History, steps: &[Step]) {
    for (wait, command, permit) in steps {
        history.wait(*wait);
        let command = command_of(history, *command, *permit);
        history.ask(&command);
    }
    history.settle();
}

fn command_of(h: &History, command: u8, permit: u8) -> C {
    let permit: PermitCode = t(["A1", "A2", "A3"][usize::from(permit)]);
    let (notice, reason) = (h.notice(), t::<LegalText>("示例"));
    let requirement: RequirementId = match permit.as_str() {
        "A2" => t("permit:A1"),
        _ if command.is_multiple_of(2) => t("material:form"),
        _ => t("material:drawings"),
    };
    let mode = match permit.as_str() {
        "A2" => Mode::PreReview,
        _ if command.is_multiple_of(2) => Mode::Accept,
        _ => Mode::Commitment,
    };
    let soon = |days: i32| h.today.saturating_add(days.days());
    let paper: PaperHash = t(&"cd".repeat(32));
    match command {
        0 | 1 => C::SubmitPermit { permit, materials: vec![handed("drawings"), handed("form")] },
        2 => C::SubmitPermit { permit, materials: Vec::new() },
        3 => C::NoticeCorrection { permit, listed: [t("material:form")].into(), notice },
        4 => C::ReceiveCorrection { permit, materials: vec![handed("form")] },
        5..=7 => C::AcceptPermit { permit, notice },
        8 => {
            C::SuspendClock { permit, ground: Ground::ExpertReview, told_until: soon(4), notice, proof: None }
        }
        9 => C::ResumeClock { permit, ground: Ground::ExpertReview },
        10 => {
            let extension =
                Extension { value: 5, unit: Unit::WorkingDays, source: "行政许可法 42".into() };
            C::ExtendLimit { permit, extension, reason, notice, proof: None }
        }
        11 => C::OfferHandoff { permit, to: t("housing"), reason, papers: Vec::new() },
        12 => C::ReceiveHandoff { permit },
        13 => C::RecallCustody { permit, reason },
        14 | 15 => C::TolerateDeficiency {
            permit,
            requirement,
            mode,
            commitment: paper,
            supplement_due: soon(3),
            form: reason,
            notice: None,
        },
        16 => C::ReceiveSupplement { permit, requirement: t("material:form"), paper: None },
        17 => C::VerifySupplement { permit, requirement: t("material:form") },
        18 => C::ProposeTolerance { permit, requirement, mode, reason },
        19 => C::ConfirmPreReview { permit },
        20 | 21 => C::ApprovePermit { permit, notice, conditions: None },
        22 => C::IssueCertificate { permit, certificate: notice, valid_until: Some(soon(60)) },
        _ => rarely(h, permit),
    }
}

/// What would end most stories if it came often.
fn rarely(h: &History, permit: PermitCode) -> C {
    let (notice, reason) = (h.notice(), t::<LegalText>("示例"));
    match h.stored.len() % 10 {
        0 => C::WithdrawPermit { permit, reason },
        1 => {
            C::DenyPermit { permit, reasons: reason.clone(), article: reason.clone(), remedy: reason, notice }
        }
        2 => C::RequestHearing { permit, told_on: h.today },
        3 => C::RecordHearing { permit, record: t(&"ef".repeat(32)) },
        4 => C::RequestRenewal { permit },
        5 => C::RevokePermit { permit, reasons: reason.clone(), article: reason, notice },
        6 => {
            let added = plan::permit("A4", "water", Some(20), None);
            let there = h.state.permits.contains_key(&added.code);
            let (put, drop) = if there { (vec![], vec![added.code]) } else { (vec![added], vec![]) };
            C::AmendPlan { put, drop, reason }
        }
        7 => C::JudgeFallenPrerequisite { permit: t("A2"), prerequisite: t("permit:A1"), reasons: reason },
        8 => C::DeclineRevocation { permit, requirement: t("material:drawings"), reasons: reason },
        _ => C::RefuseAcceptance { permit, reason, notice },
    }
}
