//! Thirty-two departments at once on one matter: every command ends done, refused or conflict; the stream is linear; no
//! refusal was given on stale state.
//!
//! That a refusal was not stale is recomputed: at some revision between what the person could have known when asking
//! and what stood when the answer came, the rules give the same refusal again.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says so by panicking")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::join_all;
use om_domain::decider::{Actor, Context, Decider, Explained, Recorded, Role};
use om_domain::ids::MatterId;
use om_domain::matter::{Matter, MatterCommand, MatterDecider, MatterEvent, MatterReads};
use om_gateway::dev_users::DevUsers;
use om_infra::calendars::Calendars;
use om_infra::executor::Executor;
use om_tests::house::{Act, Answer, By, COUNTY, Case, Done, House, Refused};

/// How many departments.
const DEPARTMENTS: usize = 32;
/// The one permit that everybody reaches for; the first department decides it.
const SHARED: &str = "ALL";

/// The window's account.
const CLERK: &str = "clerk";

fn code(number: usize) -> String {
    format!("D{number:02}")
}

fn body(number: usize) -> String {
    format!("department-{number:02}")
}

/// The accounts that act, one for each department: known to the gateway, and here each in a body of its own.
fn accounts() -> Vec<String> {
    let users = DevUsers::built_in();
    let named = |suffix: &'static str| {
        let names: Vec<String> = users.all().map(|user| user.actor.officer.to_string()).collect();
        names.into_iter().filter(move |name| name.ends_with(suffix))
    };
    named("-officer-1").chain(named("-officer-2")).take(DEPARTMENTS).collect()
}

fn directory() -> String {
    let mut text = format!("county = \"{COUNTY}\"\n");
    let fixed = ["county-government", "government-services", "audit", "tongle"].map(str::to_owned);
    for id in fixed.into_iter().chain((0..DEPARTMENTS).map(body)) {
        let kind = if id == "tongle" { "subdistrict" } else { "department" };
        let entry = format!("id = \"{id}\"\nname = \"{id}\"\nname_en = \"{id}\"\nkind = \"{kind}\"\n");
        write!(text, "\n[[body]]\n{entry}").unwrap();
    }
    let offices = [
        ("lead", "county-government", "lead"),
        ("deputy", "county-government", "lead"),
        ("clerk", "government-services", "clerk"),
        ("auditor", "audit", "auditor"),
    ];
    let offices = offices.map(|(id, body, role)| (id.to_owned(), body.to_owned(), role));
    let officers = accounts().into_iter().enumerate().map(|(number, id)| (id, body(number), "officer"));
    for (id, body, role) in offices.into_iter().chain(officers) {
        let entry = format!("id = \"{id}\"\nbody = \"{body}\"\nroles = [\"{role}\"]\npost = \"经办\"\n");
        write!(text, "\n[[officer]]\n{entry}").unwrap();
    }
    text
}

/// Each department decides one permit, and everybody hands the shared one in and on.
fn template() -> String {
    let mut text = "id = \"many\"\nname = \"并联\"\nkind = \"试验\"\npromise_list = \"清单\"\n".to_owned();
    let own = (0..DEPARTMENTS).map(|number| (code(number), body(number)));
    for (code, body) in own.chain([(SHARED.to_owned(), body(0))]) {
        write!(
            text,
            "\n[[permit]]\ncode = \"{code}\"\nname = \"{code}\"\nstage = \"works\"\nlead = \"{body}\"\n\
             nature = \"permit\"\nbasis = \"某法 1\"\ncertificate = true\n\
             statutory = {{ value = 20, unit = \"working_days\", source = \"行政许可法 42\" }}\n"
        )
        .unwrap();
    }
    text
}

/// One command, what it was answered with, and between which revisions the answer was found.
struct Told {
    user: String,
    sent: MatterCommand,
    known: u64,
    stood: u64,
    answer: Answer,
}

/// Who works side by side.
struct Hall {
    case: Case,
    /// The highest revision that any answer has told so far.
    told: AtomicU64,
}

impl Hall {
    async fn head(&self) -> u64 {
        let stream = self.stream();
        self.case.platform.matters.state(&stream).await.unwrap().revision.unwrap()
    }

    fn stream(&self) -> om_infra::log::StreamName {
        let id: MatterId = self.case.id.strip_prefix("matter:").unwrap().parse().unwrap();
        Executor::<MatterDecider>::stream(&COUNTY.parse().unwrap(), id).unwrap()
    }

    /// Sends it, and notes the bracket of revisions in which its answer must have been true.
    async fn send(&self, user: &str, act: Act<'_>, sent: MatterCommand) -> Told {
        let known = self.told.load(Ordering::SeqCst);
        let answer = act.answer().await;
        if let Answer::Done(done) = &answer {
            self.told.fetch_max(done.last, Ordering::SeqCst);
        }
        Told { user: user.to_owned(), sent, known, stood: self.head().await, answer }
    }
}

/// The command in the domain's own words, from what was sent.
fn in_words(name: &str, input: &serde_json::Value) -> MatterCommand {
    let permit = input["permit"].as_str().unwrap().parse().unwrap();
    let notice = |field: &str| {
        let n = &input[field];
        om_domain::matter::event::Notice {
            number: n["number"].as_str().unwrap().parse().unwrap(),
            date: n["date"].as_str().unwrap().parse().unwrap(),
            service: om_domain::matter::event::Service::InPerson,
            served_on: n["servedOn"].as_str().unwrap().parse().unwrap(),
            paper: None,
        }
    };
    let reason = || input["reason"].as_str().unwrap().parse().unwrap();
    match name {
        "submit" => MatterCommand::SubmitPermit { permit, materials: vec![] },
        "accept" => MatterCommand::AcceptPermit { permit, notice: notice("notice") },
        "approve" => MatterCommand::ApprovePermit { permit, notice: notice("notice"), conditions: None },
        "issue" => {
            let certificate = notice("certificate");
            MatterCommand::IssueCertificate { permit, certificate, valid_until: None }
        }
        "withdraw" => MatterCommand::WithdrawPermit { permit, reason: reason() },
        "offer" => {
            let to = input["to"].as_str().unwrap().strip_prefix("body:").unwrap().parse().unwrap();
            MatterCommand::OfferHandoff { permit, to, reason: reason(), papers: vec![] }
        }
        "receive" => MatterCommand::ReceiveHandoff { permit },
        "recall" => MatterCommand::RecallCustody { permit, reason: reason() },
        other => panic!("{other}"),
    }
}

fn act<'h>(by: &By<'h>, name: &str, permit: &str, to: &str) -> Act<'h> {
    match name {
        "submit" => by.submit(permit, &[]),
        "accept" => by.accept(permit),
        "approve" => by.approve(permit),
        "issue" => by.issue(permit),
        "withdraw" => by.withdraw(permit),
        "offer" => by.offer(permit, to),
        "receive" => by.receive(permit),
        "recall" => by.recall(permit),
        other => panic!("{other}"),
    }
}

/// What one department does, one thing after another, whatever comes of it.
async fn day_of(hall: Arc<Hall>, number: usize, user: String) -> Vec<Told> {
    let (own, next) = (code(number), body((number + 1) % DEPARTMENTS));
    let mut steps: Vec<(&str, &str)> =
        vec![("submit", &own), ("accept", &own), ("approve", &own), ("issue", &own)];
    let shared = ["submit", "accept", "offer", "receive", "recall", "approve", "withdraw", "issue"];
    // Everybody begins with the shared permit at another step.
    for turn in 0..shared.len() {
        let at = if turn % 2 == 0 { 0 } else { steps.len() };
        steps.insert(at, (shared[(turn + number) % shared.len()], SHARED));
    }
    let mut told = Vec::new();
    for (name, permit) in steps {
        // Who applied does not decide: a department's own permit is handed in at the window.
        let who = if (name, permit) == ("submit", own.as_str()) { CLERK } else { &user };
        let asked = act(&hall.case.by(who), name, permit, &next);
        let sent = in_words(name, &asked.input);
        told.push(hall.send(who, asked, sent).await);
    }
    told
}

/// The matter folded up to each revision, the first at index 0.
fn states(facts: &[Recorded<MatterEvent>]) -> Vec<Matter> {
    let mut state = Matter::default();
    let fold = |fact: &Recorded<MatterEvent>| {
        MatterDecider::evolve(&mut state, fact);
        state.clone()
    };
    facts.iter().map(fold).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_departments_at_once_and_every_answer_stands() {
    let house = House::with_directory(&directory()).await;
    house.template(&template()).await;
    let case = Case::begin(&house, "many", 1).await;
    case.at("2023-06-12");
    let begun = case.revision().await;
    let hall = Arc::new(Hall { case, told: AtomicU64::new(begun) });
    let days =
        accounts().into_iter().enumerate().map(|(n, user)| tokio::spawn(day_of(Arc::clone(&hall), n, user)));
    let told: Vec<Told> = join_all(days).await.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(told.len(), DEPARTMENTS * 12, "every command was answered");

    let stream = hall.stream();
    let entries = hall.case.platform.matters.history(&stream, 0, 10_000).await.unwrap();
    let facts: Vec<_> = entries.into_iter().map(|entry| entry.fact).collect();
    linear(&facts, begun, &told);
    let refusals = no_refusal_was_stale(&hall, &facts, &told).await;
    assert!(refusals > 0, "they did stand in each other's way");
    for number in 0..DEPARTMENTS {
        hall.case.permit(&code(number)).await.shows("status", "ISSUED").shows("round.number", 1);
    }
}

/// One entry after another, each brought about by exactly one command that was told so, time never going back.
fn linear(facts: &[Recorded<MatterEvent>], begun: u64, told: &[Told]) {
    for (revision, fact) in (0..).zip(facts) {
        assert_eq!(fact.revision, revision, "no gap and no branch");
    }
    assert!(facts.is_sorted_by_key(|fact| fact.recorded));
    let done = |told: &Told| match &told.answer {
        Answer::Done(Done { first: Some(first), last, repeated: false, .. }) => {
            Some((*first..=*last, told.user.clone()))
        }
        _ => None,
    };
    let mut owned: Vec<(u64, String)> = told
        .iter()
        .filter_map(done)
        .flat_map(|(range, user)| range.map(move |r| (r, user.clone())))
        .collect();
    owned.sort();
    let recorded: Vec<_> = facts[usize::try_from(begun).unwrap() + 1..]
        .iter()
        .map(|fact| (fact.revision, fact.by.officer.to_string()))
        .collect();
    assert_eq!(owned, recorded, "every entry has its receipt and every receipt its entries");
}

async fn no_refusal_was_stale(hall: &Hall, facts: &[Recorded<MatterEvent>], told: &[Told]) -> usize {
    let states = states(facts);
    let people: HashMap<String, usize> = accounts().into_iter().zip(0..).collect();
    let actor = |user: &str| {
        let own = people.get(user).map(|number| (body(*number), Role::Officer));
        let (body, role) = own.unwrap_or(("government-services".to_owned(), Role::Clerk));
        let (officer, county) = (user.parse().unwrap(), COUNTY.parse().unwrap());
        Actor { officer, county, body: body.parse().unwrap(), roles: [role].into() }
    };
    let calendar = hall.case.platform.calendars.calendar(&COUNTY.parse().unwrap()).await.unwrap();
    let (now, reads) = (hall.case.platform.clock.now(), MatterReads::default());
    let mut refusals = 0;
    for told in told {
        let Answer::Refused(Refused { code, facts, .. }) = &told.answer else { continue };
        refusals += 1;
        let by = actor(&told.user);
        let context = Context { at: now, by: &by, calendar: &calendar, effective: None, read: &reads };
        let again = |revision: u64| {
            let state = &states[usize::try_from(revision).unwrap()];
            MatterDecider::decide(state, &told.sent, &context).err().is_some_and(|refusal| {
                refusal.code() == code && serde_json::to_value(&refusal).unwrap() == *facts
            })
        };
        assert!(
            (told.known..=told.stood).any(again),
            "{} was refused {:?} as {code}, true at no revision from {} to {}",
            told.user,
            told.sent,
            told.known,
            told.stood
        );
    }
    refusals
}

#[test]
fn a_stale_refusal_would_be_seen() {
    // The check itself can fail: a permit that was never handed in cannot have been handed in already.
    let refusal = om_domain::matter::MatterRefusal::AlreadySubmitted {
        permit: "A".parse().unwrap(),
        on: "2023-06-12".parse().unwrap(),
    };
    let (by, calendar) =
        (DevUsers::built_in().actor("clerk").unwrap(), om_domain::calendar::Calendar::national());
    let (at, read) = (om_tests::house::moment("2023-06-12"), MatterReads::default());
    let context = Context { at, by: &by, calendar: &calendar, effective: None, read: &read };
    let command = MatterCommand::SubmitPermit { permit: "A".parse().unwrap(), materials: vec![] };
    assert_ne!(MatterDecider::decide(&Matter::default(), &command, &context).unwrap_err(), refusal);
}
