//! The sections of a briefing, a row each, in both languages.
//!
//! Invariant: every row names its matter, what it is about and whose move it is, so that it can be read alone.
//! Deliberately absent: layout.

use jiff::civil::Date;
use om_domain::{
    briefing::{Briefing, CardLine, Coordination, DebtLine, Due, DueLine, Line},
    calendar::Calendar,
    directory::Directory,
    ids::{BodyId, MatterId},
    matter::{Matter, blocks::Mover, plan::Node, state::Debt},
    naming::Names,
};
use std::collections::BTreeMap;

/// A matter's line, with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct MatterRow {
    /// Its name.
    pub name: String,
    /// The line.
    pub line: Line,
}

/// A row of a section.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The matter.
    pub matter: MatterId,
    /// Its name.
    pub matter_name: String,
    /// The permit or milestone.
    pub node: Node,
    /// Its code and name.
    pub about: String,
    /// The body whose move it is, or against which a card stands; none where it is the applicant's.
    pub body: Option<BodyId>,
    /// The day it is about: since when, issued on, due on.
    pub on: Option<Date>,
    /// What it says.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// All sections.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// The matters.
    pub matters: Vec<MatterRow>,
    /// What needs coordination.
    pub coordination: Vec<Row>,
    /// Cards.
    pub cards: Vec<Row>,
    /// Debts.
    pub debts: Vec<Row>,
    /// What is due in the week after.
    pub due: Vec<Row>,
}

/// How rows are named.
struct Naming<'a> {
    states: &'a BTreeMap<MatterId, &'a Matter>,
    directory: &'a Directory,
}

impl Rows {
    /// The rows of a briefing.
    pub(super) fn of(
        briefing: &Briefing,
        states: &BTreeMap<MatterId, &Matter>,
        directory: &Directory,
        calendar: &Calendar,
    ) -> Self {
        let naming = Naming { states, directory };
        let day = briefing.day;
        Rows {
            matters: briefing
                .lines
                .iter()
                .map(|line| MatterRow { name: naming.matter(line.matter), line: line.clone() })
                .collect(),
            coordination: briefing
                .coordination
                .iter()
                .map(|c| naming.coordination(c, calendar, day))
                .collect(),
            cards: briefing.cards.iter().map(|card| naming.card(card)).collect(),
            debts: briefing.debts.iter().map(|debt| naming.debt(debt, day)).collect(),
            due: briefing.due.iter().map(|due| naming.due(due)).collect(),
        }
    }
}

impl Naming<'_> {
    fn matter(&self, id: MatterId) -> String {
        let project = self.states.get(&id).and_then(|state| state.project.as_ref());
        project.map_or_else(|| id.to_string(), |project| project.name.to_string())
    }

    fn names(&self, matter: MatterId) -> Names<'_> {
        let plan = self.states.get(&matter).and_then(|state| state.plan.as_deref());
        Names { directory: Some(self.directory), plan, ..Names::default() }
    }

    fn row(
        &self,
        matter: MatterId,
        node: Node,
        body: Option<BodyId>,
        on: Option<Date>,
        zh: String,
        en: String,
    ) -> Row {
        let about = named(&self.names(matter), &node);
        Row { matter, matter_name: self.matter(matter), about, node, body, on, zh, en }
    }

    fn coordination(&self, of: &Coordination, calendar: &Calendar, day: Date) -> Row {
        let names = self.names(of.matter);
        let blocking = &of.blocking;
        let body = blocking.next.as_ref().and_then(|next| match &next.mover {
            Mover::Department(body) | Mover::ImplementingBody(body) => Some(body.clone()),
            Mover::Applicant => None,
        });
        let about = named(&names, &blocking.node);
        // the row names what it is about
        let bare = |said: String| {
            let rest =
                said.strip_prefix(&about).map(|rest| rest.trim_start_matches(['：', ':', ' ']).to_owned());
            rest.unwrap_or(said)
        };
        let (mut zh, mut en) = (bare(blocking.zh(&names)), bare(blocking.en(&names)));
        if let Some(since) = blocking.since {
            let waited = calendar.working_days_between(since, day);
            if waited > 0 {
                zh = format!("{zh}，已 {waited} 个工作日");
                en = format!("{en}, {waited} working days");
            }
        }
        (zh, en) = (format!("{zh}。"), format!("{en}."));
        if let Some(late) = of.late {
            let (unit_zh, unit_en) = match late.unit {
                om_domain::calendar::Unit::WorkingDays => ("个工作日", "working days"),
                _ => ("日", "days"),
            };
            let newly = if of.newly_late { "（本周新增）" } else { "" };
            zh = format!(
                "{}时限 {} 届满，已逾期 {} {unit_zh}{newly}。{zh}",
                late.term.name_zh(),
                late.due,
                late.days
            );
            let newly = if of.newly_late { ", new this week" } else { "" };
            en = format!("Late by {} {unit_en} (due {}{newly}). {en}", late.days, late.due);
        }
        if blocking.holds_up.len() > 1 {
            let count = blocking.holds_up.len();
            zh = format!("{zh}影响后续 {count} 项。");
            en = format!("{en} Holds up {count} others.");
        }
        self.row(of.matter, blocking.node.clone(), body, blocking.since, zh, en)
    }

    fn card(&self, card: &CardLine) -> Row {
        let names = self.names(card.matter);
        let body = names.body_zh(&card.against);
        let zh =
            format!("{}：{body}，{} 发出，{}。", card.colour.name_zh(), card.on, card.standing.name_zh());
        let en = format!(
            "{} card against {}, issued {}, {}.",
            card.colour.name_en(),
            names.body_en(&card.against),
            card.on,
            card.standing.name_en()
        );
        let node = Node::Permit(card.permit.clone());
        self.row(card.matter, node, Some(card.against.clone()), Some(card.on), zh, en)
    }

    fn debt(&self, debt: &DebtLine, day: Date) -> Row {
        let what = self.names(debt.matter).requirement(Some(&debt.permit), &debt.requirement);
        let (zh, en) = match debt.debt {
            Debt::Lapsed => (
                format!("容缺“{what}”未按期补齐，{} 失效。", debt.due),
                format!("{what} was not handed in by {}: the tolerance lapsed.", debt.due),
            ),
            _ if debt.due < day => (
                format!("容缺“{what}”应于 {} 补齐，已超期。", debt.due),
                format!("{what} was owed by {} and is overdue.", debt.due),
            ),
            _ => (
                format!("容缺“{what}”应于 {} 前补齐。", debt.due),
                format!("{what} is owed by {}.", debt.due),
            ),
        };
        self.row(debt.matter, Node::Permit(debt.permit.clone()), None, Some(debt.due), zh, en)
    }

    fn due(&self, due: &DueLine) -> Row {
        let names = self.names(due.matter);
        let permit = match &due.node {
            Node::Permit(code) => Some(code),
            Node::Milestone(_) => None,
        };
        let (zh, en) = match &due.what {
            Due::Term(term) => {
                (format!("{}时限 {} 届满。", term.name_zh(), due.on), format!("Its term ends on {}.", due.on))
            }
            Due::Supplement(requirement) => {
                let what = names.requirement(permit, requirement);
                (format!("容缺“{what}”{} 前补齐。", due.on), format!("{what} is owed by {}.", due.on))
            }
            Due::Milestone(_) => (format!("计划 {} 达成。", due.on), format!("Planned for {}.", due.on)),
        };
        let lead = permit.and_then(|code| {
            let plan = self.states.get(&due.matter)?.plan.as_ref()?;
            Some(plan.permit(code)?.lead.clone())
        });
        self.row(due.matter, due.node.clone(), lead, Some(due.on), zh, en)
    }
}

fn named(names: &Names<'_>, node: &Node) -> String {
    match node {
        Node::Permit(code) => names.permit(code),
        Node::Milestone(code) => names.milestone(code),
    }
}
