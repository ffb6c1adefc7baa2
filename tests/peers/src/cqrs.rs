//! cqrs-es 0.5 on sqlite-es 0.5, by their public API; `synchronous` raised from their NORMAL to FULL.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
use cqrs_es::{Aggregate, CqrsFramework, DomainEvent, EventStore};
use sqlite_es::SqliteEventRepository;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::Outcome;
use crate::figure::{Clock, Options, size_of};
use crate::workload::{EVENTS, Event, Matter, OutOfOrder, event, log_order, matter_id, visited};

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().into()
    }

    fn event_version(&self) -> String {
        "1.0".into()
    }
}

impl Aggregate for Matter {
    const TYPE: &'static str = "matter";
    type Command = Event;
    type Event = Event;
    type Error = OutOfOrder;
    type Services = ();

    async fn handle(&mut self, command: Event, _: &(), sink: &EventSink<Self>) -> Result<(), OutOfOrder> {
        let event = self.decide(command)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        Matter::apply(self, &event);
    }
}

type Store = PersistedEventStore<SqliteEventRepository, Matter>;

const TABLES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS events (aggregate_type text NOT NULL, aggregate_id text NOT NULL,
       sequence integer CHECK (sequence >= 0) NOT NULL, event_type text NOT NULL, event_version text NOT NULL,
       payload text NOT NULL, metadata text NOT NULL, PRIMARY KEY (aggregate_type, aggregate_id, sequence)) STRICT",
    "CREATE TABLE IF NOT EXISTS snapshots (aggregate_type text NOT NULL, aggregate_id text NOT NULL,
       last_sequence integer CHECK (last_sequence >= 0) NOT NULL,
       current_snapshot integer CHECK (current_snapshot >= 0) NOT NULL, payload text NOT NULL,
       PRIMARY KEY (aggregate_type, aggregate_id, last_sequence)) STRICT",
];

async fn open(options: &Options) -> Result<SqlitePool, sqlx::Error> {
    let settings = SqliteConnectOptions::new()
        .filename(options.dir.join("cqrs.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(60));
    let pool = SqlitePoolOptions::new().max_connections(10).connect_with(settings).await?;
    for table in TABLES {
        sqlx::query(table).execute(&pool).await?;
    }
    Ok(pool)
}

fn store(pool: &SqlitePool, snapshot_every: Option<usize>) -> Store {
    let repository = SqliteEventRepository::new(pool.clone());
    match snapshot_every {
        Some(size) => PersistedEventStore::new_snapshot_store(repository, size),
        None => PersistedEventStore::new_event_store(repository),
    }
}

fn metadata() -> HashMap<String, String> {
    HashMap::from([
        ("actor".into(), "530322-0417".into()),
        ("recorded".into(), "2026-03-17T01:02:03.456Z".into()),
    ])
}

pub async fn run(options: &Options, snapshot_every: Option<usize>) -> Outcome {
    let pool = open(options).await?;
    let store = store(&pool, snapshot_every);
    match options.workload.as_str() {
        "fill" => fill(options, &pool).await,
        "W1" | "W2" => {
            let clients = if options.workload == "W1" { 1 } else { 64 };
            let cqrs = Arc::new(CqrsFramework::new(store, vec![], ()));
            let (warm_up, first) = options.warm_up();
            commands(&cqrs, options.seed, clients, 0, warm_up).await?;
            let clock = Clock::start();
            let (taken, retries) = commands(&cqrs, options.seed, clients, first, options.events).await?;
            options.commands(taken, &clock, retries);
            Ok(())
        }
        "W3" => {
            let clock = Clock::start();
            let mut taken = Vec::new();
            for nth in 0..1_000 {
                let id = matter_id(visited(nth, options.matters()));
                let started = Instant::now();
                let context = store.load_aggregate(&id).await?;
                taken.push(started.elapsed());
                assert_eq!(context.aggregate.own, 4, "fill this directory first");
            }
            options.latency(taken, &clock);
            Ok(())
        }
        // Folded in memory: its own persisted view loads and stores a row for each event.
        "W4" => {
            let clock = Clock::start();
            let mut board: HashMap<String, Matter> = HashMap::new();
            let n = replay(&pool, |id, event| board.entry(id).or_default().apply(event)).await?;
            assert_eq!(board.len(), options.matters(), "fill this directory first");
            options.rate("events/s", n, &clock);
            Ok(())
        }
        "W5" => {
            let clock = Clock::start();
            let n = replay(&pool, |_, _| ()).await?;
            options.rate("events/s", n, &clock);
            Ok(())
        }
        "W6" => {
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&pool).await?;
            options.bytes(size_of(&options.dir), options.matters() * EVENTS);
            Ok(())
        }
        other => Err(format!("unknown workload {other}").into()),
    }
}

/// Straight into its table: only the rows count here, and 64 matters must lie side by side.
async fn fill(options: &Options, pool: &SqlitePool) -> Outcome {
    let metadata = serde_json::to_string(&metadata())?;
    let mut transaction = pool.begin().await?;
    for (matter, revision) in log_order(options.matters()) {
        let event = event(options.seed, matter, revision);
        sqlx::query("INSERT INTO events VALUES ('matter', ?, ?, ?, '1.0', ?, ?)")
            .bind(matter_id(matter))
            .bind(revision as i64 + 1)
            .bind(event.name())
            .bind(serde_json::to_string(&serde_json::to_value(&event)?)?)
            .bind(&metadata)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn commands(
    cqrs: &Arc<CqrsFramework<Matter, Store>>,
    seed: u64,
    clients: usize,
    first: usize,
    count: usize,
) -> Outcome<(Vec<Duration>, usize)> {
    let each = count.div_ceil(clients);
    let running = (0..clients).map(|client| {
        let cqrs = cqrs.clone();
        tokio::spawn(async move {
            let (mut taken, mut retries) = (Vec::with_capacity(each), 0);
            for n in 0..each {
                let (matter, revision) = (first + client + clients * (n / EVENTS), n % EVENTS);
                let (id, command) = (matter_id(matter), event(seed, matter, revision));
                let started = Instant::now();
                while cqrs.execute_with_metadata(&id, command.clone(), metadata()).await.is_err() {
                    retries += 1;
                    assert!(retries < 10_000, "cqrs-es refuses for ever");
                }
                taken.push(started.elapsed());
            }
            (taken, retries)
        })
    });
    let (mut taken, mut retries) = (Vec::new(), 0);
    for client in futures::future::join_all(running).await {
        let (times, again) = client?;
        taken.extend(times);
        retries += again;
    }
    Ok((taken, retries))
}

/// Its replay knows no global order: it sorts by sequence, over all aggregates.
async fn replay(pool: &SqlitePool, mut see: impl FnMut(String, &Event)) -> Outcome<usize> {
    let repository = SqliteEventRepository::new(pool.clone());
    let mut stream = repository.stream_all_events::<Matter>().await?;
    let mut n = 0;
    while let Some(envelope) = stream.next::<Matter>(&[]).await {
        let envelope = envelope?;
        see(envelope.aggregate_id, &envelope.payload);
        n += 1;
    }
    Ok(n)
}
