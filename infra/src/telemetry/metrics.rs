//! What the platform counts, in Prometheus' form.
//!
//! Invariant: labels come from closed sets (categories, outcomes, names of projections), never from a request.
//! Deliberately absent: an HTTP endpoint; the gateway serves [`Metrics::gather`].

use std::time::Duration;

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};

/// Upper bounds of latency, in seconds: a sync takes 0.1 to 10 ms.
const LATENCY: [f64; 12] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

/// All metrics of one platform.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Commands by category and outcome.
    pub(crate) commands: IntCounterVec,
    /// From request to outcome, by category.
    pub(crate) command_seconds: HistogramVec,
    /// From append to acknowledgement, by category.
    pub(crate) append_seconds: HistogramVec,
    /// Appends that came second, by category.
    pub(crate) conflicts: IntCounterVec,
    /// Requests turned away by a limit, by what was limited.
    limited: IntCounterVec,
    /// The number of the log's last position.
    pub(crate) log_head: IntGauge,
    /// Events not folded yet, by projection, where they can be counted.
    pub(crate) projection_lag_events: IntGaugeVec,
    /// Bytes of the log not folded yet, by projection, where events cannot be counted.
    pub(crate) projection_lag_bytes: IntGaugeVec,
    /// Age of the oldest event not folded yet, in milliseconds, by projection.
    pub(crate) projection_lag_ms: IntGaugeVec,
    /// 1 while a projection is stopped by an event that it cannot read.
    pub(crate) projection_stopped: IntGaugeVec,
    /// Sign-ins and tokens of providers by way and outcome.
    sign_ins: IntCounterVec,
    /// How often providers were asked for their keys, by provider and outcome.
    key_fetches: IntCounterVec,
    /// Denials that are not in the access log.
    access_unrecorded: IntCounter,
    /// Answers to queries over HTTP, by whether they were kept or made.
    answers: IntCounterVec,
    /// Changes told to subscribers, by whether they were put together for them alone or for all who follow the same.
    changes: IntCounterVec,
}

impl Metrics {
    /// Metrics in a registry of their own.
    ///
    /// # Errors
    /// Never, as long as the names are well formed and differ.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let counter = |name: &str, help: &str, labels: &[&str]| -> Result<_, prometheus::Error> {
            let metric = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(metric.clone()))?;
            Ok(metric)
        };
        let histogram = |name: &str, help: &str| -> Result<_, prometheus::Error> {
            let options = HistogramOpts::new(name, help).buckets(LATENCY.to_vec());
            let metric = HistogramVec::new(options, &["category"])?;
            registry.register(Box::new(metric.clone()))?;
            Ok(metric)
        };
        let by_projection = |name: &str, help: &str| -> Result<_, prometheus::Error> {
            let metric = IntGaugeVec::new(Opts::new(name, help), &["projection"])?;
            registry.register(Box::new(metric.clone()))?;
            Ok(metric)
        };
        let log_head = IntGauge::new("onematter_log_head", "Number of the last position of the event log")?;
        registry.register(Box::new(log_head.clone()))?;
        let access_unrecorded =
            IntCounter::new("onematter_access_unrecorded_total", "Denials that are not in the access log")?;
        registry.register(Box::new(access_unrecorded.clone()))?;
        Ok(Self {
            commands: counter(
                "onematter_commands_total",
                "Commands by category and outcome",
                &["category", "outcome"],
            )?,
            command_seconds: histogram("onematter_command_seconds", "From request to outcome of a command")?,
            append_seconds: histogram("onematter_append_seconds", "From append to acknowledgement")?,
            conflicts: counter("onematter_conflicts_total", "Appends that came second", &["category"])?,
            limited: counter(
                "onematter_limited_total",
                "Requests, messages and connections turned away by a limit",
                &["limit"],
            )?,
            log_head,
            projection_lag_events: by_projection(
                "onematter_projection_lag_events",
                "Events not folded yet by a projection; absent while a cluster tells only bytes",
            )?,
            projection_lag_bytes: by_projection(
                "onematter_projection_lag_bytes",
                "Bytes of a cluster's log not folded yet by a projection, while its events are not counted",
            )?,
            projection_lag_ms: by_projection(
                "onematter_projection_lag_milliseconds",
                "Age of the oldest event not folded yet by a projection",
            )?,
            projection_stopped: by_projection(
                "onematter_projection_stopped",
                "1 while a projection is stopped by an event that it cannot read",
            )?,
            sign_ins: counter(
                "onematter_sign_ins_total",
                "Sign-ins, and tokens of identity providers shown, by way and outcome; no names",
                &["way", "outcome"],
            )?,
            key_fetches: counter(
                "onematter_jwks_fetches_total",
                "How often identity providers were asked for their keys, by provider and outcome",
                &["provider", "outcome"],
            )?,
            access_unrecorded,
            answers: counter(
                "onematter_answers_total",
                "Answers to queries over HTTP: kept from an earlier one of the same question, or made",
                &["how"],
            )?,
            changes: counter(
                "onematter_changes_told_total",
                "Changes told to subscribers whom they are told alike: put together for one alone, or for all together",
                &["how"],
            )?,
            registry,
        })
    }

    /// All metrics in Prometheus' text form.
    ///
    /// # Errors
    /// When a metric cannot be written as text.
    pub fn gather(&self) -> Result<String, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        String::from_utf8(text).map_err(|e| prometheus::Error::Msg(e.to_string()))
    }

    /// Something was turned away by this limit.
    pub fn limited(&self, limit: &'static str) {
        self.limited.with_label_values(&[limit]).inc();
    }

    /// Counts a sign-in: `way` is `password`, `bearer` or `oidc`, `outcome` one of a closed set of words.
    pub fn sign_in(&self, way: &'static str, outcome: &'static str) {
        self.sign_ins.with_label_values(&[way, outcome]).inc();
    }

    /// So many subscribers were told of a change, which was put together for each `alone`, or for all `together`.
    pub fn change_told(&self, how: &'static str, many: u64) {
        self.changes.with_label_values(&[how]).inc_by(many);
    }

    /// A query was answered: `kept` from an earlier one, or `made`.
    pub fn answered(&self, how: &'static str) {
        self.answers.with_label_values(&[how]).inc();
    }

    /// So many denials are not in the access log.
    pub(crate) fn denials_unrecorded(&self, how_many: usize) {
        self.access_unrecorded.inc_by(u64::try_from(how_many).unwrap_or(u64::MAX));
    }

    /// Counts that a configured provider was asked for its keys.
    pub(crate) fn keys_asked_for(&self, provider: &str, outcome: &'static str) {
        self.key_fetches.with_label_values(&[provider, outcome]).inc();
    }

    pub(crate) fn command(&self, category: &str, outcome: &str, took: Duration) {
        self.commands.with_label_values(&[category, outcome]).inc();
        self.command_seconds.with_label_values(&[category]).observe(took.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_shown() {
        let metrics = Metrics::new().unwrap();
        metrics.command("matter", "done", Duration::from_millis(1));
        let text = metrics.gather().unwrap();
        assert!(text.contains(r#"onematter_commands_total{category="matter",outcome="done"} 1"#), "{text}");
    }
}
