//! What each field of the schema's roots asks of the policy, before anything is resolved.
//!
//! Invariants: every field stands here once, with its action; one that does not is denied to everybody (a test compares
//! with the schema).
//! Deliberately absent: which matter, meeting or body a field is about; its resolver asks about that.

use super::{forbidden, log, verdict};
use crate::{
    context::Requester,
    graphql::error::{Code, server_error},
};
use async_graphql::{
    Pos, Positioned, ServerError,
    parser::{
        parse_schema,
        types::{FieldDefinition, ServiceDocument, TypeKind, TypeSystemDefinition},
    },
};
use om_domain::access::{Action as A, Of, Verdict};
use std::collections::BTreeSet;

/// What queries and subscriptions ask.
const READS: &[(A, &[&str])] = &[
    (A::SeeOneself, &["me"]),
    (
        A::ReadRegisters,
        &[
            "directory",
            "standIns",
            "templates",
            "template",
            "calendar",
            "settings",
            "settingsHistory",
            "node",
        ],
    ),
    (A::ReadApplicant, &["applicant"]),
    (
        A::LookForMatters,
        &[
            "overview",
            "tolerances",
            "supervision",
            "cardsByBody",
            "search",
            "overviewChanged",
            "papers",
            "nextNoticeNumber",
        ],
    ),
    (A::ReadMatter, &["matter", "history", "matterChanged"]),
    (A::LookForMeetings, &["meetings", "tasks"]),
    (A::ReadMeeting, &["meeting", "meetingChanged"]),
    (A::ReadDesk, &["desk", "townshipDesk", "deskChanged"]),
    (A::ReadPerformance, &["departmentPerformance"]),
    (A::ReadBriefing, &["briefing"]),
    (A::ReadHealth, &["operations", "operationsChanged"]),
    (A::ReadAccessLog, &["accessLog"]),
    (A::ReadPersonRecord, &["personRecord", "contacts"]),
];

/// What mutations ask.
const COMMANDS: &[(A, &[&str])] = &[
    (
        A::ActOnMatter,
        &[
            "proposeMatter",
            "designateMatter",
            "correctProject",
            "changeTaskForce",
            "planMatter",
            "amendPlan",
            "startMatter",
            "suspendMatter",
            "resumeMatter",
            "completeMatter",
            "terminateMatter",
            "reachMilestone",
            "submitPermit",
            "submitPackage",
            "noticeCorrection",
            "receiveCorrection",
            "supplyMaterials",
            "acceptPermit",
            "refuseAcceptance",
            "setAsideDeemedAcceptance",
            "withdrawPermit",
            "markNotApplicable",
            "suspendClock",
            "resumeClock",
            "extendLimit",
            "planMilestone",
            "requestDateChange",
            "agreeDateChange",
            "objectDateChange",
            "withdrawDateChange",
            "approveDateChange",
            "refuseDateChange",
            "explainMissedMilestone",
            "offerHandoff",
            "receiveHandoff",
            "returnHandoff",
            "withdrawHandoff",
            "recallCustody",
            "requestOpinion",
            "giveOpinion",
            "treatObjection",
            "withdrawObjection",
            "withdrawOpinionRequest",
            "issueCard",
            "answerCard",
            "appealCard",
            "decideAppeal",
            "clearCard",
            "cancelCard",
            "proposeTolerance",
            "tolerateDeficiency",
            "receiveSupplement",
            "verifySupplement",
            "rejectSupplement",
            "moveSupplementDeadline",
            "setAsideLapse",
            "confirmPreReview",
            "recordCheck",
            "requestHearing",
            "recordHearing",
            "requestRenewal",
            "grantRenewal",
            "refuseRenewal",
            "correctEntry",
            "approvePermit",
            "denyPermit",
            "issueCertificate",
            "revokePermit",
            "declineRevocation",
            "judgeFallenPrerequisite",
        ],
    ),
    (
        A::ActInMeeting,
        &[
            "conveneMeeting",
            "cancelMeeting",
            "recordResolution",
            "linkResolution",
            "assignTask",
            "claimTask",
            "reportTask",
            "returnTask",
            "confirmTask",
            "closeMeeting",
        ],
    ),
    (A::ImportDirectory, &["importDirectory"]),
    (A::KeepDirectory, &["registerBody", "amendBody"]),
    (A::GrantRoles, &["registerOfficer", "nameOfficer", "changeRoles", "retireOfficer"]),
    (A::KeepTemplates, &["importTemplate"]),
    (A::NameStandIn, &["grantStandIn", "endStandIn"]),
    (A::KeepOwnCalendar, &["openCalendarFeed", "closeCalendarFeed"]),
    (A::KeepCalendar, &["recordHolidayNotice", "recordCountyOverlay", "reviseDueDates"]),
    (A::KeepSettings, &["changeSettings"]),
    (A::JudgeApplicant, &["repairEligibility", "imposeBar"]),
    (A::KeepContact, &["nameContact", "removeContact"]),
    (A::PutText, &["putText"]),
    (A::Unmask, &["unmask"]),
    (A::KeepPersons, &["restrictPerson", "liftPersonRestriction", "erasePerson"]),
];

/// What a field of a root asks of the policy; none for one that is not listed.
pub fn action(field: &str) -> Option<A> {
    let all = READS.iter().chain(COMMANDS);
    all.filter(|(_, fields)| fields.contains(&field)).map(|(action, _)| *action).next()
}

/// The gate before every operation.
#[derive(Debug)]
pub struct Gate {
    /// Fields of the schema's roots that nobody has listed.
    unlisted: BTreeSet<String>,
    /// Mutations whose answer has a place for a refusal: there the command's decider asks the policy, and refuses in its
    /// own words.
    refusing: BTreeSet<String>,
}

impl Gate {
    /// The gate of a schema.
    ///
    /// # Errors
    /// When its text cannot be parsed.
    pub fn of_sdl(sdl: &str) -> Result<Self, async_graphql::parser::Error> {
        let schema = parse_schema(sdl)?;
        let fields = ROOTS.iter().flat_map(|root| fields_of(&schema, root));
        let mutations = fields_of(&schema, "Mutation").into_iter();
        let refusing = mutations.filter(|(_, answer)| answer.ends_with("CommandPayload"));
        Ok(Gate {
            unlisted: fields.map(|(field, _)| field).filter(|field| action(field).is_none()).collect(),
            refusing: refusing.map(|(field, _)| field).collect(),
        })
    }

    /// Lets an operation go on whose every root field the requester may ask for.
    ///
    /// # Errors
    /// The first denial.
    pub fn pass(&self, fields: &BTreeSet<String>, who: &Requester) -> Result<(), Box<ServerError>> {
        fields.iter().try_for_each(|field| self.asks(field, who))
    }

    fn asks(&self, name: &str, who: &Requester) -> Result<(), Box<ServerError>> {
        let Some(action) = action(name) else {
            // whether there is such a field at all is for validation to say
            return match self.unlisted.contains(name) {
                true => Err(Box::new(server_error(Code::Forbidden, format!("{name} is open to nobody yet")))),
                false => Ok(()),
            };
        };
        if self.refusing.contains(name) {
            return Ok(());
        }
        let Verdict::Deny(denial) = verdict(who, action, Of::County) else { return Ok(()) };
        log::denied(who, &denial, None);
        let mut error = forbidden(&denial).into_server_error(Pos::default());
        error.message = format!("{name}: {}", error.message);
        error.locations.clear();
        Err(Box::new(error))
    }
}

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// The fields of a root, each with the type it is answered with.
pub(super) fn fields_of(schema: &ServiceDocument, root: &str) -> Vec<(String, String)> {
    let types = schema.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(of) if of.node.name.node == root => Some(&of.node.kind),
        _ => None,
    });
    let objects = types.filter_map(|kind| match kind {
        TypeKind::Object(object) => Some(&object.fields),
        _ => None,
    });
    let told = |field: &Positioned<FieldDefinition>| {
        (field.node.name.node.to_string(), field.node.ty.node.to_string().trim_end_matches('!').to_owned())
    };
    objects.flatten().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_roots_stands_once_with_its_action_and_nothing_else_does() {
        let schema = parse_schema(crate::graphql::schema_sdl()).unwrap();
        let fields_of = |root| -> Vec<String> {
            super::fields_of(&schema, root).into_iter().map(|(name, _)| name).collect()
        };
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        let listed = |table: &[(A, &[&str])]| {
            sorted(table.iter().flat_map(|(_, fields)| fields.iter()).map(ToString::to_string).collect())
        };
        assert_eq!(listed(READS), sorted([fields_of("Query"), fields_of("Subscription")].concat()));
        assert_eq!(listed(COMMANDS), sorted(fields_of("Mutation")));
        assert!(READS.iter().all(|(action, _)| !action.is_command()));
        assert!(COMMANDS.iter().all(|(action, _)| action.is_command()));
    }
}
