//! The plan of every matter: twelve permits in a row, each with two materials and an edge to the one before it.
//!
//! Deliberately absent: a template. The rules take a resolved plan as it was read.

use om_domain::clock::{Ground, Limit, Unit};
use om_domain::matter::plan::{
    Excluded, Gate, Handling, Material, Mode, Nature, Node, Plan, PlannedPermit, Prerequisite, Reaches,
    Settings, Stage,
};

use super::Outcome;

/// The permits of a matter: its name, and the department that leads it.
pub(super) const PERMITS: [(&str, &str); 12] = [
    ("建设用地规划许可证", "natural-resources"),
    ("用地预审与选址意见", "natural-resources"),
    ("建设工程规划许可证", "natural-resources"),
    ("环境影响评价批复", "ecology"),
    ("水土保持方案审批", "water"),
    ("节能审查意见", "development"),
    ("施工图审查合格书", "housing"),
    ("消防设计审查意见", "housing"),
    ("人防工程设计审批", "civil-defence"),
    ("建筑工程施工许可证", "housing"),
    ("市政设施接入核准", "urban"),
    ("联合竣工验收意见", "development"),
];

/// The material that is handed in at once.
pub(super) const AT_ONCE: &str = "form";
/// The material that is tolerated.
pub(super) const LATER: &str = "title";

/// The code of a permit in the plan.
pub(super) fn code(permit: usize) -> String {
    format!("A{}", permit + 1)
}

/// The resolved plan of so many permits; after the twelfth their names begin again.
pub(super) fn plan(permits: usize) -> Outcome<Plan> {
    Ok(Plan {
        template: "road".parse()?,
        version: 1,
        permits: (0..permits).map(permit).collect::<Outcome<_>>()?,
        milestones: Vec::new(),
        settings: Settings::default(),
    })
}

fn permit(nth: usize) -> Outcome<PlannedPermit> {
    let (name, lead) = PERMITS[nth % PERMITS.len()];
    let limit = |value, source: &str| Limit { value, unit: Unit::WorkingDays, source: source.into() };
    let edge = |before: usize| -> Outcome<Prerequisite> {
        Ok(Prerequisite {
            node: Node::Permit(code(before).parse()?),
            reaches: Reaches::Accepted,
            gate: Gate::Decide,
            statutory: false,
            modes: [].into(),
            source: "流程图".parse()?,
        })
    };
    Ok(PlannedPermit {
        code: code(nth).parse()?,
        name: name.parse()?,
        stage: Stage::Construction,
        lead: lead.parse()?,
        cooperating: Vec::new(),
        opinions: None,
        nature: Nature::Permit,
        handling: Handling::Single,
        statutory: Some(limit(20, "许可法42")),
        promised: Some(limit(10, "承诺")),
        extension: None,
        extension_moves_promise: false,
        excluded: vec![Excluded { ground: Ground::ExpertReview, max: None, expected_working_days: 10 }],
        prerequisites: nth.checked_sub(1).map(edge).transpose()?.into_iter().collect(),
        materials: vec![material(AT_ONCE, "申请表", &[])?, material(LATER, "权属证明", &[Mode::Accept])?],
        certificate: false,
        site_check: false,
        sensitive: None,
        issue_first_listed: false,
    })
}

fn material(code: &str, name: &str, modes: &[Mode]) -> Outcome<Material> {
    Ok(Material {
        code: code.parse()?,
        name: name.parse()?,
        gate: Gate::Accept,
        statutory: false,
        modes: modes.iter().copied().collect(),
        sensitive: None,
        source: "清单".parse()?,
        own: false,
    })
}
