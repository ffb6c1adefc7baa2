//! `board`, `replay`, `users`, `schema`: printing, and changing nothing.

use super::{
    Failure,
    args::{Board, Replay, Users},
    board::{Drawing, draw},
    out::{line as say, put},
    reading::{Reading, moment, short},
    text::{Paint, Style, fit},
};
use jiff::{Timestamp, civil::Date};
use om_domain::{
    calendar::{beijing, beijing_datetime},
    decider::Recorded,
    ids::BodyId,
    matter::{MatterDecider, MatterEvent, event_permit},
};
use om_infra::{
    executor::{At, Executor, Happened, Known},
    recorded,
};

/// So many of the last facts are shown below a board of the past.
const TAIL: usize = 12;

/// Prints a matter's board, or the list of matters.
pub(super) async fn board(args: Board) -> Result<(), Failure> {
    let reading = Reading::open(&args.data, &args.log, &args.county).await?;
    let Some(asked) = &args.matter else { return list(&reading, args.json).await };
    let found = reading.find(asked).await?;
    let text = if args.json {
        super::board_json::board(&reading, found.id, At::default()).await?
    } else {
        drawn(&reading, found.id, At::default(), (reading.clock.now(), None)).await?
    };
    put(&text)
}

/// The board of a matter at a moment, as text for this terminal, with names as they were known by an instant, or are.
pub(super) async fn drawn(
    reading: &Reading,
    id: om_domain::ids::MatterId,
    at: At,
    (now, known_by): (Timestamp, Option<Timestamp>),
) -> Result<String, Failure> {
    let (matter, calendar) = reading.fold(id, at).await?;
    let backfilled = reading.backfilled(id, at, &matter, &calendar).await?;
    let directory = reading.directory(known_by).await?;
    let today = beijing(now);
    let outlook = matter.outlook(&calendar, today);
    let body = |id: &BodyId| short(&directory, id);
    let drawing = Drawing {
        width: width(),
        paint: Paint::detect(),
        today,
        calendar: &calendar,
        body: &body,
        outlook: outlook.as_ref(),
        backfilled: &backfilled,
    };
    Ok(draw(&matter, &drawing))
}

fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.filter(|c| (80..=400).contains(c)).unwrap_or(140)
}

async fn list(reading: &Reading, json: bool) -> Result<(), Failure> {
    let found = reading.matters().await?;
    if json {
        let rows: Vec<_> = found
            .iter()
            .map(|f| serde_json::json!({ "id": format!("matter:{}", f.id), "name": f.name, "projectCode": f.code }))
            .collect();
        return say(serde_json::to_string_pretty(&rows)?);
    }
    if found.is_empty() {
        say("no matters yet (尚无事项)")?;
    }
    for f in found {
        say(format!("{}  {}  {}", fit(&format!("matter:{}", f.id), 34), fit(&f.code, 26), f.name))?;
    }
    Ok(())
}

/// Prints a matter as it stood at a moment, or its facts up to then.
pub(super) async fn replay(args: Replay) -> Result<(), Failure> {
    let reading = Reading::open(&args.data, &args.log, &args.county).await?;
    let found = reading.find(&args.matter).await?;
    let known = args.at.as_deref().map(moment).transpose()?.unwrap_or(Known::Head);
    let as_of = match args.as_of.as_deref().map(moment).transpose()? {
        None => None,
        Some(Known::Time(instant)) => Some(instant),
        Some(_) => return Err(Failure::new("--as-of takes a date or an instant", "name an event with --at")),
    };
    let today = beijing(reading.clock.now());
    for (flag, asked) in [("--at", instant_of(known)), ("--as-of", as_of)] {
        not_in_the_future(flag, asked, today)?;
    }
    let facts = facts(&reading, found.id, known).await?;
    let shown = facts.by(&found.name, as_of)?;
    if args.json {
        return put(&shown.iter().map(|fact| format!("{}\n", fact.line)).collect::<String>());
    }
    // clocks are read at the moment asked for, as the API reads them
    let asked = instant_of(known);
    let now = as_of.or(asked).or(facts.last).unwrap_or_else(|| reading.clock.now());
    let paint = Paint::detect();
    let heading = format!(
        "历史，只读 · historical, read only — as known {}{}",
        beijing_datetime(asked.or(facts.last).unwrap_or(now)).strftime("%Y-%m-%d %H:%M"),
        as_of.map(|t| format!(", as true {}", beijing(t))).unwrap_or_default()
    );
    say(paint.on(Style::Yellow, &heading))?;
    let known_by = match known {
        Known::Head => None,
        Known::Time(instant) => Some(instant),
        Known::Event(_) => facts.last,
    };
    put(&drawn(&reading, found.id, At { known, as_of }, (now, known_by)).await?)?;
    say(format!("\n{}", paint.on(Style::Bold, &format!("{} facts, the last ones:", shown.len()))))?;
    let tail = shown.iter().skip(shown.len().saturating_sub(TAIL));
    put(&tail.map(|fact| format!("{}\n", sentence(&fact.fact))).collect::<String>())
}

const fn instant_of(known: Known) -> Option<Timestamp> {
    match known {
        Known::Time(instant) => Some(instant),
        Known::Head | Known::Event(_) => None,
    }
}

/// What will be known is not known: a past is looked at, and a forecast is the board's.
fn not_in_the_future(flag: &str, asked: Option<Timestamp>, today: Date) -> Result<(), Failure> {
    match asked.map(beijing).filter(|day| *day > today) {
        None => Ok(()),
        Some(day) => Err(Failure::new(
            format!("{flag} {day} lies in the future: today is {today} (所给日期晚于今天)"),
            "give today or an earlier day; what is expected to come is the forecast on `onematter board`",
        )),
    }
}

/// The facts of a matter that are known at a moment, in the order of the log.
struct Facts {
    /// When the first was recorded, also where that was after the moment asked for.
    begun: Option<Timestamp>,
    /// When the last one that is known was recorded.
    last: Option<Timestamp>,
    known: Vec<KnownFact>,
}

/// A fact, and its line of `--json`.
struct KnownFact {
    fact: Recorded<MatterEvent>,
    line: String,
}

impl Facts {
    /// Those that had happened by an instant. A matter of which nothing was known, or nothing had happened, is not shown as an
    /// empty one.
    fn by(&self, name: &str, as_of: Option<Timestamp>) -> Result<Vec<&KnownFact>, Failure> {
        if self.known.is_empty() {
            let begun = self.begun.map(|at| beijing(at).to_string()).unwrap_or_default();
            let todo = format!("its first fact was recorded on {begun}; give that day or a later one");
            return Err(Failure::new(format!("nothing of {name} was recorded by then (当时尚无记录)"), todo));
        }
        let happened = as_of.map(|by| Happened::by(by, self.known.iter().map(|known| &known.fact)));
        let has = |known: &&KnownFact| happened.is_none_or(|happened| happened.has(&known.fact));
        let shown: Vec<_> = self.known.iter().filter(has).collect();
        if shown.is_empty() {
            let first = self.known.iter().map(|known| known.fact.effective.day()).min();
            let first = first.map(|day| day.to_string()).unwrap_or_default();
            let todo = format!("its first fact took effect on {first}; give that day or a later one");
            return Err(Failure::new(format!("nothing of {name} had happened by then (当时尚未发生)"), todo));
        }
        Ok(shown)
    }
}

/// Reads the facts of a matter up to a moment, each checked against its leaf.
async fn facts(reading: &Reading, id: om_domain::ids::MatterId, known: Known) -> Result<Facts, Failure> {
    let stream = Executor::<MatterDecider>::stream(&reading.county, id)?;
    let mut facts = Facts { begun: None, last: None, known: Vec::new() };
    let mut from = 0;
    'pages: loop {
        let page = reading.log.read_stream(&stream, from, 1_000).await?;
        if page.is_empty() {
            break;
        }
        for event in &page {
            from = event.revision + 1;
            facts.begun.get_or_insert(event.recorded);
            if matches!(known, Known::Time(instant) if event.recorded > instant) {
                break 'pages;
            }
            if !om_infra::log::leaf::is_intact(event) {
                return Err(Failure::new(
                    format!(
                        "event {} (revision {}) does not fit its leaf: it was altered",
                        event.id, event.revision
                    ),
                    "keep the file as it is and compare it with a backup",
                ));
            }
            let entry = recorded::decode::<MatterEvent>(event)?;
            facts.last = Some(event.recorded);
            facts.known.push(KnownFact { line: line(event, &entry)?, fact: entry.fact });
            if matches!(known, Known::Event(wanted) if wanted.0 == event.id) {
                break 'pages;
            }
        }
    }
    if let Known::Event(wanted) = known
        && facts.known.last().is_none_or(|last| last.fact.id != wanted)
    {
        return Err(Failure::new(
            format!("the matter has no event {} (该事项没有这条记录)", wanted.0),
            "take the eventId of a line of `onematter replay MATTER --json`, without anything before it",
        ));
    }
    Ok(facts)
}

fn line(
    event: &om_infra::log::StoredEvent,
    om_infra::recorded::Entry { fact, origin, .. }: &om_infra::recorded::Entry<MatterEvent>,
) -> Result<String, Failure> {
    let payload: serde_json::Value = serde_json::from_slice(&event.payload)?;
    let stored = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let leaf: String = event.leaf.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(serde_json::to_string(&serde_json::json!({
        "revision": event.revision,
        "eventId": event.id,
        "type": &*event.kind,
        "version": event.version,
        "by": fact.by.officer,
        "body": fact.by.body,
        "standsInFor": fact.by.stands_in_for,
        "enteredBy": origin.entered_by,
        "effective": fact.effective,
        "recorded": event.recorded,
        "payload": payload,
        "leaf": leaf,
        // what the leaf commits to, as it is stored (decision 0002): tests/python/leaf_check.py computes it anew
        "stored": {
            "stream": event.stream.as_str(),
            "recorded_us": event.recorded.as_microsecond(),
            "payload": stored(&event.payload),
            "metadata": stored(&event.metadata.json()),
        },
    }))?)
}

fn sentence(fact: &om_domain::decider::Recorded<MatterEvent>) -> String {
    use om_domain::decider::EventRecord as _;
    let recorded = beijing_datetime(fact.recorded);
    let day = fact.effective.day();
    let late = if day == recorded.date() { String::new() } else { format!("  effective {day}") };
    let place = fact.by.stands_in_for.as_ref().map(|p| format!("  代 {p}")).unwrap_or_default();
    let permit = event_permit(&fact.event).map(ToString::to_string).unwrap_or_default();
    format!(
        "  {:>4}  {}  {} {} {}{place}{late}",
        fact.revision,
        recorded.strftime("%Y-%m-%d %H:%M"),
        fit(fact.by.officer.as_str(), 14),
        fit(&permit, 4),
        fact.event.name(),
    )
}

/// Lists the named users of `--dev`.
pub(super) fn users(args: &Users) -> Result<(), Failure> {
    if !args.dev {
        return Err(Failure::new(
            "there are no users to list without --dev",
            "run `onematter users --dev`; accounts of a county stand in its directory",
        ));
    }
    let users = crate::dev_users::DevUsers::built_in();
    let role = |role: &om_domain::decider::Role| {
        serde_json::to_value(role).ok().and_then(|v| v.as_str().map(str::to_owned))
    };
    let roles = |user: &crate::dev_users::DevUser| -> Vec<String> {
        user.actor.roles.iter().filter_map(role).collect()
    };
    if args.json {
        let rows: Vec<_> = users
            .all()
            .map(|user| {
                serde_json::json!({
                    "name": user.actor.officer, "county": user.actor.county, "body": user.actor.body,
                    "roles": roles(user), "post": user.post,
                    "authorization": format!("Bearer dev:{}", user.actor.officer),
                })
            })
            .collect();
        return say(serde_json::to_string_pretty(&rows)?);
    }
    for user in users.all() {
        let name = format!("dev:{}", user.actor.officer);
        let body = user.actor.body.to_string();
        let roles = roles(user).join(",");
        say(format!("{}  {}  {}  {}", fit(&name, 20), fit(&body, 22), fit(&roles, 16), user.post))?;
    }
    Ok(())
}

/// Prints the GraphQL schema, or who may ask for what of it.
pub(super) fn schema(access: bool) -> Result<(), Failure> {
    let sdl = crate::graphql::schema_sdl();
    match access {
        true => put(&crate::access::matrix::page(&sdl)?),
        false => put(&sdl),
    }
}
