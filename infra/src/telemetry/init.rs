//! Begins to say what happens: to standard error, and to an OpenTelemetry collector if one is named.
//!
//! Invariant: spans reach the collector in the background; a collector that is away slows no request.
//! Deliberately absent: metrics over OTLP; Prometheus reads them from the gateway.

use std::io::IsTerminal as _;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// What is said, how and where.
#[derive(Debug, Clone, Default)]
pub struct TelemetryOptions {
    /// What is said, as `RUST_LOG` puts it: `info`, `om_infra=debug,info`.
    pub level: String,
    /// One JSON object a line instead of text.
    pub json: bool,
    /// The collector's address for OTLP over gRPC, such as `http://localhost:4317`.
    pub otlp: Option<String>,
}

/// Telemetry could not begin.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The level is not one.
    #[error(
        "the log level {level:?} cannot be read ({source}); write a level such as info, or om_infra=debug,info"
    )]
    Level {
        /// What was given.
        level: String,
        /// What is wrong with it.
        source: ParseError,
    },
    /// The collector cannot be addressed.
    #[error("the OTLP endpoint {endpoint:?} cannot be used: {source}")]
    Otlp {
        /// What was given.
        endpoint: String,
        /// What is wrong with it.
        source: ExporterBuildError,
    },
    /// It began before.
    #[error(transparent)]
    Begun(#[from] TryInitError),
}

/// Telemetry at work. Keep it until the end and call [`Telemetry::shutdown`], or the last spans are lost.
#[derive(Debug)]
pub struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Begins. With a collector, call it inside the runtime.
    ///
    /// # Errors
    /// When an option cannot be used, or telemetry has begun before.
    pub fn begin(options: &TelemetryOptions) -> Result<Self, TelemetryError> {
        let level = || {
            // the log's client writes several lines a try; what they come to is said by the engine, once
            let level = match options.level.contains("kurrentdb") {
                true => options.level.clone(),
                false => format!("{},kurrentdb=off", options.level),
            };
            EnvFilter::try_new(level)
                .map_err(|source| TelemetryError::Level { level: options.level.clone(), source })
        };
        // a file or a journal that lines are collected in is no terminal: colours would be garbage there
        let colours =
            std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
        let lines = if options.json { lines.json().boxed() } else { lines.boxed() };
        let provider = options.otlp.as_deref().map(provider).transpose()?;
        let traces = provider.as_ref().map(|provider| {
            // the projection's spans are debug spans, so that a log at info is not full of them
            let spans = EnvFilter::new("om_infra=debug,om_gateway=debug,onematter=debug,info");
            tracing_opentelemetry::layer().with_tracer(provider.tracer("onematter")).with_filter(spans)
        });
        tracing_subscriber::registry().with(traces).with(lines.with_filter(level()?)).try_init()?;
        Ok(Self { provider })
    }

    /// Sends what is left. Blocks for a few seconds at most.
    pub fn shutdown(self) {
        if let Some(Err(error)) = self.provider.map(|provider| provider.shutdown()) {
            tracing::warn!(%error, "the last spans did not reach the collector");
        }
    }
}

fn provider(endpoint: &str) -> Result<SdkTracerProvider, TelemetryError> {
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .build()
        .map_err(|source| TelemetryError::Otlp { endpoint: endpoint.to_owned(), source })?;
    let resource = Resource::builder().with_service_name("onematter").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}
