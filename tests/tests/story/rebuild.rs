//! Rebuilding every projection from the log gives the same rows as living through it, and the same lists.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on says so by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use om_tests::house::{Case, House, STORY, Seen};
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, OpenFlags};

type Rows = BTreeMap<String, Vec<Vec<String>>>;

fn text(cell: Cell) -> String {
    match cell {
        Cell::Null => "null".into(),
        Cell::Integer(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Text(text) => format!("{text:?}"),
        Cell::Blob(bytes) => format!("{bytes:02x?}"),
    }
}

/// Every row of every table of every projection's newest file, in an order of its own; and how many files there are.
fn dump(dir: &Path) -> (Rows, Vec<String>) {
    let mut newest: BTreeMap<String, (u32, std::path::PathBuf)> = BTreeMap::new();
    for file in std::fs::read_dir(dir.join("read")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some((stem, generation)) = name.strip_suffix(".db").and_then(|name| name.rsplit_once('-')) else {
            continue;
        };
        let generation: u32 = generation.parse().unwrap();
        let entry = newest.entry(stem.to_owned()).or_insert_with(|| (generation, path.clone()));
        if generation > entry.0 {
            *entry = (generation, path);
        }
    }
    let mut rows = Rows::new();
    let mut files = Vec::new();
    for (stem, (_, path)) in newest {
        files.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        let db = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let named =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
        let tables: Vec<String> =
            db.prepare(named).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        for table in tables {
            let mut all = db.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
            let columns = all.column_count();
            let row = |row: &rusqlite::Row<'_>| (0..columns).map(|n| row.get(n).map(text)).collect();
            let mut found: Vec<Vec<String>> = all.query_map([], row).unwrap().map(Result::unwrap).collect();
            found.sort();
            rows.insert(format!("{stem}.{table}"), found);
        }
    }
    (rows, files)
}

/// A county with a little of everything: open, stopped, handed off, tolerated, lapsed, denied, revoked, given up.
async fn lived() -> (std::sync::Arc<House>, Vec<Case>) {
    const FILE: &[&str] = &["form", "seal", "proof", "photo"];
    let house = House::open().await;
    house.template(STORY).await;
    let mut cases = Vec::new();
    for n in 1..=6 {
        cases.push(Case::begin(&house, "story", n).await);
    }
    house.at("2023-06-12");
    cases[0].issued("W", FILE, "wa-officer-1").await;
    cases[0].accepted("L", &[], "nr-officer-1").await;
    cases[1].by("clerk").submit("W", &["form", "proof"]).done().await;
    cases[1].by("wa-officer-1").tolerate("W", "material:seal", "ACCEPT", "2023-06-20").done().await;
    cases[1].by("wa-officer-1").accept("W").done().await;
    cases[2].accepted("W", FILE, "wa-officer-1").await;
    cases[2].by("wa-officer-1").stop("W", "TESTING", "2023-06-30").done().await;
    cases[2].by("wa-officer-1").offer("W", "ecology").done().await;
    cases[3].by("clerk").submit("W", &["form"]).done().await;
    cases[3].by("clerk").submit("J", &[]).done().await;
    cases[4].accepted("W", FILE, "wa-officer-1").await;
    house.at("2023-06-14");
    cases[4].by("wa-officer-1").deny("W").done().await;
    cases[4].by("clerk").submit("W", FILE).effective_on("2023-06-14").done().await;
    cases[0].by("wa-head").revoke("W").done().await;
    cases[5].by("lead").act("terminateMatter", serde_json::json!({ "reason": "项目取消" })).done().await;
    house.at("2023-07-05").time_passes().await;
    (house, cases)
}

const LISTS: &str = "{ overview { underway dueThisWeek overdue debtsOverdue matters(order: NAME) { edges { cursor node {
      id name phase changedOn stages { stage permits done } pressure { permits done overdue nextDue debts debtsOverdue } } } } }
    desk(body: \"body:water\", order: RISK) { edges { cursor node { matter permitCode kind requirement due weight } } }
    other: desk(body: \"body:ecology\") { edges { node { permitCode kind } } }
    tolerances { edges { cursor node { matter requirement standing due changedOn } } } }";

async fn lists(house: &House) -> Seen {
    house.list("lead", LISTS).await
}

#[tokio::test]
async fn what_was_lived_through_and_what_is_rebuilt_are_the_same_rows_and_the_same_lists() {
    let (house, _cases) = lived().await;
    let before = lists(&house).await;
    let (rows, files) = dump(house.dir.path());
    assert!(rows.values().map(Vec::len).sum::<usize>() > 20, "there is something to compare: {rows:?}");
    house.platform.projections.rebuild().await.unwrap();
    let after = lists(&house).await;
    let (again, others) = dump(house.dir.path());
    assert_ne!(files, others, "they were built anew");
    for (table, lived) in &rows {
        assert_eq!(lived, &again[table], "{table}");
    }
    assert_eq!(rows.len(), again.len());
    assert_eq!(before, after);
    assert_eq!(before.all("tolerances.edges").len(), 1);
}

#[tokio::test]
async fn rebuilt_while_people_work_it_misses_nothing() {
    let (house, cases) = lived().await;
    let work = async {
        for _ in 0..8 {
            cases[4].by("wa-officer-1").offer("W", "ecology").done().await;
            cases[4].by("wa-officer-1").withdraw_offer("W").done().await;
        }
        cases[4].by("wa-officer-1").offer("W", "ecology").done().await;
    };
    let ((), rebuilt) = tokio::join!(work, house.platform.projections.rebuild());
    rebuilt.unwrap();
    let lived = lists(&house).await;
    house.platform.projections.rebuild().await.unwrap();
    assert_eq!(lived, lists(&house).await);
    assert!(lived.each("other.edges", "node.kind").contains(&"ANSWER_HANDOFF".to_owned()), "{lived:?}");
}
