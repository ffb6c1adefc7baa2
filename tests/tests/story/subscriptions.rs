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

struct Ear(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Ear {
    async fn of(house: &House, user: &str) -> Self {
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

    async fn subscribe(&mut self, query: &str) {
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
    let mut ear = Ear::of(&case, "wa-officer-1").await;
    ear.subscribe("subscription { deskChanged { body position pending } }").await;
    let first = ear.next("deskChanged").await;
    first.shows("body", "body:water").shows("pending", false);
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
    let second = ear.next("deskChanged").await;
    assert_ne!(first.at("position"), second.at("position"));
    let desk = case.ask("wa-officer-1", "{ desk { edges { node { permitCode } } } }", json!({})).await;
    assert_eq!(desk["desk"]["edges"][0]["node"]["permitCode"], "W");
}

#[tokio::test]
async fn the_overview_tells_that_it_reads_differently_once_it_does() {
    let case = Case::story().await;
    let mut ear = Ear::of(&case, "lead").await;
    ear.subscribe("subscription { overviewChanged { body position pending } }").await;
    let first = ear.next("overviewChanged").await;
    first.lacks("body").shows("pending", false);
    case.at("2023-06-12").by("clerk").submit("W", &["form"]).done().await;
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
