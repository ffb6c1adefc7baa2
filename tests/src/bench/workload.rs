//! The permit workload in the product's commands: matters of 100, the same from the same seed.
//!
//! A matter has 4 commands of its own (proposed, designated, planned, started) and 8 for each of its 12 permits:
//! submitted, a deficiency tolerated against a commitment, accepted, the supplement received and verified, handed off,
//! handed back, approved. Each brings about one event. The permits of a matter move side by side.
//!
//! Matters are spread over the counties one after another, each with people of its own.
//!
//! Invariants: every command is accepted by the rules; its id, and so every id, follows from seed, matter and place.
//! Deliberately absent: sizes made to order; a payload is as long as its event. Where an event has a text, the text
//! has a length by chance.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use jiff::civil::Date;
use om_domain::decider::{Actor, Role, Seen, SeenAt};
use om_domain::ids::{CommandId, CountyId, LegalText, MatterId, PaperHash, PermitCode};
use om_domain::matter::event::{Handed, Notice, ProjectFacts, Service, TaskForce};
use om_domain::matter::plan::{Mode, Plan, RequirementId};
use om_domain::matter::{MatterCommand as C, MatterDecider, MatterReads};
use om_infra::executor::{Executor, Request};
use om_infra::log::StreamName;
use uuid::Uuid;

use super::Outcome;
use super::plan::{self, AT_ONCE, LATER, PERMITS};

/// The matter's own commands.
const OWN: usize = 4;
/// The commands of a permit.
const STEPS: usize = 8;
/// The commands of a matter, and its events.
pub(super) const EVENTS: usize = PERMITS.len() * STEPS + OWN;

/// When everything happens: a Monday on which terms end within the calendar.
pub(super) const NOW: &str = "2026-11-02T01:00:00Z";
pub(super) const TODAY: Date = Date::constant(2026, 11, 2);
const SUPPLEMENT_DUE: Date = Date::constant(2026, 11, 9);

const REMARK: &str = "经审查申报材料基本齐全，所缺用地权属证明由申请人书面承诺于规定期限内补正，逾期未补视为撤回；\
    请牵头部门会同乡镇核对现场，并将复核意见抄送专班。";

/// Makes the commands.
pub(super) struct Workload {
    seed: u64,
    counties: Vec<County>,
    plan: Plan,
    codes: Vec<PermitCode>,
    owed: RequirementId,
}

/// A county and its people.
struct County {
    id: CountyId,
    clerk: Actor,
    lead: Actor,
    /// The officer of each permit's department.
    officers: Vec<Actor>,
}

/// The division code of a county among so many.
pub(super) fn code(nth: usize, of: usize) -> String {
    if of > 1 { format!("530{:03}", 301 + nth) } else { "530322".to_owned() }
}

impl County {
    fn new(code: &str) -> Outcome<Self> {
        let id: CountyId = text(code)?;
        let actor = |officer: &str, body: &str, role| -> Outcome<Actor> {
            let (officer, body) = (text(officer)?, text(body)?);
            Ok(Actor::new(officer, id.clone(), body, [role].into()))
        };
        let officer = |(_, body): &(&str, &str)| actor(&format!("{body}-officer-1"), body, Role::Officer);
        Ok(Self {
            clerk: actor("clerk-1", "window", Role::Clerk)?,
            lead: actor("lead-1", "government", Role::Lead)?,
            officers: PERMITS.iter().map(officer).collect::<Outcome<_>>()?,
            id,
        })
    }
}

impl Workload {
    pub(super) fn new(seed: u64, counties: usize) -> Outcome<Self> {
        Self::with_permits(seed, counties, PERMITS.len())
    }

    /// With more permits in each plan than anything happens to.
    pub(super) fn with_permits(seed: u64, counties: usize, permits: usize) -> Outcome<Self> {
        let counties = (0..counties.max(1)).map(|nth| County::new(&code(nth, counties)));
        Ok(Self {
            seed,
            counties: counties.collect::<Outcome<_>>()?,
            plan: plan::plan(permits)?,
            codes: (0..PERMITS.len()).map(|nth| text(&plan::code(nth))).collect::<Outcome<_>>()?,
            owed: text(&format!("material:{LATER}"))?,
        })
    }

    fn county(&self, matter: usize) -> &County {
        &self.counties[matter % self.counties.len()]
    }

    /// The stream of a matter.
    pub(super) fn stream(&self, matter: usize) -> Outcome<StreamName> {
        Ok(Executor::<MatterDecider>::stream(&self.county(matter).id, self.matter(matter))?)
    }

    fn matter(&self, matter: usize) -> MatterId {
        MatterId::of_command(&self.county(matter).id, &self.command_id(matter, 0))
    }

    fn command_id(&self, matter: usize, place: usize) -> CommandId {
        let name = format!("{}/{matter}/{place}", self.seed);
        CommandId(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()))
    }

    /// The command of a matter at this place, from 0.
    pub(super) fn request(&self, matter: usize, place: usize) -> Outcome<Request<MatterDecider>> {
        let mut chance = Chance::new(self.seed, matter, place);
        let (by, command, reads) = match place.checked_sub(OWN) {
            None => self.own(matter, place, &mut chance)?,
            Some(after) => {
                let (step, turn) = (after / PERMITS.len(), after % PERMITS.len());
                let nth = (turn * 5 + step * 7 + matter) % PERMITS.len();
                self.step(self.county(matter), nth, step, &mut chance)?
            }
        };
        let id = self.command_id(matter, place);
        Ok(Request { reads, ..Request::new(self.stream(matter)?, id, by.clone(), command) })
    }

    /// The same of a matter without end: once its permits are accepted and supplemented they are offered and handed back for
    /// ever.
    pub(super) fn long(&self, matter: usize, place: usize) -> Outcome<Request<MatterDecider>> {
        let lasts = OWN + 5 * PERMITS.len();
        let Some(beyond) = place.checked_sub(lasts) else { return self.request(matter, place) };
        let (turn, step) = (beyond % PERMITS.len(), beyond / PERMITS.len());
        let mut chance = Chance::new(self.seed, matter, place);
        let nth = (turn * 5 + matter) % PERMITS.len();
        let (by, command, reads) = self.step(self.county(matter), nth, 5 + step % 2, &mut chance)?;
        let id = self.command_id(matter, place);
        Ok(Request { reads, ..Request::new(self.stream(matter)?, id, by.clone(), command) })
    }

    fn own(&self, matter: usize, place: usize, chance: &mut Chance) -> Outcome<(&Actor, C, MatterReads)> {
        let County { id, lead, .. } = self.county(matter);
        let mut reads = MatterReads { matter: Some(self.matter(matter)), ..MatterReads::default() };
        let command = match place {
            0 => {
                let code = format!("2611-{id}-04-01-{matter:06}");
                reads.reserved = Some(seen(&format!("{id}.project-{code}"), reads.matter));
                C::ProposeMatter { project: project(matter, &code)? }
            }
            1 => {
                reads.officers = BTreeMap::from([(lead.officer.clone(), lead.clone())]);
                let lead = lead.officer.clone();
                let task_force = TaskForce { lead, deputy: None, members: BTreeMap::new() };
                C::DesignateMatter { task_force, basis: chance.remark(10, 30)? }
            }
            2 => {
                reads.plan = Some(seen(&format!("{id}.template-road"), Ok(self.plan.clone())));
                C::PlanMatter { template: self.plan.template.clone(), leave_out: [].into() }
            }
            _ => C::StartMatter,
        };
        Ok((lead, command, reads))
    }

    fn step<'a>(
        &self,
        county: &'a County,
        nth: usize,
        step: usize,
        chance: &mut Chance,
    ) -> Outcome<(&'a Actor, C, MatterReads)> {
        let (permit, requirement) = (self.codes[nth].clone(), self.owed.clone());
        let (officer, other) = (&county.officers[nth], &county.officers[(nth + 5) % PERMITS.len()]);
        let mut reads = MatterReads::default();
        let (by, command) = match step {
            0 => {
                let handed =
                    Handed { material: text(AT_ONCE)?, paper: Some(chance.paper()?), file_name: None };
                (&county.clerk, C::SubmitPermit { permit, materials: vec![handed] })
            }
            1 => {
                reads.ineligible = Some(seen(&format!("{}.applicant-city-investment", county.id), None));
                let tolerate = C::TolerateDeficiency {
                    permit,
                    requirement,
                    mode: Mode::Accept,
                    commitment: chance.paper()?,
                    supplement_due: SUPPLEMENT_DUE,
                    form: chance.remark(4, 16)?,
                    notice: None,
                };
                (officer, tolerate)
            }
            2 => (officer, C::AcceptPermit { permit, notice: chance.notice("受理")? }),
            3 => (&county.clerk, C::ReceiveSupplement { permit, requirement, paper: Some(chance.paper()?) }),
            4 => (officer, C::VerifySupplement { permit, requirement }),
            5 => {
                let (to, reason) = (other.body.clone(), chance.remark(10, 70)?);
                (officer, C::OfferHandoff { permit, to, reason, papers: vec![chance.paper()?] })
            }
            6 => (other, C::ReturnHandoff { permit, reason: chance.remark(10, 70)? }),
            _ => {
                let (notice, conditions) = (chance.notice("批复")?, Some(chance.remark(10, 70)?));
                (officer, C::ApprovePermit { permit, notice, conditions })
            }
        };
        Ok((by, command, reads))
    }
}

fn text<T: FromStr>(text: &str) -> Outcome<T>
where
    T::Err: Display,
{
    text.parse().map_err(|e: T::Err| e.to_string().into())
}

fn seen<T>(stream: &str, value: T) -> Seen<T> {
    Seen { at: SeenAt { stream: stream.into(), revision: Some(3) }, value }
}

fn project(matter: usize, code: &str) -> Outcome<ProjectFacts> {
    Ok(ProjectFacts {
        name: text(&format!("城南路桥及管网改造工程{matter}期"))?,
        kind: text("市政道路")?,
        code: text(code)?,
        implementing_body: text("zhongshu")?,
        applicant: text("city-investment")?,
        applicant_body: None,
        place: text("中枢街道")?,
        area_m2: Some(48_000),
        investment_yuan: Some(120_000_000),
        target: None,
    })
}

/// A splitmix64 sequence: the same on every machine.
struct Chance(u64);

impl Chance {
    fn new(seed: u64, matter: usize, place: usize) -> Self {
        let (matter, place) = (u64::try_from(matter).unwrap_or(0), u64::try_from(place).unwrap_or(0));
        Self(seed ^ (matter << 20) ^ place)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A text of so many characters; short ones are likelier.
    fn remark(&mut self, least: usize, most: usize) -> Outcome<LegalText> {
        let spread = u64::try_from(most - least)?;
        let more = (self.next() % spread).min(self.next() % spread);
        let remark: String = REMARK.chars().cycle().take(least + usize::try_from(more)?).collect();
        text(&remark)
    }

    fn paper(&mut self) -> Outcome<PaperHash> {
        let parts = [self.next(), self.next(), self.next(), self.next()];
        text(&parts.map(|part| format!("{part:016x}")).concat())
    }

    fn notice(&mut self, kind: &str) -> Outcome<Notice> {
        let number = text(&format!("陆{kind}〔2026〕{}号", self.next() % 9_000 + 1_000))?;
        let paper = Some(self.paper()?);
        Ok(Notice { number, date: TODAY, service: Service::Electronic, served_on: TODAY, paper })
    }
}
