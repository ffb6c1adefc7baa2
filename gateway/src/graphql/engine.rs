//! One request from text to answer, for both transports: guard, parse, measure, choose, coerce, validate, execute.
//!
//! Invariants: nothing is parsed before the guard; nothing is executed before everything before it has passed, and the
//! answer says which of the two it was, because the transports answer them differently; a panic of a resolver ends its
//! request and nothing else.
//! Deliberately absent: HTTP, WebSocket, who may ask.

use super::{
    GatewaySchema,
    alike::Alike,
    coercion::InputTypes,
    documents::{Document, Documents, Operation, ToValidate},
    error::{Code, finish, limited, server_error},
    place::Place,
};
use crate::{
    access::{
        fields::Gate,
        log::{Reading, WITHHELD},
    },
    context::Requester,
    edge::rate::Rates,
    services::Services,
};
use async_graphql::{
    Positioned, Request, Response, ServerError, ValidationResult, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation},
    parser::types::{OperationDefinition, OperationType},
};
use futures::{FutureExt, Stream, StreamExt, stream::BoxStream};
use serde::Deserialize;
use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tracing::{Instrument, Span};

/// Most errors that are told of a document that was not executed: who made a thousand slips mends the first few first.
const MAX_ERRORS: usize = 20;
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
    document: Arc<Document>,
    operation: Operation,
    trace: String,
    span: Span,
    reads: Reads,
    cost: Cost,
    /// What validating it came to before.
    passed: Option<ValidationResult>,
    paid: bool,
}

impl Prepared {
    /// The names of the commands that it gives; none of a query or a subscription.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        let gives = self.kind() == OperationType::Mutation;
        self.operation.fields.iter().filter(move |_| gives).map(String::as_str)
    }

    /// What it costs, for whoever looks after it was executed.
    pub fn cost(&self) -> Cost {
        self.cost.clone()
    }

    /// Query, mutation or subscription.
    pub fn kind(&self) -> OperationType {
        self.operation.kind
    }

    /// Whether it is a subscription that tells everybody the same of a change.
    pub fn alike(&self) -> Option<&Alike> {
        self.operation.alike.as_ref()
    }

    /// The same, which tells where it stands.
    pub fn placed(mut self, place: Place) -> Self {
        self.request = self.request.data(place);
        self
    }

    /// The same, not charged to the account: it goes on with what was paid for.
    pub fn paid(mut self) -> Self {
        self.request = self.request.data(Paid);
        self.paid = true;
        self
    }
}

/// How a request ended.
pub enum Outcome {
    /// Never executed: the document or its variables were at fault.
    Refused(Vec<ServerError>),
    /// Executed; it may carry errors beside its data.
    Executed(Response),
}

/// Told rather than answered with nothing, which a tool would take for an empty schema.
const NO_INTROSPECTION: &str = "this server does not describe itself: read the published schema, gateway/schema.graphql, \
                                or what `onematter schema` prints";

/// Whether validation has passed, told by the extension to whoever holds the other end.
#[derive(Clone, Default)]
struct Validated(Arc<AtomicBool>);

/// An operation that was paid for.
struct Paid;

/// What an operation costs, once validation has reckoned it.
#[derive(Clone, Default)]
pub struct Cost(Arc<AtomicUsize>);

impl Cost {
    /// The complexity; 0 before validation.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Acquire)
    }
}

/// Runs requests against the schema.
#[derive(Clone)]
pub struct Engine {
    schema: GatewaySchema,
    /// For what has passed the validation of the first.
    trusting: GatewaySchema,
    services: Arc<Services>,
    inputs: Arc<InputTypes>,
    gate: Arc<Gate>,
    rates: Arc<Rates>,
    documents: Arc<Documents>,
    introspection: bool,
}

impl Engine {
    /// An engine over services; introspection is for development, the schema is published as a file anyway.
    pub fn new(
        services: Arc<Services>,
        rates: Arc<Rates>,
        introspection: bool,
    ) -> Result<Self, async_graphql::parser::Error> {
        let schema = super::schema(Arc::clone(&services));
        let sdl = schema.sdl();
        let (inputs, gate) = (Arc::new(InputTypes::of_sdl(&sdl)?), Arc::new(Gate::of_sdl(&sdl)?));
        let (trusting, documents) = (super::trusting(), Arc::default());
        Ok(Engine { schema, trusting, services, inputs, gate, rates, documents, introspection })
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
        let document = self.documents.read(&params.query, trace)?;
        let variables = Variables::from_json(params.variables.unwrap_or_default().into());
        let asked = params.operation_name.as_deref();
        let (chosen, name, operation) = self.choose(&document, asked, &variables).map_err(refuse)?;
        if !self.introspection && operation.fields.iter().any(|f| f == "__schema" || f == "__type") {
            return Err(refuse(server_error(Code::ValidationFailed, NO_INTROSPECTION)));
        }
        self.gate.pass(&operation.fields, requester).map_err(|denied| refuse(*denied))?;
        let several = document.parsed.operations.iter().count() > 1;
        let span = operation_span(operation.kind, asked.filter(|_| several).or(name));
        let reading = Reading::default();
        let cost = Cost::default();
        let to_validate = ToValidate::of(&document, asked.filter(|_| several), &chosen.node, &variables);
        let passed = to_validate.passed();
        let mut request = Request::new("").variables(variables);
        request = request.data(requester.clone()).data(Arc::clone(&self.rates)).data(reading.clone());
        request = match passed {
            Some(_) => request.data(Arc::clone(&self.services)),
            None => request.data(cost.clone()).data(to_validate),
        };
        request.set_parsed_query(document.parsed.clone());
        let operation = operation.clone();
        request.operation_name = params.operation_name.filter(|_| several);
        if !self.introspection {
            request = request.disable_introspection();
        }
        let reads = Reads { reading, who: requester.clone() };
        let trace = trace.to_owned();
        Ok(Prepared { request, document, operation, trace, span, reads, cost, passed, paid: false })
    }

    /// The schema that executes it, and whether validation has passed already; then it is charged here.
    fn executor(&self, prepared: &Prepared) -> Result<(&GatewaySchema, Validated), ServerError> {
        let Some(passed) = prepared.passed else { return Ok((&self.schema, Validated::default())) };
        if !prepared.paid {
            self.rates.operation(&prepared.reads.who, passed.complexity).map_err(|e| limited(&e))?;
        }
        prepared.cost.0.store(passed.complexity, Ordering::Release);
        Ok((&self.trusting, Validated(Arc::new(AtomicBool::new(true)))))
    }

    /// The operation asked for, with variables that fit, its name, and what is known of it.
    fn choose<'d>(
        &self,
        document: &'d Document,
        name: Option<&str>,
        variables: &Variables,
    ) -> Result<(&'d Positioned<OperationDefinition>, Option<&'d str>, &'d Operation), ServerError> {
        let all = document.parsed.operations.iter().enumerate();
        let mut found = all.filter(|(_, (n, _))| match (name, n) {
            (None, _) => true,
            (Some(asked), Some(n)) => n.as_str() == asked,
            (Some(_), None) => false,
        });
        let refused = |message: &str| server_error(Code::ValidationFailed, message);
        let none = || refused("the document has no operation of the name in operationName");
        let (place, (name, operation)) = found.next().ok_or_else(none)?;
        if found.next().is_some() {
            return Err(refused("the document has several operations: say which in operationName"));
        }
        self.inputs.check(&operation.node, variables).map_err(|e| {
            let mut error = server_error(Code::BadInput, e.to_string());
            error.locations = vec![operation.pos];
            error
        })?;
        let known = document.operation(place).ok_or_else(none)?;
        Ok((operation, name.map(|name| name.as_str()), known))
    }

    /// Validates and executes a query or mutation.
    pub async fn execute(&self, prepared: Prepared) -> Outcome {
        let (schema, validated) = match self.executor(&prepared) {
            Ok(executor) => executor,
            Err(error) => return turned_away(error, &prepared.trace),
        };
        let Prepared { request, document, operation, trace, span, reads, .. } = prepared;
        let request = request.data(validated.clone());
        let run = AssertUnwindSafe(schema.execute(request)).catch_unwind();
        let response = run.instrument(span).await.unwrap_or_else(|_| panicked());
        settle(reads.given(response).await, &validated, (&document, &operation), &trace)
    }

    /// Validates and executes any operation as a stream; a refused one is its only item.
    pub fn stream(&self, prepared: Prepared) -> BoxStream<'static, Outcome> {
        let (schema, validated) = match self.executor(&prepared) {
            Ok(executor) => executor,
            Err(error) => {
                let refused = turned_away(error, &prepared.trace);
                return futures::stream::once(async move { refused }).boxed();
            }
        };
        let Prepared { request, document, operation, trace, reads, .. } = prepared;
        let stream = schema.execute_stream(request.data(validated.clone()));
        let stream: BoxStream<'static, Response> = surviving(stream);
        let given = stream.then(move |response| {
            let reads = reads.clone();
            async move { reads.given(response).await }
        });
        given.map(move |response| settle(response, &validated, (&document, &operation), &trace)).boxed()
    }
}

/// What an operation reads that is protected, and who it is given to.
#[derive(Clone)]
struct Reads {
    reading: Reading,
    who: Requester,
}

impl Reads {
    /// The answer, once it is written down what of the protected is in it; an error instead if that cannot be.
    async fn given(&self, response: Response) -> Response {
        match self.reading.written(&self.who).await {
            Ok(()) => response,
            Err(error) => {
                tracing::error!(%error, "something protected was not given");
                Response::from_errors(vec![server_error(Code::Unavailable, WITHHELD)])
            }
        }
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

/// An operation that its account cannot pay for now.
fn turned_away(error: ServerError, trace: &str) -> Outcome {
    let mut errors = vec![error];
    finish(&mut errors, Code::ValidationFailed, trace);
    Outcome::Refused(errors)
}

fn settle(
    mut response: Response,
    validated: &Validated,
    (document, operation): (&Document, &Operation),
    trace: &str,
) -> Outcome {
    let executed = validated.0.load(Ordering::Acquire);
    document.put_in_order(operation, &mut response.data);
    let usual = if executed { Code::BadInput } else { Code::ValidationFailed };
    if !executed {
        response.errors.truncate(MAX_ERRORS);
    }
    finish(&mut response.errors, usual, trace);
    if executed || response.errors.is_empty() {
        Outcome::Executed(response)
    } else {
        Outcome::Refused(response.errors)
    }
}

/// Charges an operation to its account once its cost is known, and tells whether validation has passed.
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
        let to_validate = ctx.data_opt::<ToValidate>();
        let passed = match to_validate.and_then(ToValidate::passed) {
            Some(passed) => passed,
            None => {
                let passed = next.run(ctx).await?;
                if let Some(to_validate) = to_validate {
                    to_validate.keep(passed);
                }
                passed
            }
        };
        let unpaid = ctx.data_opt::<Paid>().is_none();
        if let (true, Some(rates), Some(who)) =
            (unpaid, ctx.data_opt::<Arc<Rates>>(), ctx.data_opt::<Requester>())
        {
            rates.operation(who, passed.complexity).map_err(|e| vec![limited(&e)])?;
        }
        if let Some(cost) = ctx.data_opt::<Cost>() {
            cost.0.store(passed.complexity, Ordering::Release);
        }
        if let Some(validated) = ctx.data_opt::<Validated>() {
            validated.0.store(true, Ordering::Release);
        }
        Ok(passed)
    }
}
