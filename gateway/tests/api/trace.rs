//! One trace from the request to the projections, as a collector gets it; and nothing personal in spans or lines.

use crate::{
    story::{submit, underway},
    support::{BOTH, Gateway, post},
};
use ::tracing::Level;
use axum::http::{HeaderMap, HeaderValue, Response};
use bytes::{Bytes, BytesMut};
use om_infra::telemetry::{Telemetry, TelemetryOptions};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    trace::v1::Span,
};
use prost::Message;
use serde_json::{Value, json};
use std::{
    io::Write,
    sync::{Arc, Mutex},
};
use tokio::net::{TcpListener, TcpStream};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};
use uuid::Uuid;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// What no span and no line may show.
const SECRET: &str = "张三身份证号";

/// Takes spans by OTLP over gRPC, as a collector does.
async fn collect(listener: TcpListener, spans: Arc<Mutex<Vec<Span>>>) {
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(exports(socket, Arc::clone(&spans)));
    }
}

async fn exports(socket: TcpStream, spans: Arc<Mutex<Vec<Span>>>) {
    let mut connection = h2::server::handshake(socket).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let spans = Arc::clone(&spans);
        tokio::spawn(async move {
            let (mut body, mut bytes) = (request.into_body(), BytesMut::new());
            while let Some(Ok(chunk)) = body.data().await {
                body.flow_control().release_capacity(chunk.len()).unwrap();
                bytes.extend_from_slice(&chunk);
            }
            // a message of gRPC: a byte that says it is not compressed, its length in four, itself
            let export = ExportTraceServiceRequest::decode(&bytes[5..]).unwrap();
            let scopes = export.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
            spans.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
            let head = Response::builder().header("content-type", "application/grpc").body(()).unwrap();
            let mut answer = respond.send_response(head, false).unwrap();
            let message = ExportTraceServiceResponse::default().encode_to_vec();
            assert!(message.is_empty());
            answer.send_data(Bytes::from_static(&[0; 5]), false).unwrap();
            let status =
                HeaderMap::from_iter([("grpc-status".parse().unwrap(), HeaderValue::from_static("0"))]);
            answer.send_trailers(status).unwrap();
        });
    }
}

fn traced(user: &str, body: &Value) -> axum::http::Request<axum::body::Body> {
    let mut request = post(user, BOTH, body.to_string());
    request.headers_mut().insert("traceparent", HeaderValue::from_static(CALLER));
    request
}

/// Tells secrets in every place that takes a text, and gets some things wrong.
async fn secrets(gateway: &Gateway, matter: &str) {
    let put = "mutation Put($input: PutTextInput!) { putText(input: $input) { ref } }";
    for text in [SECRET.to_owned(), SECRET.repeat(10_000)] {
        let input = json!({ "input": { "commandId": Uuid::from_u128(1), "class": "NOTE", "text": text } });
        gateway.ask("clerk", put, input).await;
    }
    let suspend = "mutation($input: SuspendMatterInput!) { suspendMatter(input: $input) { __typename } }";
    let input = json!({ "commandId": Uuid::new_v4(), "matter": matter, "reason": SECRET });
    for user in ["lead", "clerk", "nobody"] {
        gateway.ask(user, suspend, json!({ "input": input })).await;
    }
    gateway.ask("lead", "query($id: ID!) { matter(id: $id) { phase } }", json!({ "id": SECRET })).await;
    gateway.ask("lead", &format!("{{ matter(id: \"{SECRET}\") {{ phase }} }}"), json!({})).await;
    gateway.ask("lead", &format!("{{ {SECRET} }}"), json!({})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_trace_runs_from_the_request_through_the_append_to_the_projection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let otlp = format!("http://{}", listener.local_addr().unwrap());
    let spans = Arc::new(Mutex::new(Vec::new()));
    tokio::spawn(collect(listener, Arc::clone(&spans)));
    let options = TelemetryOptions { level: "error".into(), json: false, otlp: Some(otlp) };
    let telemetry = Telemetry::begin(&options).unwrap();
    let (gateway, matter) = underway().await;
    let query = "mutation HandIn($input: SubmitPermitInput!) { submitPermit(input: $input) { __typename
        ... on MatterCommandDone { projectionsPending } } }";
    let body = json!({ "query": query, "variables": { "input": submit(&matter, "A1") } });
    let (_, _, answer) = gateway.send(traced("clerk", &body)).await;
    assert_eq!(answer["data"]["submitPermit"]["projectionsPending"], false, "{answer}");
    let (_, _, fault) =
        gateway.send(traced("clerk", &json!({ "query": "{ matter(id: \"x\") { phase } }" }))).await;
    assert_eq!(fault["errors"][0]["extensions"]["traceId"], TRACE, "{fault}");
    secrets(&gateway, &matter).await;
    tokio::task::spawn_blocking(move || telemetry.shutdown()).await.unwrap();

    let spans = spans.lock().unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let ours: Vec<&Span> = spans.iter().filter(|span| hex(&span.trace_id) == TRACE).collect();
    let named = |name: &str| {
        let found = ours.iter().find(|span| span.name == name);
        *found
            .unwrap_or_else(|| panic!("no {name} in {:?}", ours.iter().map(|s| &s.name).collect::<Vec<_>>()))
    };
    let operation = named("mutation HandIn");
    let request = ours.iter().find(|span| span.span_id == operation.parent_span_id).unwrap();
    assert_eq!(
        (request.name.as_str(), hex(&request.parent_span_id).as_str()),
        ("request", "00f067aa0ba902b7")
    );
    let (execute, append, project) = (named("execute"), named("append"), named("project"));
    assert_eq!(execute.parent_span_id, operation.span_id);
    assert_eq!((&append.parent_span_id, &project.parent_span_id), (&execute.span_id, &execute.span_id));
    // a request that brings no trace has one of its own
    assert!(spans.iter().any(|span| span.name == "execute" && hex(&span.trace_id) != TRACE));
    assert!(!format!("{spans:?}").contains(SECRET));
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_line_of_the_log_says_a_personal_text_or_a_variable() {
    use tracing_subscriber::fmt::format::FmtSpan;
    let lines = Lines::default();
    let ours = EnvFilter::new("om_infra=trace,om_gateway=trace,om_projections=trace");
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(ours)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(lines.clone())
        .finish();
    ::tracing::subscriber::set_global_default(subscriber).unwrap();
    let (gateway, matter) = underway().await;
    secrets(&gateway, &matter).await;
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains(Level::INFO.as_str()) && text.contains("operation=\"Put\""), "{text}");
    assert!(!text.contains(SECRET) && !text.contains("身份证"), "{text}");
}
