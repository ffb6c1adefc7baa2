//! What a decision needs from other streams, read and with the revision it was read at.
//!
//! Invariant: each answer names its stream and revision, so that the event can say what it relied on.
//! Deliberately absent: deciding; a stream that does not exist is an answer too, and the rules say what it means.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use om_domain::applicant::{
    Applicant, ApplicantCommand, ApplicantDecider, ApplicantReads, Cited, Ineligible, Lapse,
};
use om_domain::calendar_book::CalendarBookDecider;
use om_domain::decider::{Actor, Decider, EventRecord, Explained, Role, Seen, SeenAt};
use om_domain::directory::{Directory, DirectoryDecider, MAIN};
use om_domain::ids::{
    ApplicantId, CountyId, EventId, MatterId, OfficerId, PaperHash, PermitCode, ProjectCode, TemplateId,
};
use om_domain::matter::plan::{Plan, Settings};
use om_domain::matter::{Matter, MatterCommand, MatterDecider, MatterReads, StandingBar};
use om_domain::meeting::{Act, Meeting, MeetingCommand, MeetingDecider, MeetingReads};
use om_domain::naming::Names;
use om_domain::project::ProjectDecider;
use om_domain::settings::{self, SettingsDecider};
use om_domain::template::{TemplateDecider, TemplateReads};

use crate::applicant_matters::ApplicantMatters;
use crate::bar_papers::BarPapers;
use crate::executor::{Executor, Fault, Host, Snapshot};
use crate::log::StreamName;
use crate::notice_index::NoticeIndex;
use crate::papers::Papers;
use crate::template_index::TemplateIndex;

/// Entries of a history read at a time.
const ENTRIES_AT_A_TIME: usize = 500;

/// The streams that matters refer to.
#[derive(Clone)]
pub struct Registers {
    /// Bodies and officers.
    pub directory: Arc<Executor<DirectoryDecider>>,
    /// Templates.
    pub templates: Arc<Executor<TemplateDecider>>,
    /// Applicants' records.
    pub applicants: Arc<Executor<ApplicantDecider>>,
    /// The matters, for what an applicant's record cites.
    pub matters: Arc<Executor<MatterDecider>>,
    /// Project codes.
    pub projects: Arc<Executor<ProjectDecider>>,
    /// Joint meetings.
    pub meetings: Arc<Executor<MeetingDecider>>,
    /// Calendar books; not read for a matter's decision, which gets the calendar itself.
    pub calendar_books: Arc<Executor<CalendarBookDecider>>,
    /// Settings, for changing them; decisions get them as they get the calendar.
    pub settings: Arc<Executor<SettingsDecider>>,
    /// Which templates there are.
    pub template_index: Arc<TemplateIndex>,
    /// Which numbers notices have.
    pub notices: Arc<NoticeIndex>,
    /// Which matters an applicant has.
    pub applicant_matters: Arc<ApplicantMatters>,
    /// Which papers barred an applicant.
    pub bar_papers: Arc<BarPapers>,
    /// The papers that commands name; none where nothing is commanded: no paper is known there.
    pub papers: Option<Arc<Papers>>,
}

impl Registers {
    /// The registers of a log, each with at most so many streams in memory.
    pub fn new(
        host: &Host,
        cached: usize,
        matters: Arc<Executor<MatterDecider>>,
        papers: Option<Arc<Papers>>,
    ) -> Self {
        Self {
            matters,
            directory: Arc::new(Executor::new(host.clone(), cached)),
            templates: Arc::new(Executor::new(host.clone(), cached)),
            applicants: Arc::new(Executor::new(host.clone(), cached)),
            projects: Arc::new(Executor::new(host.clone(), cached)),
            meetings: Arc::new(Executor::new(host.clone(), cached)),
            calendar_books: Arc::new(Executor::new(host.clone(), cached)),
            settings: Arc::new(Executor::new(host.clone(), cached)),
            template_index: Arc::new(TemplateIndex::new(Arc::clone(&host.log))),
            applicant_matters: Arc::new(ApplicantMatters::new(Arc::clone(&host.log))),
            bar_papers: Arc::new(BarPapers::new(Arc::clone(&host.log))),
            notices: Arc::new(NoticeIndex::new(Arc::clone(&host.log))),
            papers,
        }
    }

    /// Reads on in all that is gathered off the log, in the order in which it is likely to be asked for.
    ///
    /// # Errors
    /// When the log or an event cannot be read.
    pub(crate) async fn read_on(&self) -> Result<(), Fault> {
        self.notices.read_on().await?;
        self.template_index.read_on().await?;
        self.bar_papers.read_on().await?;
        self.applicant_matters.read_on().await
    }

    /// The county's directory, read to its head.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn directory(&self, county: &CountyId) -> Result<Snapshot<Directory>, Fault> {
        self.directory.state(&name::<DirectoryDecider>(county, MAIN)?).await
    }

    /// The directory by what had been recorded by an instant.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn directory_known_by(
        &self,
        county: &CountyId,
        instant: Timestamp,
    ) -> Result<Directory, Fault> {
        Ok(self.directory.known_by(&name::<DirectoryDecider>(county, MAIN)?, instant).await?.state)
    }

    /// What a tolerance was judged by on a day, from what had been recorded by an instant.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn eligibility_known_by(
        &self,
        (county, matter, applicant): (&CountyId, MatterId, &ApplicantId),
        day: jiff::civil::Date,
        instant: Timestamp,
    ) -> Result<MatterReads, Fault> {
        let stream = name::<ApplicantDecider>(county, applicant)?;
        let seen = self.applicants.known_by(&stream, instant).await?;
        let at = SeenAt { stream: stream.to_string(), revision: seen.known_revision };
        let value = seen.state.eligible(day).err().map(|why| why.to_string());
        Ok(MatterReads {
            matter: Some(matter),
            ineligible: Some(Seen { at, value }),
            noted_lapses: seen.state.noted_lapses(matter),
            ..MatterReads::default()
        })
    }

    /// The directory in memory, asking the log nothing: for knowing who asks while the log cannot be reached.
    pub async fn remembered(&self, county: &CountyId) -> Option<Snapshot<Directory>> {
        let stream = name::<DirectoryDecider>(county, MAIN).ok()?;
        Some(self.directory.remembered(&stream).await?.0)
    }

    /// What a command on a matter needs, as of now.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn for_matter(
        &self,
        county: &CountyId,
        matter: MatterId,
        state: &Matter,
        command: &MatterCommand,
        day: jiff::civil::Date,
    ) -> Result<MatterReads, Fault> {
        let mut reads = MatterReads { matter: Some(matter), ..MatterReads::default() };
        match command {
            MatterCommand::ProposeMatter { project } => {
                reads.reserved = Some(self.reserved(county, &project.code).await?);
            }
            MatterCommand::PlanMatter { template, leave_out } => {
                reads.plan = Some(self.plan(county, template, leave_out, day).await?);
            }
            MatterCommand::SubmitPermit { .. } | MatterCommand::SubmitPackage { .. } => {
                if let Some(project) = &state.project {
                    reads.bars = Some(self.bars(county, &project.applicant, day).await?);
                }
            }
            MatterCommand::TolerateDeficiency { .. } => {
                if let Some(project) = &state.project {
                    let of = (county, matter, &project.applicant);
                    self.eligibility(&mut reads, of, day).await?;
                    self.lapses_elsewhere(&mut reads, of).await?;
                }
            }
            _ => {}
        }
        if names_bodies(command) {
            let directory = self.directory(county).await?;
            reads.bodies = directory.revision.is_some().then(|| directory.state.body_ids());
        }
        reads.missing_papers = self.missing_papers(county, command.papers()).await?;
        let named = named(command);
        if !named.is_empty() {
            reads.officers = known(&self.directory(county).await?.state, named);
        }
        Ok(reads)
    }

    /// What a command on an applicant's record needs.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn for_applicant(
        &self,
        county: &CountyId,
        applicant: &ApplicantId,
        command: &ApplicantCommand,
    ) -> Result<ApplicantReads, Fault> {
        let missing_papers = self.missing_papers(county, command.papers()).await?;
        let matters: BTreeSet<MatterId> = match command {
            ApplicantCommand::ImposeBar { matter, .. } => [*matter].into(),
            ApplicantCommand::RepairEligibility { .. } => {
                let record = self.applicants.state(&name::<ApplicantDecider>(county, applicant)?).await?;
                record.state.open_lapses().iter().map(|lapse| lapse.matter).collect()
            }
            _ => return Ok(ApplicantReads { missing_papers, ..ApplicantReads::default() }),
        };
        let mut reads = ApplicantReads {
            applicant: Some(applicant.clone()),
            missing_papers,
            ..ApplicantReads::default()
        };
        for matter in matters {
            let stream = name::<MatterDecider>(county, matter)?;
            let seen = self.matters.state(&stream).await?;
            let Some(project) = &seen.state.project else { continue };
            let permits = seen.state.plan.iter().flat_map(|plan| &plan.permits);
            let value = Cited {
                applicant: project.applicant.clone(),
                applicant_body: project.applicant_body.clone(),
                leads: permits.map(|p| (p.code.clone(), p.lead.clone())).collect(),
            };
            reads.cited.insert(matter, Seen { at: at(&stream, &seen), value });
        }
        Ok(reads)
    }

    /// What a command on a meeting needs.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn for_meeting(
        &self,
        county: &CountyId,
        state: &Meeting,
        command: &MeetingCommand,
    ) -> Result<MeetingReads, Fault> {
        use MeetingCommand as C;
        let mut reads = MeetingReads::default();
        let mut matters = BTreeSet::new();
        match command {
            C::ConveneMeeting { matters: treated, chair, .. } => {
                matters.extend(treated.iter().copied());
                reads.officers = known(&self.directory(county).await?.state, vec![chair]);
            }
            C::LinkResolution { number, event } => {
                if let Some(resolution) = state.resolutions.get(number) {
                    matters.insert(resolution.matter);
                    reads.act = Some(self.act(county, resolution.matter, *event).await?);
                }
            }
            C::ReturnTask { number, .. } | C::ConfirmTask { number } => {
                matters.extend(state.tasks.get(number).and_then(|task| task.matter));
            }
            _ => {}
        }
        if matches!(command, C::ConveneMeeting { .. } | C::AssignTask { .. }) {
            let directory = self.directory(county).await?;
            reads.bodies = directory.revision.is_some().then(|| directory.state.body_ids());
        }
        reads.matters = self.leads(county, matters).await?;
        Ok(reads)
    }

    /// Everything the rules may ask about a meeting, so that `can` answers as a command would be.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn for_asking_of_meeting(
        &self,
        county: &CountyId,
        state: &Meeting,
    ) -> Result<MeetingReads, Fault> {
        let directory = self.directory(county).await?;
        let bodies = directory.revision.is_some().then(|| directory.state.body_ids());
        let treated = state.convened.iter().flat_map(|convened| &convened.matters).copied();
        let matters = self.leads(county, treated.collect()).await?;
        Ok(MeetingReads { matters, bodies, ..MeetingReads::default() })
    }

    /// Of the matters that there are: the lead and the deputy of the task force.
    async fn leads(
        &self,
        county: &CountyId,
        matters: BTreeSet<MatterId>,
    ) -> Result<BTreeMap<MatterId, Seen<BTreeSet<OfficerId>>>, Fault> {
        let mut found = BTreeMap::new();
        for matter in matters {
            let stream = name::<MatterDecider>(county, matter)?;
            let seen = self.matters.state(&stream).await?;
            if seen.state.project.is_none() {
                continue;
            }
            let force = seen.state.task_force.iter();
            let value = force.flat_map(|t| [Some(&t.lead), t.deputy.as_ref()]).flatten().cloned().collect();
            found.insert(matter, Seen { at: at(&stream, &seen), value });
        }
        Ok(found)
    }

    /// An entry of a matter's history, if it is there.
    async fn act(
        &self,
        county: &CountyId,
        matter: MatterId,
        event: EventId,
    ) -> Result<Seen<Option<Act>>, Fault> {
        let stream = name::<MatterDecider>(county, matter)?;
        let seen = self.matters.state(&stream).await?;
        let (mut from, mut value) = (0, None);
        loop {
            let entries = self.matters.history(&stream, from, ENTRIES_AT_A_TIME).await?;
            if let Some(found) = entries.iter().find(|entry| entry.fact.id == event) {
                let fact = &found.fact;
                let name = fact.event.name().parse();
                value = name.ok().map(|name| Act {
                    name,
                    body: fact.by.body.clone(),
                    on: fact.effective.day(),
                    of_time: fact.by.is(Role::System),
                });
                break;
            }
            match entries.last() {
                Some(last) if entries.len() == ENTRIES_AT_A_TIME => from = last.fact.revision + 1,
                _ => break,
            }
        }
        Ok(Seen { at: at(&stream, &seen), value })
    }

    /// What the import of a template needs: the bodies of the directory.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn for_template(&self, county: &CountyId) -> Result<TemplateReads, Fault> {
        let stream = name::<DirectoryDecider>(county, MAIN)?;
        let seen = self.directory.state(&stream).await?;
        let bodies =
            seen.revision.is_some().then(|| Seen { at: at(&stream, &seen), value: seen.state.body_ids() });
        Ok(TemplateReads { bodies })
    }

    /// Everything the rules may ask about a matter, so that `can` answers as a command would be.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn for_asking(
        &self,
        county: &CountyId,
        matter: MatterId,
        state: &Matter,
        day: jiff::civil::Date,
    ) -> Result<MatterReads, Fault> {
        let mut reads = MatterReads { matter: Some(matter), ..MatterReads::default() };
        if let Some(project) = &state.project {
            self.eligibility(&mut reads, (county, matter, &project.applicant), day).await?;
            reads.bars = Some(self.bars(county, &project.applicant, day).await?);
        }
        let directory = self.directory(county).await?;
        reads.bodies = directory.revision.is_some().then(|| directory.state.body_ids());
        let all: Vec<OfficerId> = directory.state.officers().map(|(id, _)| id.clone()).collect();
        reads.officers = known(&directory.state, all.iter().collect());
        Ok(reads)
    }

    /// Those of the papers a command names that the county does not have.
    async fn missing_papers(
        &self,
        county: &CountyId,
        named: Vec<&PaperHash>,
    ) -> Result<BTreeSet<PaperHash>, Fault> {
        match &self.papers {
            _ if named.is_empty() => Ok(BTreeSet::new()),
            Some(papers) => Ok(papers.missing(county, named).await?),
            None => Ok(named.into_iter().cloned().collect()),
        }
    }

    async fn reserved(&self, county: &CountyId, code: &ProjectCode) -> Result<Seen<Option<MatterId>>, Fault> {
        let stream = name::<ProjectDecider>(county, code)?;
        let seen = self.projects.state(&stream).await?;
        Ok(Seen { at: at(&stream, &seen), value: seen.state.holder() })
    }

    async fn plan(
        &self,
        county: &CountyId,
        template: &TemplateId,
        leave_out: &BTreeSet<PermitCode>,
        day: jiff::civil::Date,
    ) -> Result<Seen<Result<Plan, String>>, Fault> {
        let stream = name::<TemplateDecider>(county, template)?;
        let seen = self.templates.state(&stream).await?;
        let own = self.settings.state(&name::<SettingsDecider>(county, settings::MAIN)?).await?;
        let backfill_grace_days = own.state.on(day).values.backfill_grace_days;
        let settings = Settings { backfill_grace_days, ..Settings::default() };
        let plan = seen.state.plan(None, leave_out, settings);
        let value = plan.map_err(|e| {
            // no plan yet to name permits by
            let names = Names::default();
            format!("{} {}", e.message_zh(&names), e.message_en(&names))
        });
        Ok(Seen { at: at(&stream, &seen), value })
    }

    async fn eligibility(
        &self,
        reads: &mut MatterReads,
        (county, matter, applicant): (&CountyId, MatterId, &ApplicantId),
        day: jiff::civil::Date,
    ) -> Result<(), Fault> {
        let stream = name::<ApplicantDecider>(county, applicant)?;
        let seen: Snapshot<Applicant> = self.applicants.state(&stream).await?;
        let value = seen.state.eligible(day).err().map(|why| why.to_string());
        reads.ineligible = Some(Seen { at: at(&stream, &seen), value });
        reads.noted_lapses = seen.state.noted_lapses(matter);
        Ok(())
    }

    /// A lapse in another matter counts from the moment its last day is over, before the applicant's record has it (R10): time's
    /// facts of those matters are stated first (R22).
    async fn lapses_elsewhere(
        &self,
        reads: &mut MatterReads,
        (county, matter, applicant): (&CountyId, MatterId, &ApplicantId),
    ) -> Result<(), Fault> {
        let Some(eligible) = reads.ineligible.as_mut().filter(|seen| seen.value.is_none()) else {
            return Ok(());
        };
        let record = self.applicants.state(&name::<ApplicantDecider>(county, applicant)?).await?.state;
        for other in self.applicant_matters.of(county, applicant).await? {
            if other == matter {
                continue;
            }
            let stream = name::<MatterDecider>(county, other)?;
            self.matters.settle(&stream).await?;
            let state = self.matters.state(&stream).await?.state;
            let noted = record.noted_lapses(other);
            let unnoted: Vec<_> = state.lapses().filter(|(.., entry)| !noted.contains(entry)).collect();
            if let Some((permit, requirement, event)) = unnoted.first() {
                let (permit, requirement) = ((*permit).clone(), (*requirement).clone());
                let because = Lapse { matter: other, permit, requirement, event: *event };
                let why = Ineligible::Unrepaired { because, lapses: unnoted.len() };
                eligible.value = Some(why.to_string());
                return Ok(());
            }
        }
        Ok(())
    }

    /// The applicant's bars that run on the day, each with the name its permit has in the matter it came up in.
    async fn bars(
        &self,
        county: &CountyId,
        applicant: &ApplicantId,
        day: jiff::civil::Date,
    ) -> Result<Seen<Vec<StandingBar>>, Fault> {
        let stream = name::<ApplicantDecider>(county, applicant)?;
        let seen: Snapshot<Applicant> = self.applicants.state(&stream).await?;
        let mut value = Vec::new();
        for bar in seen.state.bars_on(day) {
            let cited = self.matters.state(&name::<MatterDecider>(county, bar.matter)?).await?.state;
            let planned = cited.plan.as_ref().and_then(|plan| plan.permit(&bar.permit));
            value.push(StandingBar {
                kind: bar.kind,
                decision: bar.decision.number.clone(),
                until: bar.until,
                matter: bar.matter,
                permit: bar.permit.clone(),
                name: planned.map(|planned| planned.name.clone()),
            });
        }
        Ok(Seen { at: at(&stream, &seen), value })
    }
}

fn name<D: Decider>(county: &CountyId, id: impl std::fmt::Display) -> Result<StreamName, Fault> {
    Ok(Executor::<D>::stream(county, id)?)
}

fn at<S>(stream: &StreamName, seen: &Snapshot<S>) -> SeenAt {
    SeenAt { stream: stream.to_string(), revision: seen.revision }
}

fn known(directory: &Directory, named: Vec<&OfficerId>) -> BTreeMap<OfficerId, Actor> {
    named.into_iter().filter_map(|id| Some((id.clone(), directory.actor(id)?))).collect()
}

/// Whether a command names bodies that must stand in the directory.
fn names_bodies(command: &MatterCommand) -> bool {
    use MatterCommand as C;
    matches!(
        command,
        C::ProposeMatter { .. }
            | C::CorrectProject { .. }
            | C::DesignateMatter { .. }
            | C::ChangeTaskForce { .. }
            | C::AmendPlan { .. }
            | C::OfferHandoff { .. }
            | C::RequestOpinion { .. }
            | C::IssueCard { .. }
    )
}

/// The officers a command names.
fn named(command: &MatterCommand) -> Vec<&OfficerId> {
    match command {
        MatterCommand::DesignateMatter { task_force, .. }
        | MatterCommand::ChangeTaskForce { task_force, .. } => {
            let lead = [Some(&task_force.lead), task_force.deputy.as_ref()].into_iter().flatten();
            lead.chain(task_force.members.values()).collect()
        }
        MatterCommand::RecordCheck { officers, .. } => officers.iter().collect(),
        MatterCommand::CorrectEntry { second_person, .. }
        | MatterCommand::CorrectProject { second_person, .. } => vec![second_person],
        _ => vec![],
    }
}
