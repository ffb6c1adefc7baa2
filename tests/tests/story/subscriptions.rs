//! Hearing of changes over a WebSocket: what was, then what comes, nothing twice and nothing missed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a story that cannot go on says so by panicking"
)]

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use om_tests::house::{Case, House, Seen};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub(crate) struct Ear(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Ear {
    pub(crate) async fn of(house: &House, user: &str) -> Self {
        let mut request = format!("ws://{}/graphql/ws", house.address).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let (socket, _) = connect_async(request).await.unwrap();
        let mut ear = Ear(socket);
        let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer dev:{user}") } });
        ear.say(init).await;
        assert_eq!(ear.hear().await["type"], "connection_ack");
        ear
    }

    async fn say(&mut self, message: Value) {
        self.0.send(Message::Text(message.to_string().into())).await.unwrap();
    }

    pub(crate) async fn subscribe(&mut self, query: &str) {
        self.say(json!({ "type": "subscribe", "id": "1", "payload": { "query": query } })).await;
    }

    async fn hear(&mut self) -> Value {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(60), self.0.next()).await;
            match message.expect("something is heard").unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(text.as_str()).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// All that is heard until nothing is for so long.
    pub(crate) async fn hears_for(&mut self, quiet: Duration) -> Vec<Value> {
        let mut heard = Vec::new();
        while let Ok(Some(Ok(message))) = tokio::time::timeout(quiet, self.0.next()).await {
            if let Message::Text(text) = message {
                heard.push(serde_json::from_str(text.as_str()).unwrap());
            }
        }
        heard
    }

    async fn next(&mut self, field: &str) -> Seen {
        let heard = self.hear().await;
        assert_eq!(heard["type"], "next", "{heard}");
        Seen(heard["payload"]["data"][field].clone())
    }
}

fn entries_since(case: &Case, since: u64) -> String {
    format!(
        "subscription {{ matterChanged(id: \"{}\", since: {since}) {{ __typename
           ... on MatterChanged {{ revision event {{ name }} }} ... on Resync {{ reason revision }} }} }}",
        case.id
    )
}

#[tokio::test]
async fn a_subscriber_gets_what_it_missed_and_then_each_new_entry_in_order() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form", "seal"]).done().await;
    let mut ear = Ear::of(&case, "wa-officer-1").await;
    ear.subscribe(&entries_since(&case, 2)).await;
    for (revision, name) in [(3, "MatterStarted"), (4, "PermitSubmitted")] {
        ear.next("matterChanged").await.shows("revision", revision).shows("event.name", name);
    }
    case.by("wa-officer-1").accept("W").done().await;
    case.at("2023-06-28").time_passes().await;
    ear.next("matterChanged").await.shows("revision", 5).shows("event.name", "PermitAccepted");
    ear.next("matterChanged").await.shows("revision", 6).shows("event.name", "CardIssued");
    ear.next("matterChanged").await.shows("revision", 7).shows("event.name", "TermOverrun");
}

/// Rights are looked at before each entry is given, not only now and then.
#[tokio::test]
async fn what_is_recorded_after_a_right_was_withdrawn_is_not_told_any_more() {
    let case = Case::story().await;
    case.at("2023-06-12").by("clerk").submit("W", &["form", "seal"]).done().await;
    for (change, input, code) in [
        ("changeRoles", json!({ "officer": "officer:wa-officer-2", "roles": ["HEAD"] }), 4403),
        ("retireOfficer", json!({ "officer": "officer:wa-officer-2", "reason": "调离" }), 4401),
    ] {
        let mut ear = Ear::of(&case, "wa-officer-2").await;
        ear.subscribe(&entries_since(&case, case.revision().await - 1)).await;
        ear.next("matterChanged").await;
        case.on_register("security-administrator", change, input).await.shows("entries", 1);
        match code {
            4403 => case.by("wa-officer-1").accept("W").done().await,
            _ => case.by("wa-officer-1").offer("W", "ecology").done().await,
        };
        let closed = loop {
            match ear.0.next().await.unwrap().unwrap() {
                Message::Close(frame) => break u16::from(frame.unwrap().code),
                Message::Ping(_) => {}
                other => panic!("after {change} was heard {other:?}"),
            }
        };
        assert_eq!(closed, code, "{change}");
    }
}

#[tokio::test]
async fn a_burst_of_many_people_reaches_every_subscriber_whole() {
    let case = Case::story().await;
    case.at("2023-06-12");
    let mut ears = Vec::new();
    for _ in 0..4 {
        let mut ear = Ear::of(&case, "auditor").await;
        ear.subscribe(&entries_since(&case, 3)).await;
        ears.push(ear);
    }
    let bodies = ["ecology", "natural-resources", "housing-construction"];
    case.accepted("W", &["form", "seal"], "wa-officer-1").await;
    for body in bodies {
        case.by("wa-officer-1").offer("W", body).done().await;
        case.by("wa-officer-1").withdraw_offer("W").done().await;
    }
    let last = case.revision().await;
    for ear in &mut ears {
        for revision in 4..=last {
            ear.next("matterChanged").await.shows("revision", revision);
        }
    }
}

async fn told(house: &House, how: &str) -> u64 {
    let figures = house.platform.gather().await.unwrap();
    let name = format!("onematter_changes_told_total{{how=\"{how}\"}} ");
    figures.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_put_together_once_for_all_who_follow_alike_wherever_they_began() {
    let case = Case::story().await;
    case.at("2023-06-12");
    let query = "subscription S($id: ID!, $since: Int) { matterChanged(id: $id, since: $since) { __typename
       ... on MatterChanged { revision event { name sentenceZh permit } } ... on Resync { reason } } }";
    let (before, mut ears) = (case.revision().await, Vec::new());
    for (user, since) in
        [("lead", before), ("auditor", before), ("wa-officer-1", 1), ("lead", 0), ("clerk", before)]
    {
        let mut ear = Ear::of(&case, user).await;
        let variables = json!({ "id": case.id, "since": since });
        let payload = json!({ "query": query, "variables": variables });
        ear.say(json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
        let mut at = since;
        while at < before {
            at += 1;
            ear.next("matterChanged").await.shows("revision", at);
        }
        ears.push(ear);
    }
    let mut apart = Ear::of(&case, "lead").await;
    apart.subscribe(&entries_since(&case, before)).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let alone = told(&case, "alone").await;
    case.accepted("W", &["form", "seal"], "wa-officer-1").await;
    case.by("wa-officer-1").offer("W", "ecology").done().await;
    let last = case.revision().await;
    assert!(last > before + 2);
    for revision in before + 1..=last {
        let first = ears[0].next("matterChanged").await;
        first.shows("revision", revision);
        for ear in &mut ears[1..] {
            assert_eq!(ear.next("matterChanged").await.0, first.0);
        }
        apart.next("matterChanged").await.shows("revision", revision);
    }
    let many = u64::try_from(ears.len()).unwrap() + 1;
    assert_eq!(told(&case, "together").await, many * (last - before));
    assert_eq!(told(&case, "alone").await, alone, "what was stored before was told alone");
    // one who leaves does not take the others with it, not even the first
    drop(ears.remove(0));
    case.by("wa-officer-1").withdraw_offer("W").done().await;
    for ear in &mut ears {
        ear.next("matterChanged").await.shows("revision", last + 1);
    }
}

#[tokio::test]
async fn who_asks_beyond_the_end_is_told_to_load_again() {
    let case = Case::story().await;
    let mut ear = Ear::of(&case, "lead").await;
    ear.subscribe(&entries_since(&case, 99)).await;
    ear.next("matterChanged").await.shows("__typename", "Resync").shows("revision", 3);
    assert_eq!(ear.hear().await["type"], "complete");
}

#[tokio::test]
async fn another_county_hears_nothing() {
    let case = Case::story().await;
    let mut ear = Ear::of(&case, "stranger").await;
    ear.subscribe(&entries_since(&case, 0)).await;
    let heard = ear.hear().await;
    let errors = heard["payload"]["errors"].as_array().or(heard["payload"].as_array()).cloned();
    let code = errors.as_deref().and_then(<[_]>::first).map(|error| error["extensions"]["code"].clone());
    assert_eq!(code, Some(json!("NOT_FOUND")), "{heard}");
}

#[tokio::test]
async fn a_meeting_tells_of_what_was_and_of_each_new_entry() {
    let case = Case::story().await;
    case.at("2023-06-12");
    let say = async |input: Value, name: &str| {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ ... on MeetingCommandDone {{ meeting {{ id }} }} }} }}"
        );
        case.house.ask("lead", &query, json!({ "input": input })).await[name]["meeting"]["id"].clone()
    };
    let meeting = say(
        json!({ "commandId": uuid::Uuid::new_v4(), "title": "第二次联席会议", "on": "2023-06-12", "place": "二楼",
            "chair": "officer:lead", "matters": [case.id], "bodies": ["body:water"] }),
        "conveneMeeting",
    )
    .await;
    let mut ear = Ear::of(&case, "wa-officer-1").await;
    let heard = |since: &str| {
        format!(
            "subscription {{ meetingChanged(id: {meeting}{since}) {{ __typename ... on MeetingChanged {{ revision event {{
               name }} meeting {{ resolutions {{ text }} }} }} ... on Resync {{ id revision }} }} }}"
        )
    };
    ear.subscribe(&heard("")).await;
    ear.next("meetingChanged").await.shows("revision", 0).shows("event.name", "MeetingConvened");
    let resolve =
        json!({ "commandId": uuid::Uuid::new_v4(), "meeting": meeting, "matter": case.id, "text": "并联" });
    say(resolve, "recordResolution").await;
    let next = ear.next("meetingChanged").await;
    next.shows("event.name", "ResolutionRecorded").shows("meeting.resolutions.0.text", "并联");
    let mut ear = Ear::of(&case, "lead").await;
    ear.subscribe(&heard(", since: 40")).await;
    ear.next("meetingChanged")
        .await
        .shows("__typename", "Resync")
        .shows("id", meeting.clone())
        .shows("revision", 1);
    let mut stranger = Ear::of(&case, "stranger").await;
    stranger.subscribe(&heard("")).await;
    let heard = stranger.hear().await.to_string();
    assert!(heard.contains("NOT_FOUND"), "{heard}");
}

#[tokio::test]
async fn a_desk_tells_that_it_reads_differently_once_it_does() {
    let case = Case::story().await;
    case.at("2023-06-12");
    let mut ear = Ear::of(&case, "wa-officer-1").await;
    ear.subscribe("subscription { deskChanged { body position pending } }").await;
    let first = ear.next("deskChanged").await;
    first.shows("body", "body:water").shows("pending", false);
    case.by("clerk").submit("W", &["form"]).done().await;
    let second = ear.next("deskChanged").await;
    assert_ne!(first.at("position"), second.at("position"));
    let desk = case.ask("wa-officer-1", "{ desk { edges { node { permitCode } } } }", json!({})).await;
    assert_eq!(desk["desk"]["edges"][0]["node"]["permitCode"], "W");
}

#[tokio::test]
async fn the_overview_tells_that_it_reads_differently_once_it_does() {
    let case = Case::story().await;
    case.at("2023-06-12");
    let mut ear = Ear::of(&case, "lead").await;
    ear.subscribe("subscription { overviewChanged { body position pending } }").await;
    let first = ear.next("overviewChanged").await;
    first.lacks("body").shows("pending", false);
    case.by("clerk").submit("W", &["form"]).done().await;
    let second = ear.next("overviewChanged").await;
    assert_ne!(first.at("position"), second.at("position"));
    let query = "{ overview { dueThisWeek matters { nodes { pressure { nextDue } } } } }";
    // The lists show already what the subscriber was told of.
    let overview = Seen(case.ask("lead", query, json!({})).await);
    overview.shows("overview.matters.nodes.0.pressure.nextDue", "2023-06-19");
    // A burst comes as one item, and the last item shows its end.
    for _ in 0..5 {
        case.by("wa-officer-1").offer("W", "ecology").done().await;
        case.by("wa-officer-1").withdraw_offer("W").done().await;
    }
    let end = case.platform.log.head().await.unwrap().unwrap().to_string();
    let (mut items, mut position) = (0, String::new());
    while position != end {
        position = ear.next("overviewChanged").await.at("position").as_str().unwrap().to_owned();
        items += 1;
    }
    assert!(items < 10, "{items} items for ten entries");
}

#[tokio::test]
async fn who_follows_lists_is_told_of_a_day_that_begins() {
    let case = Case::story().await;
    case.at("2023-06-12");
    let (mut one, mut other) = (Ear::of(&case, "lead").await, Ear::of(&case, "lead").await);
    for ear in [&mut one, &mut other] {
        ear.subscribe("subscription { overviewChanged { position day } }").await;
    }
    let first = one.next("overviewChanged").await;
    first.shows("day", "2023-06-12");
    other.next("overviewChanged").await;
    // nothing is recorded; both are told, alone or together
    case.at("2023-06-13");
    one.next("overviewChanged").await.shows("day", "2023-06-13");
    other.next("overviewChanged").await.shows("day", "2023-06-13");
}

#[tokio::test]
async fn a_list_told_before_its_rows_show_it_is_told_again_once_they_do() {
    let case = Case::story().await;
    case.at("2023-06-12");
    case.house.platform.projections.caught_up().await.unwrap();
    let (mut one, mut other) = (Ear::of(&case, "lead").await, Ear::of(&case, "deputy").await);
    let query = "subscription { overviewChanged { position pending } }";
    for ear in [&mut one, &mut other] {
        ear.subscribe(query).await;
        ear.next("overviewChanged").await.shows("pending", false);
    }
    // somebody holds the file of the rows, so that nothing can be written there
    let read = std::fs::read_dir(case.dir.path().join("read")).unwrap();
    let held: Vec<_> = read
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "db"))
        .map(|path| rusqlite::Connection::open(path).unwrap())
        .inspect(|db| db.execute_batch("PRAGMA busy_timeout = 20000; BEGIN IMMEDIATE").unwrap())
        .collect();
    case.by("clerk").submit("W", &["form"]).done().await;
    let mut told = Vec::new();
    for ear in [&mut one, &mut other] {
        let first = ear.next("overviewChanged").await;
        first.shows("pending", true);
        told.push(first.at("position").clone());
    }
    drop(held);
    for (ear, position) in [&mut one, &mut other].into_iter().zip(told) {
        let mut last = ear.next("overviewChanged").await;
        while *last.at("pending") == json!(true) {
            last = ear.next("overviewChanged").await;
        }
        assert_eq!(*last.at("position"), position, "the same, and now it is shown");
    }
}

#[tokio::test]
async fn an_administrator_hears_how_the_installation_runs_and_who_only_works_with_it_does_not() {
    let case = Case::story().await;
    case.house.platform.projections.caught_up().await.unwrap();
    let query = "subscription { operationsChanged { ready log { head } } }";
    let mut ear = Ear::of(&case.house, "administrator").await;
    ear.subscribe(query).await;
    let first = ear.next("operationsChanged").await;
    first.shows("ready", true);
    case.at("2023-06-12").by("clerk").submit("W", &["form", "seal"]).done().await;
    let then = ear.next("operationsChanged").await;
    assert_ne!(first.at("log.head"), then.at("log.head"));
    let mut other = Ear::of(&case.house, "lead").await;
    other.subscribe(query).await;
    let told = other.hear().await;
    assert_eq!(told["payload"][0]["extensions"]["code"], "FORBIDDEN", "{told}");
}

/// Woken by what it reads itself, a subscriber that shows personal text would read, and so be written down, for ever.
#[tokio::test]
async fn who_listens_is_not_woken_by_what_is_read() {
    let case = Case::story().await;
    let paper = case.paper("form").await;
    case.house.platform.projections.caught_up().await.unwrap();
    case.at("2023-06-12");
    let mut ear = Ear::of(&case.house, "lead").await;
    ear.subscribe("subscription { overviewChanged { position } }").await;
    ear.next("overviewChanged").await;
    for _ in 0..3 {
        assert_eq!(case.get("clerk", &format!("/papers/{paper}")).send().await.unwrap().status(), 200);
    }
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    case.by("clerk").submit("W", &["form", "seal"]).done().await;
    case.house.platform.projections.caught_up().await.unwrap();
    let head = case.house.platform.log.head().await.unwrap().unwrap().to_string();
    assert_eq!(
        ear.next("overviewChanged").await.at("position"),
        &head,
        "the first that is heard is the command"
    );
}
