//! Plays scripts on a platform whose clock is virtual.
//!
//! Invariants: the clock stands at the act's time; every morning the ticker and the policies have done their work;
//! command ids are derived, so a demo played twice into one directory is played once.
//! Deliberately absent: a way to go back in time.

use super::{Act, Play, script::command_id};
use jiff::{Timestamp, civil::Date};
use om_domain::{
    applicant::{ApplicantCommand, ApplicantDecider},
    calendar::{beijing, instant, start_of_day},
    decider::{Actor, Explained},
    directory::{self, Directory, DirectoryCommand, DirectoryDecider, MAIN},
    ids::{CommandId, CountyId, MatterId, MeetingId, OfficerId},
    matter::{MatterCommand, MatterDecider},
    meeting::{MeetingCommand, MeetingDecider},
    naming::Names,
    project::{ProjectCommand, ProjectDecider},
    template::{self, TemplateCommand, TemplateDecider},
};
use om_infra::{
    clock::VirtualClock,
    executor::{Executor, Fault, Outcome, Request},
    papers::{Media, PaperError},
    platform::Platform,
    recorded::platform_actor,
};
use std::sync::Arc;

/// The demo could not be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The log, or another part of the machine.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// A paper of the script could not be kept.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// The rules refuse an act of the script.
    #[error("the rules refuse an act of the demo, {what} at {at}: {why}")]
    Refused {
        /// The act.
        what: String,
        /// Its time.
        at: Timestamp,
        /// The refusal.
        why: String,
    },
    /// The directory does not know an account of the script.
    #[error("the demo's account {0} is not in the directory: play into a new data directory")]
    Unknown(String),
    /// A shipped file cannot be read.
    #[error("a shipped file cannot be read: {0}")]
    Shipped(String),
    /// An id does not parse.
    #[error(transparent)]
    Id(#[from] om_domain::ids::IdError),
    /// A stream name.
    #[error(transparent)]
    Name(#[from] om_infra::log::StreamNameError),
}

/// Plays scripts.
pub struct Player<'a> {
    platform: &'a Platform,
    clock: Arc<VirtualClock>,
    county: CountyId,
    directory: Arc<Directory>,
    day: Option<Date>,
}

/// A step of one of the plays, in the order of all of them.
struct Turn<'p> {
    play: usize,
    index: usize,
    matter: MatterId,
    at: Timestamp,
    step: &'p super::Step,
}

impl<'a> Player<'a> {
    /// Imports the shipped directory and templates the day before the first act.
    ///
    /// # Errors
    /// See [`PlayError`].
    pub async fn begin(
        platform: &'a Platform,
        clock: Arc<VirtualClock>,
        eve: Timestamp,
    ) -> Result<Self, PlayError> {
        clock.set(eve);
        let definition = directory::parse(directory::SHIPPED).map_err(shipped)?;
        let county = definition.county.clone();
        let stream = Executor::<DirectoryDecider>::stream(&county, MAIN)?;
        let bodies = definition.bodies.keys().cloned().collect();
        let command = DirectoryCommand::ImportDirectory { definition, part: None };
        let request = Request::new(stream, command_id("directory", 0), platform_actor(&county)?, command);
        must("the directory", eve, platform.registers.directory.execute(request).await?)?;
        for (id, text) in template::SHIPPED {
            let definition = template::parse(text, &bodies).map_err(shipped)?;
            let stream = Executor::<TemplateDecider>::stream(&county, id)?;
            let command = TemplateCommand::ImportTemplate { definition };
            let mut request = Request::new(stream, command_id(id, 0), platform_actor(&county)?, command);
            request.reads = platform.registers.for_template(&county).await?;
            must(id, eve, platform.registers.templates.execute(request).await?)?;
        }
        let directory = platform.registers.directory(&county).await?.state;
        Ok(Player { platform, clock, county, directory, day: None })
    }

    /// Plays them together, in the order of time; tells how many acts are done.
    ///
    /// # Errors
    /// See [`PlayError`].
    pub async fn play(
        &mut self,
        plays: &[Play],
        mut on_act: impl FnMut(u64),
    ) -> Result<Vec<MatterId>, PlayError> {
        let matters: Vec<MatterId> = plays.iter().map(|play| self.matter(play)).collect();
        let mut turns: Vec<Turn<'_>> = Vec::new();
        for (play, (script, matter)) in plays.iter().zip(&matters).enumerate() {
            for (index, step) in script.steps.iter().enumerate() {
                turns.push(Turn { play, index, matter: *matter, at: instant(step.at), step });
            }
        }
        turns.sort_by_key(|turn| (turn.at, turn.play, turn.index));
        for (done, turn) in (1..).zip(&turns) {
            self.wake(turn.at).await?;
            self.act(&plays[turn.play], turn).await?;
            on_act(done);
        }
        Ok(matters)
    }

    /// Lets the days up to this moment pass.
    ///
    /// # Errors
    /// See [`PlayError`].
    pub async fn end(&mut self, at: Timestamp) -> Result<(), PlayError> {
        self.wake(at).await
    }

    fn matter(&self, play: &Play) -> MatterId {
        MatterId::of_command(&self.county, &command_id(play.project.code.as_str(), 0))
    }

    /// Lets every morning between the last act and this one come, so that the ticker states what time has made true
    /// on the day it is true.
    async fn wake(&mut self, at: Timestamp) -> Result<(), PlayError> {
        let today = beijing(at);
        let mut day = self.day.unwrap_or(today);
        while day < today {
            day = day.saturating_add(jiff::ToSpan::day(1));
            let morning = start_of_day(day).saturating_add(jiff::SignedDuration::from_mins(2));
            self.clock.set(morning.map_or(at, |morning| morning.min(at)));
            // how many streams were asked is of no interest here
            let _ = self.platform.settle_due().await;
        }
        self.day = Some(today);
        self.clock.set(at);
        Ok(())
    }

    async fn act(&self, play: &Play, turn: &Turn<'_>) -> Result<(), PlayError> {
        let by = self.actor(turn.step.by)?;
        let id = command_id(play.project.code.as_str(), turn.index);
        match &turn.step.act {
            Act::Repair(reason) => {
                let stream = Executor::<ApplicantDecider>::stream(&self.county, &play.project.applicant)?;
                let command = ApplicantCommand::RepairEligibility { reason: reason.clone() };
                let registers = &self.platform.registers;
                let reads = registers.for_applicant(&self.county, &play.project.applicant, &command).await?;
                let request = Request { reads, ..Request::new(stream, id, by, command) };
                must("RepairEligibility", turn.at, registers.applicants.execute(request).await?)
            }
            Act::Meeting(name, command) => self.meeting(turn, (name, id), by, (**command).clone()).await,
            Act::Command(command) => self.command(play, turn, id, by, (**command).clone()).await,
            Act::Found(find) => {
                let stream = Executor::<MatterDecider>::stream(&self.county, turn.matter)?;
                let state = self.platform.matters.state(&stream).await?.state;
                match find(&state) {
                    Some(command) => self.command(play, turn, id, by, command).await,
                    None => Err(PlayError::Refused {
                        what: "a correction".into(),
                        at: turn.at,
                        why: "the entry it names is not there".into(),
                    }),
                }
            }
        }
    }

    async fn meeting(
        &self,
        turn: &Turn<'_>,
        (name, id): (&str, CommandId),
        by: Actor,
        command: MeetingCommand,
    ) -> Result<(), PlayError> {
        let meeting = MeetingId::of_command(&self.county, &command_id(name, 0));
        let stream = Executor::<MeetingDecider>::stream(&self.county, meeting)?;
        let registers = &self.platform.registers;
        let state = registers.meetings.state(&stream).await?.state;
        let what = format!("{command:?}");
        let reads = registers.for_meeting(&self.county, &state, &command).await?;
        let request = Request { reads, ..Request::new(stream, id, by, command) };
        must(&what, turn.at, registers.meetings.execute(request).await?)
    }

    async fn command(
        &self,
        play: &Play,
        turn: &Turn<'_>,
        id: CommandId,
        by: Actor,
        command: MatterCommand,
    ) -> Result<(), PlayError> {
        if matches!(command, MatterCommand::ProposeMatter { .. }) {
            let stream = Executor::<ProjectDecider>::stream(&self.county, &play.project.code)?;
            let reserve = ProjectCommand::ReserveProjectCode { matter: turn.matter };
            let reserved = Request::new(stream, id, by.clone(), reserve);
            must("ReserveProjectCode", turn.at, self.platform.registers.projects.execute(reserved).await?)?;
        }
        let stream = Executor::<MatterDecider>::stream(&self.county, turn.matter)?;
        let state = self.platform.matters.state(&stream).await?.state;
        for text in &turn.step.papers {
            let bytes = futures::stream::iter([Ok::<_, std::io::Error>(text.clone().into())]);
            self.platform.papers.take_in(&self.county, (Some(Media::Text), None), bytes).await?;
        }
        let day = turn.step.effective.map_or_else(|| beijing(turn.at), |effective| effective.day());
        let registers = &self.platform.registers;
        let what = format!("{command:?}");
        let reads = registers.for_matter(&self.county, turn.matter, &state, &command, day).await?;
        let mut request = Request::new(stream, id, by, command);
        request.effective = turn.step.effective;
        request.reads = reads;
        must(&what, turn.at, self.platform.matters.execute(request).await?)
    }

    fn actor(&self, name: &str) -> Result<Actor, PlayError> {
        let officer: OfficerId = name.parse()?;
        self.directory.actor(&officer).ok_or_else(|| PlayError::Unknown(name.into()))
    }
}

fn shipped(faults: Vec<om_domain::LineError>) -> PlayError {
    PlayError::Shipped(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

fn must<R: Explained>(what: &str, at: Timestamp, outcome: Outcome<R>) -> Result<(), PlayError> {
    let refused = |why: String| PlayError::Refused { what: what.chars().take(160).collect(), at, why };
    match outcome {
        Outcome::Done(_) | Outcome::NoChange(_) => Ok(()),
        Outcome::Refused { refusal, .. } => Err(refused(refusal.message_en(&Names::default()))),
        other => Err(refused(other.name().into())),
    }
}
