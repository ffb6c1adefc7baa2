//! Checks, hearings, the decision, the certificate and what may become of it (R4, R5, R7, R9, R18).
//!
//! Invariants: only the lead department decides, with custody at home; who applied does not decide; no approval
//! before what the decide gate asks for.
//! Deliberately absent: revocation by time; a person revokes, with notice.

use super::{
    Ctx, Facts,
    authority::At,
    command::MatterCommand as C,
    event::*,
    intake::term,
    opinion,
    plan::Gate,
    refusal::{MatterRefusal, served},
    state::{Certificate, Check, Matter, Round, RoundPhase},
};
use crate::{
    calendar::{Unit, days},
    decider::{Actor, Effective, Fact},
    ids::{LegalText, OfficerId, PaperHash, PermitCode},
};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Working days to deliver a certificate (行政许可法 44).
pub(super) const DELIVERY_DAYS: u32 = 10;
/// Working days to ask for a hearing after being told (行政许可法 47).
const HEARING_ASK_DAYS: u32 = 5;
/// Working days to hold it (行政许可法 47).
pub(super) const HEARING_HOLD_DAYS: u32 = 20;
/// Calendar days before expiry by which renewal is asked for (行政许可法 50).
const RENEWAL_DAYS: i32 = 30;

pub(super) fn decide(state: &Matter, command: &C, ctx: &Ctx<'_>) -> Facts {
    match command {
        C::RecordCheck { permit, officers, finding, passed } => {
            record_check(state, permit, officers, finding, *passed, ctx)
        }
        C::RequestHearing { permit, told_on } => request_hearing(state, permit, *told_on, ctx),
        C::RecordHearing { permit, record } => record_hearing(state, permit, record, ctx),
        C::RequestRenewal { permit } => request_renewal(state, permit, ctx),
        C::GrantRenewal { permit, valid_until, notice } => {
            grant_renewal(state, permit, *valid_until, notice, ctx)
        }
        C::RefuseRenewal { permit, reasons, article, remedy, notice } => {
            let at = state.find(permit)?;
            if answers_renewal(state, &at, notice, ctx)?.renewal_asked.is_none() {
                return Err(MatterRefusal::NoRenewal { permit: permit.clone() });
            }
            super::one(
                ctx,
                RenewalRefused {
                    permit: permit.clone(),
                    reasons: reasons.clone(),
                    article: article.clone(),
                    remedy: remedy.clone(),
                    notice: notice.clone(),
                },
            )
        }
        C::ApprovePermit { permit, notice, conditions } => approve(state, permit, notice, conditions, ctx),
        C::DenyPermit { permit, reasons, article, remedy, notice } => {
            let at = state.working(permit)?;
            let round = decidable(state, &at, ctx)?;
            no_open_hearing(&at, round)?;
            decision_served(notice, ctx)?;
            let denied = PermitDenied {
                permit: permit.clone(),
                reasons: reasons.clone(),
                article: article.clone(),
                remedy: remedy.clone(),
                notice: notice.clone(),
            };
            Ok(decided(&at, round, denied, false, ctx))
        }
        C::IssueCertificate { permit, certificate, valid_until } => {
            issue(state, permit, certificate, *valid_until, ctx)
        }
        C::RevokePermit { permit, reasons, article, notice } => {
            revoke(state, permit, reasons, article, notice, ctx)
        }
        _ => Ok(vec![]),
    }
}

/// A decision is made on the day its document is dated, unless another day is given; it may be served, and recorded,
/// later (行政许可法 42, 44).
pub(super) fn dated<'a>(command: &C, ctx: &Ctx<'a>) -> Ctx<'a> {
    let day = match command {
        C::ApprovePermit { notice, .. } | C::DenyPermit { notice, .. } => Some(notice.date),
        _ => None,
    };
    let day = day.filter(|day| *day < ctx.today()).map(Effective::On);
    Ctx { effective: ctx.effective.or(day), ..ctx.clone() }
}

/// The decision is no older than its document and was served by now: what is not served has no effect.
fn decision_served(notice: &Notice, ctx: &Ctx<'_>) -> Result<(), MatterRefusal> {
    served(notice, ctx.today())?;
    if notice.date > ctx.day() {
        return Err(MatterRefusal::DecidedBeforeDated { dated: notice.date, decided_on: ctx.day() });
    }
    Ok(())
}

/// The round, if this officer may decide it now.
fn decidable<'a>(state: &Matter, at: &At<'a>, ctx: &Ctx<'_>) -> Result<&'a Round, MatterRefusal> {
    at.decider(ctx)?;
    let round = at.undecided()?;
    at.round_in(&[RoundPhase::InReview], "in review (审查中)")?;
    at.not_the_applicant(state, round, ctx)?;
    if round.is_stopped() {
        return Err(MatterRefusal::ClockStopped { permit: at.code.clone() });
    }
    opinion::objections_dealt_with(at, round, ctx.day())?;
    Ok(round)
}

fn no_open_hearing(at: &At<'_>, round: &Round) -> Result<(), MatterRefusal> {
    match round.hearing.as_ref().filter(|h| h.held.is_none()) {
        Some(hearing) => {
            Err(MatterRefusal::HearingOpen { permit: at.code.clone(), hold_by: hearing.hold_by.date })
        }
        None => Ok(()),
    }
}

fn approve(
    state: &Matter,
    code: &PermitCode,
    notice: &Notice,
    conditions: &Option<LegalText>,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    let round = decidable(state, &at, ctx)?;
    no_open_hearing(&at, round)?;
    if round.pre_review.as_ref().is_some_and(|p| !p.confirmed) {
        return Err(MatterRefusal::PreReviewUnconfirmed { permit: code.clone() });
    }
    let missing = state.missing_at(code, Gate::Decide, ctx.day());
    if !missing.is_empty() {
        return Err(MatterRefusal::RequirementsUnmet { permit: code.clone(), gate: Gate::Decide, missing });
    }
    if at.planned.site_check && !round.checks.iter().any(|c| c.passed) {
        return Err(MatterRefusal::CheckMissing { permit: code.clone() });
    }
    opinion::may_approve(&at, round, ctx.day())?;
    decision_served(notice, ctx)?;
    let approved = PermitApproved {
        permit: code.clone(),
        notice: notice.clone(),
        conditions: conditions.clone(),
        delivery_due: at.planned.certificate.then(|| term(ctx.calendar, ctx.day(), DELIVERY_DAYS)),
    };
    Ok(decided(&at, round, approved, true, ctx))
}

/// The decision, and beside it what it made of the opinions.
fn decided(
    at: &At<'_>,
    round: &Round,
    decision: impl Into<MatterEvent>,
    approved: bool,
    ctx: &Ctx<'_>,
) -> Vec<Fact<MatterEvent>> {
    let concluded = opinion::concluded(at, round, ctx.day(), approved);
    [ctx.fact(decision)].into_iter().chain(concluded.map(|event| ctx.fact(event))).collect()
}

fn issue(
    state: &Matter,
    code: &PermitCode,
    certificate: &Notice,
    valid_until: Option<Date>,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    at.decider(ctx)?;
    if !at.planned.certificate {
        return Err(MatterRefusal::NoCertificate { permit: code.clone() });
    }
    at.round_in(&[RoundPhase::Approved], "approved (已批准)")?;
    let missing = state.missing_at(code, Gate::Issue, ctx.day());
    if !missing.is_empty() {
        return Err(MatterRefusal::RequirementsUnmet { permit: code.clone(), gate: Gate::Issue, missing });
    }
    served(certificate, ctx.day())?;
    if let Some(valid_until) = valid_until.filter(|until| *until < ctx.day()) {
        return Err(MatterRefusal::ExpiredAtIssue { valid_until, issued_on: ctx.day() });
    }
    let (permit, certificate) = (code.clone(), certificate.clone());
    super::one(ctx, CertificateIssued { permit, certificate, valid_until })
}

fn revoke(
    state: &Matter,
    code: &PermitCode,
    reasons: &LegalText,
    article: &LegalText,
    notice: &Notice,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.find(code)?;
    at.head(ctx)?;
    let round =
        at.round_in(&[RoundPhase::Approved, RoundPhase::Issued], "approved or issued (已批准或已发证)")?;
    at.not_the_applicant(state, round, ctx)?;
    served(notice, ctx.day())?;
    super::one(
        ctx,
        PermitRevoked {
            permit: code.clone(),
            reasons: reasons.clone(),
            article: article.clone(),
            notice: notice.clone(),
        },
    )
}

fn record_check(
    state: &Matter,
    code: &PermitCode,
    officers: &BTreeSet<OfficerId>,
    finding: &LegalText,
    passed: bool,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.working(code)?;
    at.custodian(ctx)?;
    let round = at.undecided()?;
    if round.accepted.is_none() || round.phase.allows_new_round() {
        return Err(at.wrong_step("accepted and undecided (已受理)"));
    }
    if officers.len() < 2 {
        return Err(MatterRefusal::TwoOfficersNeeded { given: officers.len() });
    }
    if let Some(officer) = officers.iter().find(|o| !ctx.read.officers.contains_key(*o)) {
        return Err(MatterRefusal::UnknownOfficer { officer: officer.clone() });
    }
    let persons = persons(officers, ctx);
    if persons < 2 {
        return Err(MatterRefusal::TwoOfficersNeeded { given: persons });
    }
    let applies = |o: &&OfficerId| {
        let own = state.project.as_ref().and_then(|p| p.applicant_body.as_ref());
        let known = ctx.read.officers.get(*o);
        known.is_some_and(|a| a.is_one_with(&round.applied_by) || Some(&a.body) == own)
    };
    if let Some(officer) = officers.iter().find(applies) {
        super::authority::stand_back(
            officer,
            "本人或所在单位为申请人 (applied, or works for the applicant)",
        )?;
    }
    let same =
        |c: &Check| (c.on, &c.officers, &c.finding, c.passed) == (ctx.day(), officers, finding, passed);
    if round.checks.iter().any(same) {
        return Ok(vec![]);
    }
    super::one(
        ctx,
        CheckRecorded { permit: code.clone(), officers: officers.clone(), finding: finding.clone(), passed },
    )
}

/// How many people these accounts are, as far as is known.
fn persons(officers: &BTreeSet<OfficerId>, ctx: &Ctx<'_>) -> usize {
    let mut persons: Vec<&Actor> = Vec::new();
    for actor in officers.iter().filter_map(|officer| ctx.read.officers.get(officer)) {
        if !persons.iter().any(|person| person.is_one_with(&actor.officer)) {
            persons.push(actor);
        }
    }
    persons.len()
}

fn request_hearing(state: &Matter, code: &PermitCode, told_on: Date, ctx: &Ctx<'_>) -> Facts {
    let at = state.working(code)?;
    if at.submitter(state, ctx).is_err() {
        at.custodian(ctx)?;
    }
    let round = at.undecided()?;
    if round.phase != RoundPhase::InReview {
        return Err(at.wrong_step("in review (审查中)"));
    }
    if round.hearing.is_some() {
        return Err(MatterRefusal::HearingAlready { permit: code.clone() });
    }
    if told_on > ctx.day() {
        return Err(MatterRefusal::NoticeNotServed { served_on: told_on, effective: ctx.day() });
    }
    let latest = ctx.calendar.add(told_on, HEARING_ASK_DAYS, Unit::WorkingDays);
    if ctx.day() > latest {
        return Err(MatterRefusal::HearingTooLate { told_on, latest });
    }
    let hold_by = term(ctx.calendar, ctx.day(), HEARING_HOLD_DAYS);
    super::one(ctx, HearingRequested { permit: code.clone(), told_on, hold_by })
}

fn record_hearing(state: &Matter, code: &PermitCode, record: &PaperHash, ctx: &Ctx<'_>) -> Facts {
    let at = state.working(code)?;
    at.lead_department(ctx)?;
    let round = at.undecided()?;
    if round.phase.allows_new_round() {
        return Err(at.wrong_step("in review (审查中)"));
    }
    if round.hearing.as_ref().is_none_or(|h| h.held.is_some()) {
        return Err(MatterRefusal::NoHearing { permit: code.clone() });
    }
    super::one(ctx, HearingHeld { permit: code.clone(), record: record.clone() })
}

fn issued<'a>(at: &At<'a>) -> Result<&'a Certificate, MatterRefusal> {
    let round = at.round_in(&[RoundPhase::Issued], "issued (已发证)")?;
    round.certificate.as_ref().ok_or_else(|| at.wrong_step("issued (已发证)"))
}

fn request_renewal(state: &Matter, code: &PermitCode, ctx: &Ctx<'_>) -> Facts {
    let at = state.find(code)?;
    at.submitter(state, ctx)?;
    let certificate = issued(&at)?;
    let expires_on =
        certificate.valid_until.ok_or_else(|| MatterRefusal::NoExpiry { permit: code.clone() })?;
    let latest = days::shift(expires_on, -RENEWAL_DAYS);
    if ctx.day() > latest {
        return Err(MatterRefusal::RenewalTooLate { expires_on, latest });
    }
    if certificate.renewal_asked.is_some() {
        return Ok(vec![]);
    }
    super::one(ctx, RenewalRequested { permit: code.clone(), expires_on })
}

fn grant_renewal(
    state: &Matter,
    code: &PermitCode,
    valid_until: Date,
    notice: &Notice,
    ctx: &Ctx<'_>,
) -> Facts {
    let at = state.find(code)?;
    let certificate = answers_renewal(state, &at, notice, ctx)?;
    if let Some(ended) = certificate.deemed_from {
        let least = same_term_again(certificate.term_from, ended);
        if valid_until < least {
            return Err(MatterRefusal::RenewalTermTooShort { permit: code.clone(), valid_until, least });
        }
    }
    let expires_on = certificate.valid_until;
    if expires_on.is_some_and(|expires_on| valid_until <= expires_on) {
        return Err(MatterRefusal::RenewalNoLonger { permit: code.clone(), valid_until });
    }
    super::one(ctx, RenewalGranted { permit: code.clone(), valid_until, notice: notice.clone() })
}

/// The least a deemed renewal lasts: as long again as the term that it renews (R7). A term of whole months or years may count its first
/// day: 2023-03-15 to 2026-03-14 are three years.
fn same_term_again(from: Date, ended: Date) -> Date {
    let term = |from: Date| from.until((jiff::Unit::Year, ended)).unwrap_or_default();
    let with_first_day = term(crate::calendar::days::shift(from, -1));
    let term = if with_first_day.get_days() == 0 { with_first_day } else { term(from) };
    ended.checked_add(term).unwrap_or(ended)
}

/// A renewal is answered by the lead department, before expiry, with a notice served.
fn answers_renewal<'a>(
    state: &Matter,
    at: &At<'a>,
    notice: &Notice,
    ctx: &Ctx<'_>,
) -> Result<&'a Certificate, MatterRefusal> {
    at.decider(ctx)?;
    let certificate = issued(at)?;
    let open = certificate.renewal_asked.or(certificate.deemed_from);
    let asked_by = certificate.renewal_asked_by.as_ref().filter(|_| open.is_some());
    let asked_by = asked_by.ok_or_else(|| MatterRefusal::NoRenewal { permit: at.code.clone() })?;
    at.not_for(state, asked_by, ctx)?;
    served(notice, ctx.day())?;
    Ok(certificate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn r07_the_same_term_again_whether_its_first_day_counts_or_not() {
        let ended = date(2026, 3, 14);
        for (from, again) in [
            (date(2023, 3, 15), date(2029, 3, 14)),
            (date(2023, 3, 14), date(2029, 3, 14)),
            (date(2025, 9, 15), date(2026, 9, 14)),
            (date(2026, 3, 4), date(2026, 3, 24)),
        ] {
            assert_eq!(same_term_again(from, ended), again, "{from}");
        }
    }
}
