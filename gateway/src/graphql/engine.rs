//! One request from text to answer, for both transports: guard, parse, measure, choose, coerce, validate, execute.
//!
//! Invariants: nothing is parsed before the guard; nothing is executed before everything before it has passed, and the
//! answer says which of the two it was, because the transports answer them differently; a panic of a resolver ends its
//! request and nothing else.
//! Deliberately absent: HTTP, WebSocket, who may ask.

use super::{
    GatewaySchema,
    coercion::InputTypes,
    error::{Code, finish, server_error},
    expansion, limits,
};
use crate::{access::fields::Gate, context::Requester};
use async_graphql::{
    Positioned, Request, Response, ServerError, ValidationResult, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation},
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, OperationType},
    },
};
use futures::{FutureExt, Stream, StreamExt, stream::BoxStream};
use serde::Deserialize;
use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tracing::{Instrument, Span};

/// Longest name of an operation in a span.
const MAX_NAME: usize = 64;

/// The parameters of a GraphQL request, as either transport has read them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Params {
    /// The document.
    pub query: String,
    /// Which of its operations.
    #[serde(default, rename = "operationName")]
    pub operation_name: Option<String>,
    /// The variables.
    #[serde(default)]
    pub variables: Option<serde_json::Map<String, serde_json::Value>>,
    /// Anything else; not read, but checked for its form.
    #[serde(default)]
    pub extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// A request that has passed everything before validation.
pub struct Prepared {
    request: Request,
    kind: OperationType,
    trace: String,
    span: Span,
}

impl Prepared {
    /// Query, mutation or subscription.
    pub fn kind(&self) -> OperationType {
        self.kind
    }
}

/// How a request ended.
pub enum Outcome {
    /// Never executed: the document or its variables were at fault.
    Refused(Vec<ServerError>),
    /// Executed; it may carry errors beside its data.
    Executed(Response),
}

/// Whether validation has passed, told by the extension to whoever holds the other end.
#[derive(Clone, Default)]
struct Validated(Arc<AtomicBool>);

/// Runs requests against the schema.
#[derive(Clone)]
pub struct Engine {
    schema: GatewaySchema,
    inputs: Arc<InputTypes>,
    gate: Arc<Gate>,
    introspection: bool,
}

impl Engine {
    /// An engine for the schema; introspection is for development, the schema is published as a file anyway.
    pub fn new(schema: GatewaySchema, introspection: bool) -> Result<Self, async_graphql::parser::Error> {
        let sdl = schema.sdl();
        let (inputs, gate) = (Arc::new(InputTypes::of_sdl(&sdl)?), Arc::new(Gate::of_sdl(&sdl)?));
        Ok(Engine { schema, inputs, gate, introspection })
    }

    /// Everything before validation.
    pub fn prepare(
        &self,
        params: Params,
        requester: &Requester,
        trace: &str,
    ) -> Result<Prepared, Vec<ServerError>> {
        let refuse = |mut error: ServerError| {
            finish(std::slice::from_mut(&mut error), Code::ValidationFailed, trace);
            vec![error]
        };
        limits::guard(&params.query).map_err(|e| refuse(server_error(Code::TooLarge, e.to_string())))?;
        let document = parse_query(&params.query).map_err(|e| {
            let mut error: ServerError = e.into();
            finish(std::slice::from_mut(&mut error), Code::ParseFailed, trace);
            vec![error]
        })?;
        expansion::measure(&document).map_err(|e| refuse(server_error(Code::TooLarge, e.to_string())))?;
        let variables = Variables::from_json(params.variables.unwrap_or_default().into());
        let chosen = self.choose(&document, params.operation_name.as_deref(), &variables).map_err(refuse)?;
        let kind = chosen.node.ty;
        self.gate.pass(&document, chosen, requester).map_err(|denied| refuse(*denied))?;
        let only = document.operations.iter().find_map(|(name, _)| name.map(ToString::to_string));
        let mut request = Request::new(params.query).variables(variables).data(requester.clone());
        request.operation_name = params.operation_name.filter(|_| document.operations.iter().count() > 1);
        request.set_parsed_query(document);
        if !self.introspection {
            request = request.disable_introspection();
        }
        let span = operation_span(kind, request.operation_name.as_deref().or(only.as_deref()));
        Ok(Prepared { request, kind, trace: trace.to_owned(), span })
    }

    /// The operation asked for, with variables that fit.
    fn choose<'d>(
        &self,
        document: &'d ExecutableDocument,
        name: Option<&str>,
        variables: &Variables,
    ) -> Result<&'d Positioned<OperationDefinition>, ServerError> {
        let mut found = document.operations.iter().filter(|(n, _)| match (name, n) {
            (None, _) => true,
            (Some(asked), Some(n)) => n.as_str() == asked,
            (Some(_), None) => false,
        });
        let refused = |message: &str| server_error(Code::ValidationFailed, message);
        let Some((_, operation)) = found.next() else {
            return Err(refused("the document has no operation of the name in operationName"));
        };
        if found.next().is_some() {
            return Err(refused("the document has several operations: say which in operationName"));
        }
        self.inputs.check(&operation.node, variables).map_err(|e| {
            let mut error = server_error(Code::BadInput, e.to_string());
            error.locations = vec![operation.pos];
            error
        })?;
        Ok(operation)
    }

    /// Validates and executes a query or mutation.
    pub async fn execute(&self, prepared: Prepared) -> Outcome {
        let Prepared { request, trace, span, .. } = prepared;
        let validated = Validated::default();
        let request = request.data(validated.clone());
        let run = AssertUnwindSafe(self.schema.execute(request)).catch_unwind();
        let response = run.instrument(span).await.unwrap_or_else(|_| panicked());
        settle(response, &validated, &trace)
    }

    /// Validates and executes any operation as a stream; a refused one is its only item.
    pub fn stream(&self, prepared: Prepared) -> BoxStream<'static, Outcome> {
        let Prepared { request, trace, .. } = prepared;
        let validated = Validated::default();
        let stream = self.schema.execute_stream(request.data(validated.clone()));
        let stream: BoxStream<'static, Response> = surviving(stream);
        stream.map(move |response| settle(response, &validated, &trace)).boxed()
    }
}

/// A span for an operation: its kind and its name, cut short; never its variables.
fn operation_span(kind: OperationType, name: Option<&str>) -> Span {
    let name: String = name.unwrap_or("anonymous").chars().take(MAX_NAME).collect();
    tracing::info_span!("operation", otel.name = format!("{kind} {name}"), kind = %kind, operation = name)
}

/// The stream up to a panic, and then an error.
fn surviving(stream: impl Stream<Item = Response> + Send + 'static) -> BoxStream<'static, Response> {
    AssertUnwindSafe(stream).catch_unwind().map(|item| item.unwrap_or_else(|_| panicked())).boxed()
}

fn panicked() -> Response {
    tracing::error!("a resolver panicked; its message stands before this line");
    Response::from_errors(vec![server_error(
        Code::Internal,
        "the request failed inside; report the trace id",
    )])
}

fn settle(mut response: Response, validated: &Validated, trace: &str) -> Outcome {
    let executed = validated.0.load(Ordering::Acquire);
    let usual = if executed { Code::BadInput } else { Code::ValidationFailed };
    finish(&mut response.errors, usual, trace);
    if executed || response.errors.is_empty() {
        Outcome::Executed(response)
    } else {
        Outcome::Refused(response.errors)
    }
}

/// Tells whether validation has passed.
pub(super) struct TellValidated;

impl ExtensionFactory for TellValidated {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(TellValidated)
    }
}

#[async_trait::async_trait]
impl Extension for TellValidated {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await;
        if result.is_ok()
            && let Some(validated) = ctx.data_opt::<Validated>()
        {
            validated.0.store(true, Ordering::Release);
        }
        result
    }
}
