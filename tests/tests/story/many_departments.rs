//! Thirty-two departments at once on one matter: every command ends done, refused or conflict; the stream is linear; no
//! refusal was given on stale state.
//!
//! That a refusal was not stale is recomputed: it names the revision it was given at, which is no earlier than what had been
//! acknowledged to anybody when it was asked; the stream replayed to that revision is refused the same again. The same
//! check at an earlier revision finds what a stale answer would have been.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says so by panicking")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::{join, join_all};
use jiff::Timestamp;
use om_domain::calendar::Calendar;
use om_domain::decider::{Actor, Context, Decider, Explained, Recorded, Role};
use om_domain::ids::{MatterId, PermitCode};
use om_domain::matter::{Matter, MatterCommand, MatterDecider, MatterEvent, MatterReads, event_permit};
use om_domain::settings::CountySettings;
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
    permit: PermitCode,
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

    /// One step of a department on a permit.
    async fn step(&self, number: usize, user: &str, name: &str, permit: &str) -> Told {
        // Who applied does not decide: a department's own permit is handed in at the window.
        let who = if name == "submit" && permit != SHARED { CLERK } else { user };
        let next = body((number + 1) % DEPARTMENTS);
        self.send(who, act(&self.case.by(who), name, permit, &next), name).await
    }

    /// Sends it, and notes the bracket of revisions in which its answer must have been true.
    async fn send(&self, user: &str, act: Act<'_>, name: &str) -> Told {
        let sent = in_words(name, &act.input);
        let permit = act.input["permit"].as_str().unwrap().parse().unwrap();
        let known = self.told.load(Ordering::SeqCst);
        let answer = act.answer().await;
        if let Answer::Done(done) = &answer {
            self.told.fetch_max(done.last, Ordering::SeqCst);
        }
        Told { user: user.to_owned(), permit, sent, known, stood: self.head().await, answer }
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

/// What one department does, one thing after another, whatever comes of it. Two of its officers work side by side on its own
/// permit, neither knowing of the other: each step is taken by one and refused to the other.
async fn day_of(hall: Arc<Hall>, number: usize, user: String) -> Vec<Told> {
    let own = ["submit", "accept", "approve", "issue"];
    let shared = ["submit", "accept", "offer", "receive", "recall", "approve", "withdraw", "issue"];
    // Everybody begins with the shared permit at another step.
    let turn = |turn: usize| shared[(turn + number) % shared.len()];
    let desk = async |turns: [usize; 4]| {
        let mut told = Vec::new();
        for (step, at) in own.into_iter().zip(turns) {
            told.push(hall.step(number, &user, turn(at), SHARED).await);
            told.push(hall.step(number, &user, step, &code(number)).await);
        }
        told
    };
    let (one, other) = join(desk([0, 1, 2, 3]), desk([4, 5, 6, 7])).await;
    one.into_iter().chain(other).collect()
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
    assert_eq!(told.len(), DEPARTMENTS * 16, "every command was answered");

    let stream = hall.stream();
    let entries = hall.case.platform.matters.history(&stream, 0, 10_000).await.unwrap();
    let facts: Vec<_> = entries.into_iter().map(|entry| entry.fact).collect();
    linear(&facts, begun, &told);
    let replay = Replay::of(&hall, &facts).await;
    no_refusal_was_stale(&replay, &told);
    stale_ones_would_be_seen(&replay, &facts, begun, &told);
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

/// Replays the matter, and asks the rules again.
struct Replay {
    /// The matter folded up to each revision.
    states: Vec<Matter>,
    actors: HashMap<String, Actor>,
    calendar: Calendar,
    settings: Arc<CountySettings>,
    now: Timestamp,
}

impl Replay {
    async fn of(hall: &Hall, facts: &[Recorded<MatterEvent>]) -> Self {
        let actor = |user: &str, body: &str, role| {
            Actor::new(user.parse().unwrap(), COUNTY.parse().unwrap(), body.parse().unwrap(), [role].into())
        };
        let officers =
            accounts().into_iter().zip(0..).map(|(user, n)| (actor(&user, &body(n), Role::Officer), user));
        let clerk = (actor(CLERK, "government-services", Role::Clerk), CLERK.to_owned());
        Replay {
            states: states(facts),
            actors: officers.chain([clerk]).map(|(actor, user)| (user, actor)).collect(),
            calendar: hall.case.platform.calendars.calendar(&COUNTY.parse().unwrap()).await.unwrap(),
            settings: hall.case.platform.calendars.settings(&COUNTY.parse().unwrap()).await.unwrap(),
            now: hall.case.platform.clock.now(),
        }
    }

    /// Whether the rules refuse it at this revision, for the same reason and by the same facts.
    fn refuses_so(&self, told: &Told, refused: &Refused, revision: u64) -> bool {
        let (by, read) = (&self.actors[&told.user], &MatterReads::default());
        let context = Context {
            at: self.now,
            by,
            calendar: &self.calendar,
            settings: &self.settings,
            effective: None,
            read,
        };
        let state = &self.states[usize::try_from(revision).unwrap()];
        MatterDecider::decide(state, &told.sent, &context).err().is_some_and(|refusal| {
            refusal.code() == refused.code && serde_json::to_value(&refusal).unwrap() == refused.facts
        })
    }

    /// The refusals that do not hold at the revision that `at` says they were given at.
    fn stale<'t>(&self, told: &'t [Told], at: impl Fn(&Told, &Refused) -> u64) -> Vec<&'t Told> {
        let holds = |told: &&Told| refusal(told).is_some_and(|r| !self.refuses_so(told, r, at(told, r)));
        told.iter().filter(holds).collect()
    }
}

fn refusal(told: &Told) -> Option<&Refused> {
    if let Answer::Refused(refused) = &told.answer { Some(refused) } else { None }
}

/// Every refusal holds at the revision it names, and that was the end of the stream while the command was under way.
fn no_refusal_was_stale(replay: &Replay, told: &[Told]) {
    for one in told {
        let Some(revision) = refusal(one).map(|refused| refused.revision.unwrap()) else { continue };
        let Told { user, sent, known, stood, .. } = one;
        assert!(
            (known..=stood).contains(&&revision),
            "{user} was refused {sent:?} at {revision}, when the stream had {known} and then {stood}"
        );
    }
    let stale = replay.stale(told, |_, refused| refused.revision.unwrap());
    let stale: Vec<_> = stale.iter().map(|told| (&told.user, &told.sent, &told.answer)).collect();
    assert!(stale.is_empty(), "refused at a revision at which the rules do not refuse: {stale:#?}");
}

/// What the check must find. Had the refusals of a department's second officer been given on the matter as it stood before
/// anybody had begun, none would hold; on its permit one entry back, most would not.
fn stale_ones_would_be_seen(replay: &Replay, facts: &[Recorded<MatterEvent>], begun: u64, told: &[Told]) {
    let seen = |at: &dyn Fn(&Told, &Refused) -> u64| {
        replay.stale(told, at).into_iter().filter(|told| told.permit.as_str() != SHARED).count()
    };
    let one_entry_back = |told: &Told, refused: &Refused| {
        let known = &facts[..=usize::try_from(refused.revision.unwrap()).unwrap()];
        let about = known.iter().rfind(|fact| event_permit(&fact.event) == Some(&told.permit));
        about.map_or(begun, |fact| fact.revision - 1)
    };
    assert_eq!(seen(&|_, _| begun), DEPARTMENTS * 4, "each step was refused once, and not for ever");
    assert!(seen(&one_entry_back) > DEPARTMENTS * 2, "{}", seen(&one_entry_back));
}
