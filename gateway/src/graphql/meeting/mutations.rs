//! Every command on a meeting as a mutation of the same name.
//!
//! Invariant: what a mutation asks is decided by the domain alone.
//! Deliberately absent: `Settle`; that is the platform's own.

use super::payload::{Asked, MeetingCommandPayload, carry_out};
use crate::graphql::{
    error::bad_input,
    matter::{inputs::EffectiveInput, queries::of_request},
    node_id,
    scalars::{Date, LegalText, Uuid},
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use om_domain::{
    ids::{CommandId, MeetingId},
    meeting::MeetingCommand as C,
};

/// Convene a joint meeting: it is created with an id derived from the command's, so a retry convenes no second one.
#[derive(Debug, Clone, InputObject)]
pub struct ConveneMeetingInput {
    /// The caller's id of this intention: sent again with the same content it yields the first receipt.
    pub command_id: Uuid,
    /// When it happened, if not now.
    pub effective: Option<EffectiveInput>,
    /// What it is called.
    pub title: LegalText,
    /// The day it is held on.
    pub on: Date,
    /// Where.
    pub place: LegalText,
    /// Who chairs it, `officer:…`: a task-force lead or the head of the government.
    pub chair: ID,
    /// The matters it treats, `matter:…`.
    #[graphql(validator(max_items = 100))]
    pub matters: Vec<ID>,
    /// The bodies invited, `body:…`.
    #[graphql(validator(max_items = 100))]
    pub bodies: Vec<ID>,
    /// The agenda, point by point.
    #[graphql(default, validator(max_items = 100))]
    pub agenda: Vec<LegalText>,
}

macro_rules! meeting_mutations {
    (
        $(#[$root_doc:meta])*
        $root:ident { $(
            $(#[$doc:meta])*
            $method:ident($input:ident) { $( $(#[$field_doc:meta])* $field:ident : $ty:ty ),* $(,)? }
            = |$i:ident| $command:expr;
        )* }
    ) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, InputObject)]
            pub struct $input {
                /// The caller's id of this intention: sent again with the same content it yields the first receipt.
                pub command_id: Uuid,
                /// The meeting, `meeting:…`.
                pub meeting: ID,
                /// When it happened, if not now.
                pub effective: Option<EffectiveInput>,
                /// The meeting's revision that the caller decided on; if it has moved on, the answer is a conflict.
                pub expected_revision: Option<u32>,
                $( $(#[$field_doc])* pub $field: $ty, )*
            }

            impl $input {
                fn asked(&self) -> Result<Asked> {
                    Ok(Asked {
                        command_id: self.command_id,
                        meeting: node_id::meeting(&self.meeting)?,
                        effective: self.effective.clone().map(Into::into),
                        expected: self.expected_revision.map(u64::from),
                    })
                }

                fn command(self) -> Result<C> {
                    let $i = self;
                    Ok($command)
                }
            }
        )*

        $(#[$root_doc])*
        #[derive(Default)]
        pub struct $root;

        #[Object(serial)]
        impl $root {
            /// Convene a joint meeting (召集联席会议): a task-force lead's, or the head's of the government.
            async fn convene_meeting(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "The meeting, and the id of this intention.")] input: ConveneMeetingInput,
            ) -> Result<MeetingCommandPayload> {
                convene(ctx, input).await
            }

            $(
                $(#[$doc])*
                async fn $method(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "Who intends what: the command's id, the meeting, and what the command carries.")]
                    input: $input,
                ) -> Result<MeetingCommandPayload> {
                    let asked = input.asked()?;
                    carry_out(ctx, asked, input.command()?).await
                }
            )*
        }
    };
}

async fn convene(ctx: &Context<'_>, input: ConveneMeetingInput) -> Result<MeetingCommandPayload> {
    let (_, who) = of_request(ctx)?;
    let meeting = MeetingId::of_command(who.county(), &CommandId(input.command_id.0));
    let all = |ids: &[ID]| ids.iter().map(node_id::matter).collect::<std::result::Result<_, _>>();
    let command = C::ConveneMeeting {
        title: input.title.0,
        on: input.on.0,
        place: input.place.0,
        chair: node_id::officer(&input.chair)?,
        matters: all(&input.matters)?,
        bodies: input.bodies.iter().map(node_id::body).collect::<std::result::Result<_, _>>()?,
        agenda: input.agenda.into_iter().map(|point| point.0).collect(),
    };
    let effective = input.effective.map(Into::into);
    carry_out(ctx, Asked { command_id: input.command_id, meeting, effective, expected: None }, command).await
}

/// Numbers count from 1 and fit the minutes.
fn number(given: u32) -> Result<u16> {
    u16::try_from(given).map_err(|_| bad_input("a number of the minutes is at most 65535"))
}

meeting_mutations! {
    /// Commands on joint meetings.
    MeetingMutation {
        /// Call the meeting off, before anything was recorded of it.
        cancel_meeting(CancelMeetingInput) {
            /// Why.
            reason: LegalText,
        } = |i| C::CancelMeeting { reason: i.reason.0 };

        /// Record a resolution (议定事项) on one of the matters treated. It decides nothing of the matter: what the competent body
        /// does is linked to it later.
        record_resolution(RecordResolutionInput) {
            /// The matter, `matter:…`.
            matter: ID,
            /// What was resolved.
            text: LegalText,
        } = |i| C::RecordResolution { matter: node_id::matter(&i.matter)?, text: i.text.0 };

        /// Link a resolution to the entry of its matter by which the competent body did it.
        link_resolution(LinkResolutionInput) {
            /// The resolution's number.
            number: u32,
            /// The entry, `event:…/…`, of the resolution's matter.
            event: ID,
        } = |i| C::LinkResolution { number: number(i.number)?, event: node_id::event(&i.event)?.1 };

        /// Give a body a task (交办任务), with the last day the meeting allows.
        assign_task(AssignTaskInput) {
            /// What is to be done.
            text: LegalText,
            /// The matter it is about, `matter:…`.
            matter: Option<ID>,
            /// The resolution it carries out, by number.
            resolution: Option<u32>,
            /// Whose it is, `body:…`.
            owner: ID,
            /// The last day the meeting allows.
            limit: Date,
        } = |i| C::AssignTask {
            text: i.text.0,
            matter: i.matter.as_ref().map(node_id::matter).transpose()?,
            resolution: i.resolution.map(number).transpose()?,
            owner: node_id::body(&i.owner)?,
            limit: i.limit.0,
        };

        /// Claim a task (任务认领), the owner's: with a date of its own, not beyond the limit.
        claim_task(ClaimTaskInput) {
            /// The task's number.
            number: u32,
            /// The date the owner sets.
            due: Date,
        } = |i| C::ClaimTask { number: number(i.number)?, due: i.due.0 };

        /// Report how far a task has come (报告进展), the owner's.
        report_task(ReportTaskInput) {
            /// The task's number.
            number: u32,
            /// What was done.
            progress: LegalText,
            /// Whether it is finished; then the chair or the matter's lead confirms it.
            finished: bool,
        } = |i| C::ReportTask { number: number(i.number)?, progress: i.progress.0, finished: i.finished };

        /// Not accept that a task is finished: the chair's, or the lead's of the matter.
        return_task(ReturnTaskInput) {
            /// The task's number.
            number: u32,
            /// Why.
            reason: LegalText,
        } = |i| C::ReturnTask { number: number(i.number)?, reason: i.reason.0 };

        /// Confirm that a task is done (销号): the chair's, or the lead's of the matter; never who reported it.
        confirm_task(ConfirmTaskInput) {
            /// The task's number.
            number: u32,
        } = |i| C::ConfirmTask { number: number(i.number)? };

        /// Close the meeting by its minutes (会议纪要). Its tasks go on.
        close_meeting(CloseMeetingInput) {
            /// Number of the minutes (纪要文号).
            minutes: LegalText,
        } = |i| C::CloseMeeting { minutes: i.minutes.0 };
    }
}
