//! The same command to the server that runs, as a line to be copied into a shell.
//!
//! Invariant: whatever stands in subject, reason and provision, the shell takes the line as it is meant.
//! Deliberately absent: a token; it stands in a file that is made first, in no line that other processes see.

use super::OnePerson;
use serde_json::json;

/// What to do where a server runs: make a token, give the command; or stop the server.
pub(super) fn line(one: &OnePerson, (name, input, basis): (&str, &str, Option<&str>)) -> String {
    let (holder, data) = (quoted(&format!("{}@{}", one.by, one.county)), one.data.display().to_string());
    let mut fields =
        json!({ "commandId": uuid::Uuid::new_v4(), "subject": one.subject, "reason": one.reason });
    if let Some(basis) = basis {
        fields["basis"] = json!(basis);
    }
    let query = format!(
        "mutation($input: {input}!) {{ {name}(input: $input) {{ __typename ... on RegisterCommandDone {{ entries recorded }} \
         ... on CommandRefused {{ code message messageZh }} ... on CommandConflict {{ message messageZh }} }} }}"
    );
    let body = json!({ "query": query, "variables": { "input": fields } }).to_string();
    format!(
        "if a server runs on this directory, give it the command ({name}) with a token of an account that may; the first line makes one:\n\
         (umask 077; onematter token make {holder} --label person --only {name} --days 1 --data {data} > TOKEN-FILE)\n\
         curl -sS {url} -H 'Content-Type: application/json' -H \"Authorization: Bearer $(cat TOKEN-FILE)\" --data-binary {body}\n\
         (--at URL says where it answers), or stop the server and give this command again",
        data = quoted(&data),
        url = quoted(&format!("{}/graphql", one.at.trim_end_matches('/'))),
        body = quoted(&body),
    )
}

/// As one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn whatever_stands_in_it_is_one_word() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $(x) `y`"), r"'it'\''s $(x) `y`'");
    }
}
