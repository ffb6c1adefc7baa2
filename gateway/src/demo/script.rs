//! How a played matter is written down: who did what, on which day, in the words of the commands.
//!
//! Invariant: a script holds only commands; what follows from them is decided by the rules, as for anybody else.
//! Deliberately absent: shortcuts into the log.

use jiff::civil::{Date, DateTime};
use om_domain::{
    clock::Ground,
    decider::Effective,
    ids::{CommandId, LegalText, MatterId, PaperHash, PermitCode},
    matter::{
        Matter, MatterCommand as C,
        event::{Handed, Notice, Service},
        opinion::Opinion,
        plan::{Mode, RequirementId},
    },
    meeting::MeetingCommand,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use uuid::Uuid;

/// One act of a script.
pub struct Step {
    /// When, in Beijing.
    pub at: DateTime,
    /// By which account of the shipped directory.
    pub by: &'static str,
    /// When it happened, if it is recorded late.
    pub effective: Option<Effective>,
    /// The act.
    pub act: Act,
    /// The papers it names, which are handed in before it.
    pub papers: Vec<String>,
}

/// What is done.
pub enum Act {
    /// A command known beforehand.
    Command(Box<C>),
    /// A command that names an earlier entry, found in the state.
    Found(fn(&Matter) -> Option<C>),
    /// A command on the joint meeting of this name.
    Meeting(&'static str, Box<MeetingCommand>),
    /// The applicant made good what lapsed and is eligible for tolerance again (R10).
    Repair(LegalText),
}

/// A script under construction.
#[derive(Default)]
pub struct Script {
    at: Option<DateTime>,
    by: &'static str,
    late: Option<Effective>,
    notices: u32,
    papers: Vec<String>,
    steps: Vec<Step>,
}

/// Reads a value that stands in this source; a test plays every script, so none is wrong.
pub fn fixed<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Display,
{
    match text.parse() {
        Ok(value) => value,
        Err(error) => unreachable!("a value of the demo script does not parse: {error}"),
    }
}

impl Script {
    /// From now on the acts happen at this time, `2023-06-12 09:00`, by this account.
    pub fn on(&mut self, at: &str, by: &'static str) -> &mut Self {
        self.at = Some(fixed(&at.replace(' ', "T")));
        self.by = by;
        self
    }

    /// The next act is recorded late: it happened on this day.
    pub fn late(&mut self, day: &str) -> &mut Self {
        self.late = Some(Effective::On(fixed(day)));
        self
    }

    /// Adds a command.
    pub fn give(&mut self, command: C) -> &mut Self {
        self.push(Act::Command(Box::new(command)))
    }

    /// Adds a command that is found in the state.
    pub fn find(&mut self, command: fn(&Matter) -> Option<C>) -> &mut Self {
        self.push(Act::Found(command))
    }

    /// Adds a command on the demo's joint meeting.
    pub fn meet(&mut self, command: MeetingCommand) -> &mut Self {
        self.push(Act::Meeting(super::meeting::NAME, Box::new(command)))
    }

    /// The applicant is eligible again.
    pub fn repair(&mut self, reason: &str) -> &mut Self {
        self.push(Act::Repair(fixed(reason)))
    }

    fn push(&mut self, act: Act) -> &mut Self {
        let at = self.at.unwrap_or_default();
        let papers = std::mem::take(&mut self.papers);
        self.steps.push(Step { at, by: self.by, effective: self.late.take(), act, papers });
        self
    }

    /// A paper with this text, handed in before the next act.
    fn paper(&mut self, text: String) -> PaperHash {
        let hex: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        self.papers.push(text);
        fixed(&hex)
    }

    fn handed(&mut self, permit: &str, materials: &[&str]) -> Vec<Handed> {
        let mut handed = |material: &&str| Handed {
            material: fixed(material),
            paper: Some(self.paper(format!("演示材料 (a paper of the demo)\n\n{permit} {material}\n"))),
            file_name: None,
        };
        materials.iter().map(&mut handed).collect()
    }

    /// The steps, in order.
    pub fn steps(self) -> Vec<Step> {
        self.steps
    }

    fn today(&self) -> Date {
        self.late.map_or_else(|| self.at.unwrap_or_default().date(), |late| late.day())
    }

    /// A numbered notice of this kind, served today.
    pub fn notice(&mut self, kind: &str) -> Notice {
        self.notices += 1;
        let day = self.today();
        let number: LegalText = fixed(&format!("{kind}〔{}〕{}号", day.year(), self.notices));
        Notice { number, date: day, service: Service::Electronic, served_on: day, paper: None }
    }

    /// The file is received with these materials.
    pub fn submit(&mut self, permit: &str, materials: &[&str]) -> &mut Self {
        let materials = self.handed(permit, materials);
        self.give(C::SubmitPermit { permit: code(permit), materials })
    }

    /// Materials of a later gate.
    pub fn supply(&mut self, permit: &str, materials: &[&str]) -> &mut Self {
        let materials = self.handed(permit, materials);
        self.give(C::SupplyMaterials { permit: code(permit), materials })
    }

    /// Accepted.
    pub fn accept(&mut self, permit: &str) -> &mut Self {
        let notice = self.notice("受理");
        self.give(C::AcceptPermit { permit: code(permit), notice })
    }

    /// Approved.
    pub fn approve(&mut self, permit: &str) -> &mut Self {
        let notice = self.notice("批复");
        self.give(C::ApprovePermit { permit: code(permit), notice, conditions: None })
    }

    /// Certificate issued.
    pub fn issue(&mut self, permit: &str) -> &mut Self {
        let certificate = self.notice("证书");
        self.give(C::IssueCertificate { permit: code(permit), certificate, valid_until: None })
    }

    /// The clock is stopped for a review by experts until the told day.
    pub fn suspend(&mut self, permit: &str, told_until: &str) -> &mut Self {
        let notice = self.notice("特别程序告知");
        let (permit, told_until) = (code(permit), fixed(told_until));
        self.give(C::SuspendClock { permit, ground: Ground::ExpertReview, told_until, notice, proof: None })
    }

    /// It runs again.
    pub fn resume(&mut self, permit: &str) -> &mut Self {
        self.give(C::ResumeClock { permit: code(permit), ground: Ground::ExpertReview })
    }

    /// A deficiency is tolerated.
    pub fn tolerate(&mut self, permit: &str, requirement: &str, mode: Mode, due: &str) -> &mut Self {
        let commitment =
            self.paper(format!("承诺书：{permit} {requirement}，{due} 前补齐；逾期愿承担后果。"));
        let notice = (mode == Mode::ReceiveOnly).then(|| self.notice("一次性告知"));
        self.give(C::TolerateDeficiency {
            permit: code(permit),
            requirement: fixed(requirement),
            mode,
            commitment,
            supplement_due: fixed(due),
            form: fixed("原件或盖章件 (original or sealed copy)"),
            notice,
        })
    }

    /// The supplement is handed in.
    pub fn supplement(&mut self, permit: &str, requirement: &str) -> &mut Self {
        let requirement: RequirementId = fixed(requirement);
        let paper = Some(self.paper(format!("补交：{permit} {requirement}")));
        self.give(C::ReceiveSupplement { permit: code(permit), requirement, paper })
    }

    /// And verified.
    pub fn verify(&mut self, permit: &str, requirement: &str) -> &mut Self {
        self.give(C::VerifySupplement { permit: code(permit), requirement: fixed(requirement) })
    }

    /// Every cooperating department is asked for its opinion.
    pub fn ask(&mut self, permit: &str, question: &str) -> &mut Self {
        let (permit, question) = (code(permit), fixed(question));
        self.give(C::RequestOpinion { permit, bodies: BTreeSet::new(), question, due: None })
    }

    /// A department agrees.
    pub fn agree(&mut self, permit: &str, body: &str) -> &mut Self {
        self.give(C::GiveOpinion { permit: code(permit), body: fixed(body), opinion: Opinion::Agree })
    }

    /// A department agrees on conditions.
    pub fn agree_if(&mut self, permit: &str, body: &str, conditions: &str) -> &mut Self {
        let opinion = Opinion::AgreeOnConditions { conditions: fixed(conditions) };
        self.give(C::GiveOpinion { permit: code(permit), body: fixed(body), opinion })
    }

    /// Custody is offered.
    pub fn hand_off(&mut self, permit: &str, to: &str, reason: &str) -> &mut Self {
        let (permit, to, reason) = (code(permit), fixed(to), fixed(reason));
        self.give(C::OfferHandoff { permit, to, reason, papers: vec![] })
    }
}

/// The matter that the demo makes of the project with this code.
pub fn matter(project: &str) -> MatterId {
    MatterId::of_command(&fixed("530322"), &command_id(project, 0))
}

/// The id of an act: of a matter by its project's code, or of what else is played.
pub fn command_id(what: &str, index: usize) -> CommandId {
    CommandId(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("demo/{what}/{index}").as_bytes()))
}

/// A permit's code.
pub fn code(permit: &str) -> PermitCode {
    fixed(permit)
}
