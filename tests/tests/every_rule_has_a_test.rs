//! Every rule of the law that the domain keeps stands in the name of a test: `r03_…`.

mod sources;

use std::collections::BTreeSet;

/// R13, R15 and R17 are adopted custom and configuration, not law with one right answer.
const RULES: [u8; 20] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 19, 20, 21, 22, 23];

#[test]
fn every_rule_has_a_test() {
    let tested: BTreeSet<u8> = sources::rust_files()
        .iter()
        .flat_map(|file| test_names(&file.text))
        .filter_map(|name| rule_in(&name))
        .collect();
    let missing: Vec<String> =
        RULES.iter().filter(|rule| !tested.contains(rule)).map(|rule| format!("R{rule}")).collect();
    assert!(missing.is_empty(), "no test is named after {}", missing.join(", "));
}

/// The functions that follow a `#[test]`-like attribute, also inside `proptest!`. An ignored test proves nothing.
fn test_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut test, mut ignored) = (false, false);
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            test |= line.starts_with("#[test]") || line.contains("::test]") || line.contains("::test(");
            ignored |= line.starts_with("#[ignore");
        } else if let Some(rest) = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn ")) {
            if test && !ignored {
                names.push(rest.split(['(', '<']).next().unwrap_or_default().to_owned());
            }
            (test, ignored) = (false, false);
        }
    }
    names
}

fn rule_in(name: &str) -> Option<u8> {
    let (number, _) = name.strip_prefix('r')?.split_once('_')?;
    (number.len() == 2).then(|| number.parse().ok())?
}

#[test]
fn a_name_in_prose_or_an_ignored_test_does_not_count() {
    let text = "// fn r01_said()\nfn r02_helper() {}\n#[test]\nfn r03_real() {}\n#[test]\n#[ignore = \"x\"]\n\
                fn r04_ignored() {}\n#[tokio::test(flavor = \"multi_thread\")]\nasync fn r05_async() {}\n";
    assert_eq!(test_names(text), ["r03_real", "r05_async"]);
    assert_eq!(rule_in("r03_real"), Some(3));
    assert_eq!(rule_in("read_nothing"), None);
}
