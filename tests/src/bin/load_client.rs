//! People at work on one server, until it is gone: the witness of the kill tests, in a process of its own.
//!
//! `load_client URL SEED DIR`. Before a command is sent it is written to `DIR/intents.jsonl`; once it is acknowledged
//! its receipt is written to `DIR/receipts.jsonl` and synced, and `ack` goes to standard output, before the worker goes
//! on. A worker ends when no answer comes or the server says that it cannot; any other answer is a panic.

#![expect(clippy::unwrap_used, reason = "a harness: a panic ends the run and is seen")]

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use om_tests::load::{INTENTS, Intent, RECEIPTS, Receipt, WORKERS, planned, send};
use om_tests::server::Api;

struct Witness {
    intents: Mutex<File>,
    receipts: Mutex<File>,
}

impl Witness {
    fn intends(&self, intent: &Intent) {
        let line = serde_json::to_string(intent).unwrap() + "\n";
        self.intents.lock().unwrap().write_all(line.as_bytes()).unwrap();
    }

    fn has(&self, receipt: &Receipt) {
        let line = serde_json::to_string(receipt).unwrap() + "\n";
        let mut file = self.receipts.lock().unwrap();
        file.write_all(line.as_bytes()).unwrap();
        file.sync_data().unwrap();
        println!("ack");
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, seed, dir] = arguments.as_slice() else { panic!("load_client URL SEED DIR") };
    let seed: u64 = seed.parse().unwrap();
    let file = |name: &str| Mutex::new(File::create_new(Path::new(dir).join(name)).unwrap());
    let witness = Arc::new(Witness { intents: file(INTENTS), receipts: file(RECEIPTS) });
    let workers: Vec<_> =
        (0..WORKERS).map(|worker| tokio::spawn(work(Api::at(url), seed, worker, witness.clone()))).collect();
    for worker in workers {
        worker.await.unwrap();
    }
}

async fn work(api: Api, seed: u64, worker: u64, witness: Arc<Witness>) {
    let mut matter: Option<String> = None;
    for n in 0.. {
        let intent = planned(seed, worker, n, matter.as_deref());
        witness.intends(&intent);
        match send(&api, &intent).await {
            Ok(Ok(receipt)) => {
                assert!(!receipt.repeated, "{intent:?} was never sent before");
                witness.has(&receipt);
                matter = Some(receipt.matter);
            }
            Ok(Err(answer)) => {
                let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
                assert!(["UNAVAILABLE", "OUTCOME_UNKNOWN"].contains(&code), "{intent:?}: {answer}");
                return;
            }
            Err(_) => return,
        }
    }
}
