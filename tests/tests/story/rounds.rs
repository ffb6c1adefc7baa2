//! A permit that ended with nothing begins again, with a clock of its own, and comes to its certificate.

use om_tests::house::Case;

const FILE: &[&str] = &["form", "seal", "proof", "photo"];

/// The second round from receipt to certificate; its clock counts from its own receipt.
async fn comes_through(case: &Case, ended: &str) {
    case.at("2023-07-03").by("clerk").submit("W", FILE).done().await;
    let second = case.permit("W").await;
    second.shows("round.number", 2).shows("status", "RECEIVED").shows("round.intakeDue.date", "2023-07-10");
    case.at("2023-07-04").by("wa-officer-1").accept("W").done().await;
    // Twenty working days from the receipt on the 3rd: the 31st. Ten: the 17th.
    let second = case.permit("W").await;
    second.shows("clock.statutory.due", "2023-07-31").shows("clock.promised.due", "2023-07-17");
    second.shows("clock.statutory.used", 1);
    case.at("2023-07-14").by("wa-officer-1").approve("W").done().await;
    case.at("2023-07-17").by("wa-officer-1").issue("W").done().await;
    let permit = case.permit("W").await;
    permit.shows("status", "ISSUED").shows("rounds.0.phase", ended).shows("rounds.1.phase", "ISSUED");
    permit.shows("round.certificate.on", "2023-07-17").lacks("lateBy");
    // What waits for it is free, and the first round still reads as it was.
    case.by("clerk").submit("L", &[]).done().await;
    case.by("nr-officer-1").accept("L").done().await;
    case.permit_known("W", "2023-06-13").await.shows("round.number", 1).shows("status", "IN_REVIEW");
    case.permit_known("W", "2023-07-01").await.shows("status", ended);
}

#[tokio::test]
async fn a_withdrawn_file_is_handed_in_again_and_issued() {
    let case = Case::story().await;
    case.at("2023-06-12").accepted("W", FILE, "wa-officer-1").await;
    case.at("2023-06-20").by("clerk").withdraw("W").done().await;
    case.by("wa-officer-1").approve("W").refused("WrongStep").await;
    comes_through(&case, "WITHDRAWN").await;
}

#[tokio::test]
async fn r10_a_lapsed_file_is_handed_in_again_whole_and_issued() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    case.by("wa-officer-1").tolerate("W", "material:seal", "ACCEPT", "2023-06-20").done().await;
    case.by("wa-officer-1").accept("W").done().await;
    case.at("2023-06-21").time_passes().await;
    case.permit("W").await.shows("status", "LAPSED").shows("tolerances.0.debt", "LAPSED");
    comes_through(&case, "LAPSED").await;
    // Its tolerance is still held against the applicant.
    let ask = "{ applicant(id: \"applicant:city-investment\") { eligible lapses { permit requirement } } }";
    case.list("lead", ask).await.shows("applicant.eligible", false).shows("applicant.lapses.0.permit", "W");
}
