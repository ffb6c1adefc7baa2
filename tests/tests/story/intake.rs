//! A file comes in: noticed once, accepted, or accepted by silence (R3), counted in Beijing's days (R1, R2, R21).

use om_tests::house::{Case, names};

#[tokio::test]
async fn r01_twenty_working_days_skip_the_dragon_boat_festival_and_count_its_sunday() {
    let case = Case::story().await;
    // 22 to 24 June 2023 were off, Sunday 25 June was worked: ten working days from the 12th end on 27 June, twenty on
    // 11 July.
    case.at("2023-06-12").accepted("W", &["form", "seal"], "wa-officer-1").await;
    let permit = case.permit("W").await;
    permit.shows("clock.statutory.due", "2023-07-11").shows("clock.promised.due", "2023-06-27");
    permit.shows("clock.statutory.used", 0).shows("clock.statutory.left", 20);
    let after = case.at("2023-06-25 10:00").permit("W").await;
    after.shows("clock.promised.used", 8).shows("clock.promised.left", 2);
}

#[tokio::test]
async fn r02_ecology_counts_plain_days_and_the_last_of_them_rolls_over_a_holiday() {
    let case = Case::story().await;
    // Thirty plain days from Thursday 31 August end on 30 September, inside the October holidays: next worked day is
    // Saturday 7 October. The county's promise of ten working days: 14 September.
    case.at("2023-08-31").accepted("E", &["eia"], "ec-officer-1").await;
    let permit = case.permit("E").await;
    permit.shows("clock.statutory.unit", "CALENDAR_DAYS").shows("clock.statutory.due", "2023-10-07");
    permit.shows("clock.promised.unit", "WORKING_DAYS").shows("clock.promised.due", "2023-09-14");
}

#[tokio::test]
async fn r03_corrected_once_and_accepted_the_clock_runs_from_the_corrected_file() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    case.permit("W").await.shows("round.intakeDue.date", "2023-06-19").shows("status", "RECEIVED");
    let water = case.by("wa-officer-1");
    water.accept("W").refused("RequirementsUnmet").await;
    case.at("2023-06-14");
    water.notice_correction("W", &[]).refused("NothingListed").await.by("R3", "行政许可法 32");
    let stray = water.notice_correction("W", &["material:form"]).refused("NotMissing").await;
    stray.by("R3", "行政许可法 32").says("requirement", "material:form");
    water.notice_correction("W", &["material:seal"]).done().await;
    case.permit("W").await.shows("status", "AWAITING_CORRECTION");
    case.at("2023-06-20").by("clerk").receive_correction("W", &["seal"]).done().await;
    // Five working days from the 20th: 21, then Sunday the 25th, 26, 27, 28.
    case.permit("W").await.shows("round.intakeDue.date", "2023-06-28");
    let second = water.notice_correction("W", &["material:seal"]).refused("AlreadyNoticed").await;
    second.by("R3", "行政许可法 32");
    case.at("2023-06-26");
    water.accept("W").done().await;
    let permit = case.permit("W").await;
    permit.shows("round.acceptance.manner", "COMPLETE").shows("round.acceptance.on", "2023-06-26");
    permit.shows("clock.statutory.start", "2023-06-20").shows("clock.statutory.due", "2023-07-19");
    permit.shows("clock.promised.due", "2023-07-05");
}

#[tokio::test]
async fn r03_what_the_notice_did_not_list_is_not_demanded() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &[]).done().await;
    let water = case.by("wa-officer-1");
    water.notice_correction("W", &["material:form"]).done().await;
    case.at("2023-06-13").by("clerk").receive_correction("W", &["form"]).done().await;
    water.accept("W").done().await;
    case.permit("W").await.shows("status", "IN_REVIEW").one("materials", "code", "seal").shows("met", false);
}

#[tokio::test]
async fn r03_five_working_days_of_silence_accept_from_the_day_of_receipt() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    case.at("2023-06-20").time_passes().await;
    let permit = case.permit("W").await;
    permit.shows("status", "IN_REVIEW").shows("round.acceptance.manner", "DEEMED");
    permit.shows("round.acceptance.on", "2023-06-12").shows("clock.statutory.due", "2023-07-11");
    let deemed = case.last("PermitDeemedAccepted").await;
    deemed
        .all
        .shows("effectiveOn", "2023-06-12")
        .shows("actor", "officer:platform")
        .shows("backfilled", false);
    let late =
        case.by("wa-officer-1").notice_correction("W", &["material:seal"]).refused("DeemedAlready").await;
    late.by("R3", "行政许可法 32").says("accepted_on", "2023-06-12").says("term_ended", "2023-06-19");
    case.by("wa-officer-1").accept("W").refused("DeemedAlready").await;
}

#[tokio::test]
async fn r03_silence_on_a_review_deems_nothing_and_is_an_overrun() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("J", &[]).done().await;
    case.at("2023-06-20").time_passes().await;
    case.permit("J").await.shows("status", "RECEIVED").shows("lateBy.term", "INTAKE").shows("lateBy.days", 1);
    assert_eq!(names(&case.history().await)[4..], ["PermitSubmitted", "TermOverrun", "CardIssued"]);
    case.by("dr-officer-1").accept("J").done().await;
    case.permit("J").await.shows("round.acceptance.manner", "COMPLETE");
}

#[tokio::test]
async fn r03_a_deemed_acceptance_is_set_aside_by_proof_of_a_notice_served_in_time() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    case.at("2023-06-21").time_passes().await;
    let listed = &["material:seal"];
    case.by("wa-officer-1").set_aside("W", listed, "2023-06-16").refused("NotAuthorised").await;
    let late = case.by("wa-head").set_aside("W", listed, "2023-06-20").refused("NoticeTooLate").await;
    late.by("R3", "行政许可法 32").says("due", "2023-06-19");
    case.by("wa-head").set_aside("W", listed, "2023-06-16").done().await;
    case.permit("W").await.shows("status", "AWAITING_CORRECTION").lacks("clock").lacks("round.acceptance");
    // The deeming stays in the record.
    assert_eq!(case.times("PermitDeemedAccepted").await, 1);
    case.by("clerk").receive_correction("W", &["seal"]).done().await;
    case.by("wa-officer-1").accept("W").done().await;
    case.permit("W").await.shows("clock.statutory.start", "2023-06-21");
}

#[tokio::test]
async fn r21_the_term_ends_at_midnight_in_beijing() {
    let case = Case::story().await;
    // Half past midnight in Beijing is still the day before in UTC: received on the 13th, answered until the 20th.
    case.at("2023-06-13 00:30").by("clerk").submit("W", &["form"]).done().await;
    let permit = case.permit("W").await;
    permit.shows("round.receivedOn", "2023-06-13").shows("round.intakeDue.date", "2023-06-20");
    let entry = case.last("PermitSubmitted").await;
    entry.all.shows("effectiveAt", "2023-06-12T16:30:00Z").shows("effectiveOn", "2023-06-13");
    case.at("2023-06-20 23:59").by("wa-officer-1").notice_correction("W", &["material:seal"]).done().await;

    let other = Case::begin(&case.house, "story", 2).await;
    other.at("2023-06-26 10:00").by("clerk").submit("W", &["form"]).done().await;
    // 27, 28, 29, 30 June, 3 July.
    other.at("2023-07-04 00:00");
    let late = other.by("wa-officer-1").notice_correction("W", &["material:seal"]);
    late.refused("DeemedAlready").await.says("term_ended", "2023-07-03");
}

#[tokio::test]
async fn a_file_that_is_none_of_ours_is_not_accepted_and_may_come_again() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    case.by("wa-officer-1").refuse_acceptance("W").done().await;
    case.permit("W").await.shows("status", "NOT_ACCEPTED").shows("round.endedOn", "2023-06-12");
    case.at("2023-06-14").accepted("W", &["form", "seal"], "wa-officer-1").await;
    let permit = case.permit("W").await;
    permit
        .shows("round.number", 2)
        .shows("rounds.0.phase", "NOT_ACCEPTED")
        .shows("clock.statutory.start", "2023-06-14");
}
