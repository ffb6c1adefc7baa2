//! docs/conformance.md names every promise of the list, and no other.

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_table_names_every_promise() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let list = std::fs::read_to_string(root.join("tests/src/conformance.rs")).unwrap();
    let promised: BTreeSet<&str> = list
        .lines()
        .filter_map(|line| line.strip_prefix("pub async fn ")?.split_once("(home: &dyn Home"))
        .map(|(name, _)| name)
        .collect();
    let table = std::fs::read_to_string(root.join("docs/conformance.md")).unwrap();
    let named: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(promised, named);
}
