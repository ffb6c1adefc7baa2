//! What W7 is compared with: the same answer from async-graphql without anything about it, and from axum as JSON.
//!
//! Invariants: the answer is put together for each request; permits, fields and lengths are those of ours.
//! Deliberately absent: who asks, limits, storage, time, an allocator other than the system's.

use async_graphql::{EmptyMutation, EmptySubscription, ID, Object, Schema, SimpleObject};
use axum::routing::post;
use axum::{Json, Router};
use serde::Serialize;

use super::Outcome;
use super::plan::{self, PERMITS};
use super::query::ASKED_PERMITS;

#[derive(Clone, Serialize, SimpleObject)]
struct Permit {
    id: ID,
    code: String,
    name: String,
    stage: &'static str,
    nature: &'static str,
    lead: ID,
    status: &'static str,
    custodian: Option<ID>,
}

fn permits() -> Vec<Permit> {
    (0..ASKED_PERMITS)
        .map(|nth| {
            let (name, lead) = PERMITS[nth % PERMITS.len()];
            let body = ID(format!("body:{lead}"));
            Permit {
                id: ID(format!("permit:01JD0000000000000000000000/{}", plan::code(nth))),
                code: plan::code(nth),
                name: name.to_owned(),
                stage: "CONSTRUCTION",
                nature: "PERMIT",
                lead: body.clone(),
                status: if nth < PERMITS.len() { "APPROVED" } else { "PLANNED" },
                custodian: Some(body),
            }
        })
        .collect()
}

/// The permits for a server that is not of this program.
pub(super) fn permits_as_json() -> Outcome<String> {
    Ok(serde_json::to_string(&permits())?)
}

struct Query(Vec<Permit>);

struct Matter<'a>(&'a [Permit]);

#[Object]
impl Query {
    async fn matter(&self, id: ID) -> Option<Matter<'_>> {
        (!id.is_empty()).then_some(Matter(&self.0))
    }
}

#[Object]
impl Matter<'_> {
    async fn permits(&self) -> Vec<Permit> {
        self.0.to_vec()
    }
}

#[derive(Serialize)]
struct Told<'a, T> {
    data: &'a T,
}

#[derive(Serialize)]
struct Found {
    matter: Whole,
}

#[derive(Serialize)]
struct Whole {
    permits: Vec<Permit>,
}

/// Serves what is asked for, `graphql` or `json`, until the process is ended.
///
/// # Errors
/// When it is neither, or there is no port.
pub async fn serve_as(answer: &str) -> Outcome {
    match answer {
        "graphql" => graphql().await,
        "json" => json().await,
        other => Err(format!("unknown answer {other}: graphql or json").into()),
    }
}

/// With async-graphql.
async fn graphql() -> Outcome {
    let schema = Schema::new(Query(permits()), EmptyMutation, EmptySubscription);
    let answer = move |Json(asked): Json<async_graphql::Request>| {
        let schema = schema.clone();
        async move { Json(schema.execute(asked).await) }
    };
    serve(Router::new().route("/graphql", post(answer))).await
}

/// As JSON, serialised for each request.
async fn json() -> Outcome {
    let found: &Found = Box::leak(Box::new(Found { matter: Whole { permits: permits() } }));
    // the question is read, as it must be to be answered
    let answer = move |_asked: Json<serde_json::Value>| async move { Json(Told { data: found }) };
    serve(Router::new().route("/graphql", post(answer))).await
}

async fn serve(app: Router) -> Outcome {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    eprintln!("GraphQL    http://{}/graphql", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
