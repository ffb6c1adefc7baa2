//! What the task-force lead asks: when will it be done, what if, who waits for whom, what is new.

use om_tests::house::Case;
use serde_json::{Value, json};

#[tokio::test]
async fn variants_are_compared_in_one_request_and_each_assumption_has_its_verdict() {
    let case = Case::story().await;
    // By hand: W on 11 July, C issued that day, works until 10 August, F until the 25th (see lists). Three days more on
    // W: C on 14 July, thirty days end on Sunday 13 August and roll to the 14th, F until the 29th. Ten days more: 25 July,
    // 24 August, 8 September.
    let part = "revision whatIf(variants: [
        { name: \"预审\", assume: { tolerate: [{ permit: \"L\", requirement: \"permit:W\", mode: PRE_REVIEW }] } },
        { name: \"迟三日\", assume: { delay: [{ body: \"body:water\", workingDays: 3 }] } },
        { name: \"迟十一日\", assume: { delay: [{ permit: \"W\", workingDays: 11 }] } },
        { name: \"延长\", assume: { extend: [{ permit: \"W\", by: 10 }] } },
        { name: \"延长过多\", assume: { extend: [{ permit: \"W\", by: 11 }] } },
        { name: \"不适用\", assume: { drop: [\"W\"] } },
        { name: \"联合延长\", assume: { extend: [{ permit: \"J\", by: 15 }] } }
      ]) { name lawful forecast { completion daysSaved workingDaysSaved
        verdicts { kind lawful who whoZh reasonZh rule source by } } }";
    let seen = case.at("2023-06-12").see_as("lead", part, Value::Null).await;
    let of = |name| seen.one("whatIf", "name", name);
    let ahead = of("预审");
    ahead.shows("lawful", true).shows("forecast.daysSaved", 0).shows("forecast.verdicts.0.kind", "TOLERATE");
    ahead.shows("forecast.verdicts.0.rule", "R10");
    assert!(ahead.at("forecast.verdicts.0.whoZh").as_str().unwrap().contains("牵头部门"));
    let three = of("迟三日");
    three.shows("forecast.completion", "2023-08-29").shows("forecast.daysSaved", -4);
    three.shows("forecast.workingDaysSaved", -2).shows("lawful", true).lacks("forecast.verdicts.0.who");
    let eleven = of("迟十一日");
    eleven.shows("lawful", false).shows("forecast.verdicts.0.source", "行政许可法 42");
    assert!(eleven.at("forecast.verdicts.0.reasonZh").as_str().unwrap().contains("2023-07-25"));
    let extended = of("延长");
    extended.shows("lawful", true).shows("forecast.completion", "2023-09-08");
    extended.shows("forecast.verdicts.0.rule", "R4").shows("forecast.verdicts.0.by", 10);
    of("延长过多").shows("lawful", false);
    of("不适用").shows("lawful", false).shows("forecast.verdicts.0.source", "行政许可法 69");
    let joint = of("联合延长");
    joint.shows("lawful", true).shows("forecast.verdicts.0.whoZh", "本级政府负责人");
    assert_eq!(*seen.at("revision"), case.revision().await);
    // The same ruling as the command's own.
    case.by("clerk").submit("W", &["form", "seal", "proof", "photo"]).done().await;
    case.by("wa-officer-1").accept("W").done().await;
    case.by("wa-head").extend("W", 11).refused("ExtensionTooLong").await;
}

#[tokio::test]
async fn the_lead_sees_the_latest_days_and_which_tolerance_saves_most() {
    let case = Case::story().await;
    let part = "forecast { permits { permit statutoryDue decide decideLatest decideSlackWorkingDays critical } }
        bestTolerances { permit requirement mode daysSaved permitWorkingDaysSaved verdict { lawful who source } }";
    let seen = case.at("2023-06-12").see_as("lead", part, Value::Null).await;
    let joint = seen.one("forecast.permits", "permit", "J");
    joint.shows("decide", "2023-08-15").shows("decideLatest", "2023-08-25").shows("critical", false);
    joint.shows("decideSlackWorkingDays", 8);
    let water = seen.one("forecast.permits", "permit", "W");
    water.shows("decideSlackWorkingDays", 0).shows("decideLatest", "2023-07-11").shows("critical", true);
    water.shows("statutoryDue", "2023-07-25");
    // L reviewed while W still is: its five days run beside W's, and nothing of the whole hangs on it.
    seen.shows("bestTolerances.0.permit", "L").shows("bestTolerances.0.mode", "PRE_REVIEW");
    seen.shows("bestTolerances.0.daysSaved", 0).shows("bestTolerances.0.permitWorkingDaysSaved", 5);
    seen.shows("bestTolerances.0.verdict.lawful", true).lacks("bestTolerances.1");
}

#[tokio::test]
async fn who_waits_for_whom_now_and_then_and_where_the_time_went() {
    let case = Case::story().await;
    let part = "blocks { code act mover body since due leftWorkingDays lacks hangsOn holdsUp sentenceZh }
        permit(code: \"W\") { blocking { act whoZh } timeSplit {
            waitingForApplicant { workingDays calendarDays } working { workingDays } suspended { calendarDays } } }
        timeSplit { byBody { body time { total { calendarDays } } } }";
    let first = case.at("2023-06-12").see_as("lead", part, Value::Null).await;
    first.one("blocks", "code", "W").shows("act", "HAND_IN").shows("mover", "APPLICANT").lacks("body");
    let land = first.one("blocks", "code", "L");
    land.lacks("act").shows("lacks", json!(["W"])).shows("hangsOn", json!(["W"]));
    land.shows("sentenceZh", "L 用地许可 在等 W 取水许可，自 2023-06-01 起");
    // F waits for the works, and these for C, which nobody has applied for.
    first.one("blocks", "code", "F").shows("hangsOn", json!(["C"]));
    first.one("blocks", "code", "C").shows("holdsUp", json!(["F", "works-completed"]));
    first.shows("permit.timeSplit.waitingForApplicant.workingDays", 7);
    first.shows("permit.timeSplit.waitingForApplicant.calendarDays", 11);
    first.one("timeSplit.byBody", "body", "body:water").shows("time.total.calendarDays", 11);

    case.by("clerk").submit("W", &["form", "seal", "proof", "photo"]).done().await;
    let received = case.see_as("lead", part, Value::Null).await;
    let water = received.one("blocks", "code", "W");
    water.shows("act", "ACCEPT_OR_NOTICE").shows("body", "body:water").shows("due", "2023-06-19");
    water.shows("leftWorkingDays", 5).shows("holdsUp", json!(["L"]));
    // The desk asks the same of the same body.
    let desk = case.see_as("lead", "desk { permitCode kind body due }", Value::Null).await;
    desk.one("desk", "permitCode", "W").shows("kind", "ACCEPT_OR_NOTICE").shows("due", "2023-06-19");

    case.at("2023-06-13").by("wa-officer-1").accept("W").done().await;
    case.by("wa-officer-1").stop("W", "EXPERT_REVIEW", "2023-06-16").done().await;
    let stopped = case.at("2023-06-15").see_as("lead", part, Value::Null).await;
    stopped.shows("permit.blocking.act", "RESUME_CLOCK").shows("permit.timeSplit.suspended.calendarDays", 3);
    stopped.shows("permit.timeSplit.working.workingDays", 0);
    let known = json!({ "known": { "time": "2023-06-12T10:00:00Z" } });
    let then = case.see_as("auditor", part, known).await;
    then.shows("permit.blocking.act", "ACCEPT_OR_NOTICE").shows("permit.timeSplit.suspended.calendarDays", 0);
}

#[tokio::test]
async fn since_the_last_visit_the_lead_reads_what_is_new() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form", "seal", "proof", "photo"]).done().await;
    let seen = case.revision().await;
    case.at("2023-06-13").by("wa-officer-1").accept("W").done().await;
    case.by("wa-officer-1").offer("W", "natural-resources").done().await;
    case.by("nr-officer-1").give_back("W").done().await;
    let part = |seen: &str| {
        format!("revision since(seen: {{ {seen} }}) {{ from to entries cut groups {{ heading entries {{ name sentenceZh }} }}
            late {{ permit lateBy {{ term due }} }} noLongerLate
            moves {{ before {{ act }} now {{ code act body sentenceZh }} }} completionBefore completionNow }}")
    };
    let new = case.at("2023-06-28").see_as("lead", &part(&format!("revision: {seen}")), Value::Null).await;
    new.shows("since.from", seen).shows("since.cut", false);
    assert_eq!(new.at("since.to"), new.at("revision"));
    assert_eq!(new.one("since.groups", "heading", "INTAKE").each("entries", "name"), ["PermitAccepted"]);
    let handed = new.one("since.groups", "heading", "HANDOFFS").each("entries", "name");
    assert_eq!(handed, ["HandoffOffered", "HandoffReturned"]);
    new.shows("since.late.0.permit", "W").shows("since.late.0.lateBy.term", "PROMISED");
    new.shows("since.moves.0.before.act", "ACCEPT_OR_NOTICE").shows("since.moves.0.now.act", "DECIDE");
    new.shows("since.moves.0.now.body", "body:water").lacks("since.moves.1");
    new.shows("since.completionBefore", "2023-08-25");

    case.at("2023-06-29").by("wa-officer-1").approve("W").done().await;
    let next = case.see_as("lead", &part("time: \"2023-06-28T12:00:00Z\""), Value::Null).await;
    next.shows("since.noLongerLate", json!(["W"]));
    next.one("since.groups", "heading", "DECISIONS");
    // By the moment of the visit it is the same.
    let by_time = case.see_as("lead", &part("time: \"2023-06-12T08:00:00Z\""), Value::Null).await;
    by_time.shows("since.from", seen);
    // Nothing is new to one who has seen everything.
    let now = next.at("since.to").as_u64().unwrap();
    let nothing = case.see_as("lead", &part(&format!("revision: {now}")), Value::Null).await;
    nothing.shows("since.entries", 0).shows("since.moves", json!([])).shows("since.late", json!([]));
}
