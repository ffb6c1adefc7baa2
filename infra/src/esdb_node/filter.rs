//! Which events of `$all` a client wants.
//!
//! Invariant: a pattern costs bounded time per event; one that costs more ends the read with a status.
//! Deliberately absent: an index; a filtered read looks at every event.

use fancy_regex::{Regex, RegexBuilder};
use tonic::{Code, Status};

use super::fault::{bad_request, fault};
use super::proto::streams::read_req::options::filter_options::{Expression, Filter as On, Window};
use super::proto::streams::read_req::options::{FilterOption, FilterOptions};
use crate::log::StoredEvent;

/// The longest pattern.
const MAX_PATTERN: usize = 4_096;
/// Steps back that one pattern may take on one event.
const MAX_BACKTRACKS: usize = 100_000;
/// Events between two checkpoints if the client does not say.
const DEFAULT_WINDOW: u64 = 32;

/// A filter on stream names or on event types.
pub(super) struct Filter {
    on_stream: bool,
    test: Test,
    /// After so many events looked at, a subscription tells how far it is.
    pub(super) checkpoint_every: u64,
}

enum Test {
    Prefixes(Vec<String>),
    Pattern(Box<Regex>),
}

impl Filter {
    pub(super) fn of(option: Option<FilterOption>) -> Result<Option<Self>, Status> {
        match option {
            None | Some(FilterOption::NoFilter(_)) => Ok(None),
            Some(FilterOption::Filter(options)) => Self::new(options).map(Some),
        }
    }

    fn new(options: FilterOptions) -> Result<Self, Status> {
        let (on_stream, expression) = match options.filter {
            Some(On::StreamIdentifier(expression)) => (true, expression),
            Some(On::EventType(expression)) => (false, expression),
            None => return Err(bad_request("a filter is on stream names or on event types")),
        };
        let window = match options.window {
            Some(Window::Max(max)) => u64::from(max.max(1)),
            Some(Window::Count(_)) | None => DEFAULT_WINDOW,
        };
        let checkpoint_every = window * u64::from(options.checkpoint_interval_multiplier.max(1));
        Ok(Self { on_stream, test: Test::new(expression)?, checkpoint_every })
    }

    pub(super) fn wants(&self, event: &StoredEvent) -> Result<bool, Status> {
        let text = if self.on_stream { event.stream.as_str() } else { &*event.kind };
        match &self.test {
            Test::Prefixes(prefixes) => Ok(prefixes.iter().any(|prefix| text.starts_with(prefix))),
            Test::Pattern(regex) => regex.is_match(text).map_err(|error| {
                fault(Code::ResourceExhausted, "filter", format!("the filter's pattern on {text:?}: {error}"))
            }),
        }
    }
}

impl Test {
    fn new(expression: Expression) -> Result<Self, Status> {
        if expression.regex.is_empty() {
            return match expression.prefix.is_empty() {
                true => Err(bad_request("a filter has a pattern or at least one prefix")),
                false => Ok(Self::Prefixes(expression.prefix)),
            };
        }
        if expression.regex.len() > MAX_PATTERN {
            return Err(bad_request(format!("a filter's pattern has at most {MAX_PATTERN} bytes")));
        }
        let regex = RegexBuilder::new(&expression.regex)
            .backtrack_limit(MAX_BACKTRACKS)
            .build()
            .map_err(|error| bad_request(format!("the filter's pattern: {error}")))?;
        Ok(Self::Pattern(Box::new(regex)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(regex: &str, prefix: &[&str]) -> Result<Test, Status> {
        let prefix = prefix.iter().map(|p| (*p).to_owned()).collect();
        Test::new(Expression { regex: regex.into(), prefix })
    }

    fn pattern(regex: &str) -> Regex {
        match test(regex, &[]).unwrap() {
            Test::Pattern(regex) => *regex,
            Test::Prefixes(_) => panic!("a pattern"),
        }
    }

    #[test]
    fn patterns_look_around_as_the_python_clients_do() {
        let no_system_events = pattern(r"^(?!\$).+$");
        assert!(no_system_events.is_match("PermitApproved").unwrap());
        assert!(!no_system_events.is_match("$metadata").unwrap());
        assert!(!pattern(r"^[^\$].*").is_match("$metadata").unwrap());
    }

    #[test]
    fn a_pattern_that_explodes_is_stopped_and_a_broken_one_refused() {
        let exploding = pattern(r"^(a|aa|aaa)*(?=b)c");
        assert!(exploding.is_match(&"a".repeat(500)).is_err());
        assert!(test("(", &[]).is_err());
        assert!(test("", &[]).is_err());
        assert!(test(&"a".repeat(MAX_PATTERN + 1), &[]).is_err());
        assert!(test("", &["530322."]).is_ok());
    }
}
