//! The county's settings: what R13, R16 and R17 leave to it, since when, why and by whose word.
//!
//! Invariant: the settings of a day that has begun never change; a change is recorded for a later day, with its reason.
//! Deliberately absent: the effect on what was recorded before; cards and plans keep what they saw.

use super::payload::{RegisterCommandPayload, carry_out};
use crate::graphql::{
    error::fault,
    matter::{carry_out::of_fault, queries::of_request},
    scalars::{Date, LegalText, Uuid},
};
use crate::services::stream;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use om_domain::{
    ids::CommandId,
    settings::{Change, MAIN, SettingsCommand, SettingsDecider, Version},
};
use om_infra::{calendars::Calendars as _, executor::Request};

/// What a county sets, as it holds from a day on.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub struct Settings {
    /// The first day these hold; none for the usual ones, which hold where nothing was set.
    pub from: Option<Date>,
    /// The last change's place in the settings' stream; none for the usual ones.
    pub revision: Option<u64>,
    /// Why they were changed; none for the usual ones.
    pub reason: Option<LegalText>,
    /// Whether cards are issued by rule (R13); cards by hand are issued in any case.
    pub cards_by_rule: bool,
    /// A yellow card once this much of the promised limit is used, in percent (R13).
    pub yellow_used_percent: u16,
    /// A yellow card once no more than so many working days (工作日) of the promised limit are left (R13).
    pub yellow_left_working_days: u16,
    /// Whether cards are issued by rule on opinions of departments asked too (R13).
    pub opinion_cards_by_rule: bool,
    /// A yellow card once no more than so many working days (工作日) are left for an opinion (R13).
    pub opinion_yellow_left_working_days: u16,
    /// Permits and opinions are marked (`cardReminder`) so many working days (工作日) before a yellow card.
    pub reminder_working_days: u16,
    /// Weight of the township's rating in a department's performance, in percent (R17).
    pub township_weight_percent: u16,
    /// Recorded more than so many working days (工作日) late is back-filling (后期补录, R16); a plan keeps the grace it
    /// was made with.
    pub backfill_grace_working_days: u16,
}

impl From<&Version> for Settings {
    fn from(version: &Version) -> Self {
        let values = &version.values;
        Settings {
            from: version.from.map(Into::into),
            revision: version.revision,
            reason: version.because.as_ref().map(|(_, reason)| reason.clone().into()),
            cards_by_rule: values.cards_by_rule,
            yellow_used_percent: values.yellow_used_percent,
            yellow_left_working_days: values.yellow_left_days,
            opinion_cards_by_rule: values.opinion_cards_by_rule,
            opinion_yellow_left_working_days: values.opinion_yellow_left_days,
            reminder_working_days: values.reminder_days,
            township_weight_percent: values.township_weight_percent,
            backfill_grace_working_days: values.backfill_grace_days,
        }
    }
}

/// A change of the county's settings. What is not given stays as it is.
#[derive(Debug, Clone, InputObject)]
pub struct ChangeSettingsInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// The first day the change holds: a day after today.
    pub from: Date,
    /// Why, with the document that decided it.
    pub reason: LegalText,
    /// Whether cards are issued by rule (R13).
    pub cards_by_rule: Option<bool>,
    /// A yellow card once this much of the promised limit is used, in percent: 1 to 100.
    pub yellow_used_percent: Option<u16>,
    /// A yellow card once no more than so many working days (工作日) are left: 0 to 30.
    pub yellow_left_working_days: Option<u16>,
    /// Whether cards are issued by rule on opinions of departments asked too (R13).
    pub opinion_cards_by_rule: Option<bool>,
    /// A yellow card once no more than so many working days (工作日) are left for an opinion: 0 to 30.
    pub opinion_yellow_left_working_days: Option<u16>,
    /// Permits and opinions are marked so many working days (工作日) before a yellow card: 0 to 30.
    pub reminder_working_days: Option<u16>,
    /// Weight of the township's rating, in percent: 0 to 100 (R17).
    pub township_weight_percent: Option<u16>,
    /// Grace of late entries in working days (工作日), for matters planned from that day on: 0 to 30 (R16).
    pub backfill_grace_working_days: Option<u16>,
}

/// Queries for the county's settings.
#[derive(Default)]
pub struct SettingsQuery;

#[Object(serial)]
impl SettingsQuery {
    /// The county's settings of a day.
    async fn settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today if not said.")] at: Option<Date>,
    ) -> Result<Settings> {
        let (services, who) = of_request(ctx)?;
        let settings = services.calendars.settings(who.county()).await.map_err(of_fault)?;
        Ok(settings.on(at.map_or_else(|| services.today(), |at| at.0)).into())
    }

    /// All settings the county has had and will have by what is recorded, in the order of their days.
    #[graphql(complexity = "20 * child_complexity")]
    async fn settings_history(&self, ctx: &Context<'_>) -> Result<Vec<Settings>> {
        let (services, who) = of_request(ctx)?;
        let settings = services.calendars.settings(who.county()).await.map_err(of_fault)?;
        Ok(settings.versions().map(|(version, _)| version.into()).collect())
    }
}

/// Commands on the county's settings.
#[derive(Default)]
pub struct SettingsMutation;

#[Object(serial)]
impl SettingsMutation {
    /// Change the county's settings from a later day on: the system administrator's. What was carded or planned before stays as
    /// it was (R20).
    async fn change_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes, from when and why.")] input: ChangeSettingsInput,
    ) -> Result<RegisterCommandPayload> {
        let (services, who) = of_request(ctx)?;
        let name = stream::<SettingsDecider>(who.county(), MAIN).map_err(|e| fault("naming a stream", &e))?;
        let change = Change {
            cards_by_rule: input.cards_by_rule,
            yellow_used_percent: input.yellow_used_percent,
            yellow_left_days: input.yellow_left_working_days,
            opinion_cards_by_rule: input.opinion_cards_by_rule,
            opinion_yellow_left_days: input.opinion_yellow_left_working_days,
            reminder_days: input.reminder_working_days,
            township_weight_percent: input.township_weight_percent,
            backfill_grace_days: input.backfill_grace_working_days,
        };
        let command = SettingsCommand::ChangeSettings { change, from: input.from.0, reason: input.reason.0 };
        let request = Request::new(name, CommandId(input.command_id.0), (*who.actor).clone(), command);
        carry_out(services, &services.registers.settings, request).await
    }
}
