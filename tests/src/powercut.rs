//! Power cuts: what a disk may hold when the power goes, and whether a log recovers from it.
//!
//! A writer (`bin/log_writer.rs`) runs under `fault/writelog.c`, which records every write, sync and line of
//! output in order. For a chosen moment of that record an image of the directory is made: what was synced is
//! there; of what was not, each write is there, is missing, or is there in part, by 512-byte sectors, as a
//! seed decides; after a sync that failed, no later one brings it there. A file whose directory was not synced
//! since it was made may be missing.
//!
//! Deliberately absent: bits that rot, and disks that lie about a sync. No log survives those without a copy.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a harness: a panic ends the test and is seen")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bytes::Bytes;
use jiff::Timestamp;
use om_infra::log::sqlite::{FILE_NAME, Options};
use om_infra::log::{EventLog, NewEvent, SqliteLog, StreamName, leaf};
use uuid::Uuid;

/// How many streams the writer writes to at once.
pub const STREAMS: u64 = 4;
const SECTOR: usize = 512;

/// The stream of one of the writer's clients.
pub fn planned_stream(client: u64) -> StreamName {
    StreamName::new("530322", "matter", format!("断电 {client}")).unwrap()
}

/// What the writer appends at a revision of a stream: the same whenever it is asked.
pub fn planned_event(stream: &StreamName, revision: u64) -> NewEvent {
    let papers = 1 + usize::try_from(revision % 60).unwrap();
    let payload = format!(r#"{{"第":{revision},"材料":"{}"}}"#, "营业执照".repeat(papers));
    NewEvent {
        id: Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{stream}/{revision}").as_bytes()),
        kind: "material-received".into(),
        version: 1,
        recorded: Timestamp::from_microsecond(1_790_000_000_000_000 + revision.cast_signed()).unwrap(),
        payload: Bytes::from(payload),
        metadata: Bytes::from_static(br#"{"by":"officer-7"}"#),
    }
}

/// Makes the disk fail while the writer runs.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// It does not.
    None,
    /// Writes numbered from..to find no space.
    Full {
        /// The first that fails.
        from: u32,
        /// The first that succeeds again.
        to: u32,
    },
    /// Syncs numbered from this one on fail.
    NoSync {
        /// The first that fails.
        from: u32,
    },
    /// One sync of a file fails, and those after it do not.
    OneSync {
        /// The file.
        of: &'static str,
        /// The number of the sync, among those of the file.
        at: u32,
    },
}

/// One operation of the writer, in the order of all.
#[derive(Debug)]
enum Step {
    Write { file: String, offset: usize, data: Vec<u8> },
    Truncate { file: String, len: usize },
    Sync { file: String, data_only: bool },
    FailedSync { file: String },
    Unlink { file: String },
    Rename { from: String, to: String },
    Output(String),
}

/// Everything a writer did to its directory.
#[derive(Debug)]
pub struct Recording {
    steps: Vec<Step>,
    /// Where the writer left its directory.
    pub dir: PathBuf,
}

/// An acknowledged append: revisions `first..=last` of `stream`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    stream: StreamName,
    first: u64,
    last: u64,
}

/// Compiles `fault/writelog.c` into `shim`, to be loaded with `LD_PRELOAD`.
pub fn compile_shim(shim: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fault/writelog.c");
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-O1", "-o"]).arg(shim).arg(source).arg("-ldl");
    let compiled = compile.status();
    let compiled = compiled.expect("this test needs a C compiler: install cc (on Debian: gcc and libc6-dev)");
    assert!(compiled.success(), "tests/fault/writelog.c does not compile");
}

/// Runs the writer in `scratch` and records it.
pub fn record(writer: &str, scratch: &Path, appends: u32, unsynced: bool, fault: Fault) -> Recording {
    let scratch = scratch.canonicalize().unwrap();
    let (dir, out, shim) = (scratch.join("data"), scratch.join("record"), scratch.join("writelog.so"));
    fs::create_dir(&dir).unwrap();
    compile_shim(&shim);
    let mut command = Command::new(writer);
    command.arg(&dir).arg(appends.to_string()).args(unsynced.then_some("unsynced"));
    command.env("LD_PRELOAD", &shim).env("WRITELOG_DIR", &dir).env("WRITELOG_OUT", &out);
    match fault {
        Fault::None => {}
        Fault::Full { from, to } => drop(command.env("WRITELOG_FULL", format!("{from}:{to}"))),
        Fault::NoSync { from } => drop(command.env("WRITELOG_NOSYNC", from.to_string())),
        Fault::OneSync { of, at } => {
            command.env("WRITELOG_NOSYNC_OF", of).env("WRITELOG_NOSYNC", format!("{at}:{}", at + 1));
        }
    }
    let status = command.stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "the writer ended with {status}");
    Recording { steps: parse(&fs::read(out).unwrap()), dir }
}

fn parse(mut bytes: &[u8]) -> Vec<Step> {
    fn take<'a>(bytes: &mut &'a [u8], len: usize) -> &'a [u8] {
        let (taken, rest) = bytes.split_at(len);
        *bytes = rest;
        taken
    }
    fn number(bytes: &mut &[u8]) -> usize {
        usize::try_from(u64::from_ne_bytes(take(bytes, 8).try_into().unwrap())).unwrap()
    }
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut steps = Vec::new();
    while !bytes.is_empty() {
        let op = take(&mut bytes, 1)[0];
        let (name, offset, len) = (number(&mut bytes), number(&mut bytes), number(&mut bytes));
        let file = text(take(&mut bytes, name));
        let data = take(&mut bytes, len);
        steps.push(match op {
            b'W' => Step::Write { file, offset, data: data.to_vec() },
            b'T' => Step::Truncate { file, len: offset },
            b'S' => Step::Sync { file, data_only: offset == 1 },
            b'F' => Step::FailedSync { file },
            b'U' => Step::Unlink { file },
            b'R' => Step::Rename { from: file, to: text(data) },
            b'A' => Step::Output(text(data)),
            other => panic!("the record has an operation {other}"),
        });
    }
    steps
}

/// A small generator: the same choices for the same seed (xorshift64*).
#[derive(Debug)]
pub struct Choices(u64);

impl Choices {
    /// Choices of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(drawn).unwrap() % bound
    }
}

/// A file as the disk may hold it.
#[derive(Debug, Default)]
struct Held {
    synced: Vec<u8>,
    unsynced: Vec<Pending>,
}

#[derive(Debug)]
enum Pending {
    Write { offset: usize, data: Vec<u8> },
    Truncate { len: usize },
}

impl Pending {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write { offset, data } => put(content, *offset, data),
            Self::Truncate { len } => content.resize(*len, 0),
        }
    }
}

fn put(content: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(data);
}

impl Held {
    fn sync(&mut self) {
        for pending in std::mem::take(&mut self.unsynced) {
            pending.apply(&mut self.synced);
        }
    }

    /// Of what was not synced some is on the disk, and the system forgets the rest: no later sync brings it there.
    fn fail_to_sync(&mut self, choices: &mut Choices) {
        self.synced = std::mem::take(self).found(choices);
    }

    /// What is found after the cut.
    fn found(self, choices: &mut Choices) -> Vec<u8> {
        let mut content = self.synced;
        for pending in self.unsynced {
            match (choices.below(3), &pending) {
                (0, _) => pending.apply(&mut content),
                (1, Pending::Write { offset, data }) => {
                    for (n, sector) in data.chunks(SECTOR).enumerate() {
                        if choices.below(2) == 0 {
                            put(&mut content, offset + n * SECTOR, sector);
                        }
                    }
                }
                _ => {}
            }
        }
        content
    }
}

impl Recording {
    /// How many moments there are to cut at.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Lines of output among the first `cut` steps.
    pub fn output(&self, cut: usize) -> Vec<String> {
        let text: String = self.steps[..cut]
            .iter()
            .filter_map(|step| if let Step::Output(text) = step { Some(text.as_str()) } else { None })
            .collect();
        text.lines().map(str::to_owned).collect()
    }

    /// How often a file was synced in all.
    pub fn syncs(&self, name: &str) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Sync { file, .. } if file == name)).count()
    }

    /// How often a sync of it failed.
    pub fn failed_syncs(&self, name: &str) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::FailedSync { file } if file == name)).count()
    }

    /// How long a file ever was, and how much was written into it in all.
    pub fn length_and_written(&self, name: &str) -> (usize, usize) {
        let writes = self.steps.iter().filter_map(|step| match step {
            Step::Write { file, offset, data } if file == name => Some((offset + data.len(), data.len())),
            _ => None,
        });
        writes.fold((0, 0), |(length, written), (end, len)| (length.max(end), written + len))
    }

    /// How often of these only its data and size, not when it was changed.
    pub fn data_syncs(&self, name: &str) -> usize {
        let data_only = |step: &&Step| matches!(step, Step::Sync { file, data_only: true } if file == name);
        self.steps.iter().filter(data_only).count()
    }

    /// What was acknowledged among the first `cut` steps.
    pub fn acks(&self, cut: usize) -> Vec<Ack> {
        let ack = |line: &String| {
            let (rest, last) = line.strip_prefix("ack ")?.rsplit_once(' ')?;
            let (stream, first) = rest.rsplit_once(' ')?;
            Some(Ack { stream: stream.parse().ok()?, first: first.parse().ok()?, last: last.parse().ok()? })
        };
        self.output(cut).iter().filter_map(ack).collect()
    }

    /// Makes in `dir` what the disk may hold if the power goes after the first `cut` steps.
    pub fn image(&self, cut: usize, choices: &mut Choices, dir: &Path) {
        let mut files: BTreeMap<String, Held> = BTreeMap::new();
        // names whose making the directory has not been synced since, and names it still has on disk
        let mut made: BTreeSet<String> = BTreeSet::new();
        let mut removed: BTreeMap<String, Held> = BTreeMap::new();
        for step in &self.steps[..cut] {
            match step {
                Step::Write { file, .. } | Step::Truncate { file, .. } => {
                    let held = files.entry(file.clone()).or_insert_with(|| {
                        made.insert(file.clone());
                        Held::default()
                    });
                    held.unsynced.push(match step {
                        Step::Write { offset, data, .. } => {
                            Pending::Write { offset: *offset, data: data.clone() }
                        }
                        Step::Truncate { len, .. } => Pending::Truncate { len: *len },
                        _ => continue,
                    });
                }
                Step::Sync { file, .. } if file.is_empty() => {
                    made.clear();
                    removed.clear();
                }
                Step::Sync { file, .. } => {
                    if let Some(held) = files.get_mut(file) {
                        held.sync();
                    }
                }
                Step::FailedSync { file } => {
                    if let Some(held) = files.get_mut(file) {
                        held.fail_to_sync(choices);
                    }
                }
                Step::Unlink { file } => {
                    if let Some(held) = files.remove(file)
                        && !made.remove(file)
                    {
                        removed.insert(file.clone(), held);
                    }
                }
                Step::Rename { from, to } => panic!("the log renames {from} to {to}: teach the harness"),
                Step::Output(_) => {}
            }
        }
        fs::create_dir_all(dir).unwrap();
        for (file, held) in removed {
            if !files.contains_key(&file) && choices.below(2) == 0 {
                fs::write(dir.join(file), held.found(choices)).unwrap();
            }
        }
        for (file, held) in files {
            if !made.contains(&file) || choices.below(2) == 0 {
                fs::write(dir.join(file), held.found(choices)).unwrap();
            }
        }
    }
}

/// What a log that was opened again after a fault turned out to hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Acknowledged events that are missing or are not what was acknowledged.
    pub lost: usize,
    /// Whether the file is damaged or cannot be opened.
    pub corrupt: bool,
    /// Events found.
    pub found: usize,
}

/// Opens the log in `dir` and holds it against what was acknowledged.
pub async fn examine(dir: &Path, acks: &[Ack]) -> Verdict {
    let acknowledged = |ack: &Ack| usize::try_from(ack.last - ack.first + 1).unwrap();
    let all_lost = || Verdict { lost: acks.iter().map(acknowledged).sum(), corrupt: true, found: 0 };
    let Ok(log) = SqliteLog::open(dir, Options::default()) else { return all_lost() };
    let Ok(all) = log.read_all(None, usize::MAX).await else { return all_lost() };
    let mut verdict = Verdict { found: all.len(), ..Verdict::default() };
    // dense from 1, each stream without a gap, every leaf right
    verdict.corrupt |= !(1..).zip(&all).all(|(n, event)| event.position.number() == n);
    let mut heads: BTreeMap<&StreamName, u64> = BTreeMap::new();
    for event in &all {
        let next = heads.entry(&event.stream).or_default();
        verdict.corrupt |= event.revision != *next || !leaf::is_intact(event);
        *next += 1;
    }
    for ack in acks {
        let stored = log.read_stream(&ack.stream, ack.first, acknowledged(ack)).await.unwrap_or_default();
        let right = (ack.first..).zip(&stored).filter(|(revision, stored)| {
            let planned = planned_event(&ack.stream, *revision);
            (stored.revision, stored.id) == (*revision, planned.id) && stored.payload == planned.payload
        });
        verdict.lost += acknowledged(ack) - right.count();
    }
    drop(log);
    let file = rusqlite::Connection::open(dir.join(FILE_NAME)).unwrap();
    let check: Result<String, _> = file.query_row("PRAGMA integrity_check", (), |row| row.get(0));
    verdict.corrupt |= check.as_deref() != Ok("ok");
    verdict
}
