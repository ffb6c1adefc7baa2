//! Templates: which permits one kind of matter needs.

use crate::{
    graphql::{
        error::{fault, not_found},
        matter::{carry_out::of_fault, queries::of_request},
        node_id::{self, NodeId},
        scalars::{Json, LegalText},
    },
    services::stream,
};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use om_domain::{ids::TemplateId, template::TemplateDecider};

/// A template in its latest version.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Template {
    /// Its id, `template:…`.
    #[graphql(owned)]
    pub id: ID,
    /// The latest version.
    pub version: u32,
    /// Its name.
    pub name: LegalText,
    /// The kind of matter it is for, such as 市政道路.
    pub kind: LegalText,
    /// How many permits it has.
    pub permits: usize,
    /// The whole definition: permits, gates, limits with their sources, prerequisites, materials, milestones.
    pub definition: Json,
}

/// Queries for templates.
#[derive(Default)]
pub struct TemplateQuery;

#[Object(serial)]
impl TemplateQuery {
    /// The templates that this county has imported, by id, in their latest version.
    #[graphql(complexity = "10 * child_complexity")]
    async fn templates(&self, ctx: &Context<'_>) -> Result<Vec<Template>> {
        let (services, who) = of_request(ctx)?;
        let mut found = Vec::new();
        for id in services.registers.template_index.of(who.county()).await.map_err(of_fault)? {
            found.extend(latest(ctx, id).await?);
        }
        Ok(found)
    }

    /// One template in its latest version.
    async fn template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The template, `template:…`.")] id: ID,
    ) -> Result<Template> {
        latest(ctx, node_id::template(&id)?).await?.ok_or_else(|| not_found("the template"))
    }
}

/// A template in its latest version, if the county has imported it.
pub async fn latest(ctx: &Context<'_>, id: TemplateId) -> Result<Option<Template>> {
    let (services, who) = of_request(ctx)?;
    let name = stream::<TemplateDecider>(who.county(), &id).map_err(|e| fault("naming a stream", &e))?;
    let snapshot = services.registers.templates.state(&name).await.map_err(of_fault)?;
    Ok(snapshot.state.latest().map(|definition| Template {
        id: NodeId::Template(id).id(),
        version: snapshot.state.latest_version(),
        name: definition.name.clone().into(),
        kind: definition.kind.clone().into(),
        permits: definition.permits.len(),
        definition: Json::of(definition),
    }))
}
