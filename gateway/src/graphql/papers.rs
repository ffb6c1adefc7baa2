//! What is known of papers by their hash; their bytes are given and taken at `/papers`.
//!
//! Invariant: a county's papers are seen by its own officers only.
//! Deliberately absent: bytes; a paper does not fit into an answer.

use super::lists::of_read;
use super::{
    error::{Code, bad_input, error},
    matter::{
        carry_out::of_fault,
        queries::{of_history, of_request},
    },
    scalars::PaperHash,
};
use crate::access::{self, Unreadable};
use crate::http::papers::url;
use async_graphql::{Context, Error, Object, Result, SimpleObject};

/// Most papers asked for at a time.
const MOST: usize = 100;

/// A paper (文件原件), by its hash.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Paper {
    /// SHA-256 of its bytes.
    pub hash: PaperHash,
    /// Whether it has been handed in; a command that names one that has not is refused.
    pub present: bool,
    /// Where it is handed out, below the address of this server.
    pub url: String,
    /// How many bytes it has; none while it is not there.
    pub size: Option<u64>,
    /// What it is, such as `application/pdf`; none while it is not there.
    pub content_type: Option<String>,
}

/// What can be asked of papers.
#[derive(Default)]
pub struct PaperQuery;

#[Object(serial)]
impl PaperQuery {
    /// What is known of these papers, in the order asked.
    #[graphql(complexity = "5 * hashes.len() + child_complexity")]
    async fn papers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their hashes, at most 100.")] hashes: Vec<PaperHash>,
    ) -> Result<Vec<Paper>> {
        let (services, who) = of_request(ctx)?;
        if hashes.len() > MOST {
            return Err(bad_input(format!("ask for at most {MOST} papers at a time")));
        }
        // what is there is the store's to say
        om_infra::shown::something_else();
        let mut papers = Vec::with_capacity(hashes.len());
        for hash in hashes {
            let seen = access::sees_paper(services, who, &hash.0).await.map_err(of_unreadable)?;
            let found = services.papers.find(who.county(), &hash.0).await.map_err(|cause| {
                tracing::error!(%cause, "the papers cannot be read");
                error(Code::Unavailable, "the papers cannot be reached: try again in a moment")
            })?;
            let found = found.filter(|_| seen);
            papers.push(Paper {
                url: url(&hash.0),
                present: found.is_some(),
                size: found.as_ref().map(|paper| paper.size),
                content_type: found.map(|paper| paper.media.content_type().to_owned()),
                hash,
            });
        }
        Ok(papers)
    }
}

/// That whose a paper is cannot be told, as an error the caller can act on.
pub(super) fn of_unreadable(cause: Unreadable) -> Error {
    match cause {
        Unreadable::Lists(cause) => of_read(cause),
        Unreadable::Behind => error(
            Code::Unavailable,
            "whose a paper is cannot be looked up now: send the same again in a moment",
        ),
        Unreadable::Log(cause) => of_fault(cause.into()),
        Unreadable::Matter(cause) => of_fault(cause),
        Unreadable::Facts(cause) => of_history(cause),
    }
}
