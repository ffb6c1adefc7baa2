//! A plan of three permits: a permit with a certificate, a review that waits for it, and one with a promise only.

use super::t;
use om_domain::{
    clock::{Ground, Limit, Unit},
    matter::plan::{
        Excluded, Gate, Handling, Material, Mode, Nature, Node, Plan, PlannedPermit, Prerequisite, Reaches,
        Settings, Stage,
    },
};

pub(super) fn three_permits() -> Plan {
    let a1 = PlannedPermit {
        materials: vec![
            material("form", Gate::Accept, &[Mode::ReceiveOnly, Mode::Accept]),
            material("drawings", Gate::Issue, &[Mode::Commitment]),
        ],
        ..permit("A1", "natural-resources", Some(20), Some(5))
    };
    let edge = Prerequisite {
        node: Node::Permit(t("A1")),
        reaches: Reaches::Approved,
        gate: Gate::Accept,
        statutory: false,
        modes: [Mode::PreReview].into(),
        source: t("示例"),
    };
    let a2 = PlannedPermit {
        prerequisites: vec![edge],
        nature: Nature::Review,
        certificate: false,
        ..permit("A2", "water", Some(20), Some(3))
    };
    let a3 = PlannedPermit { stage: Stage::Works, ..permit("A3", "housing", None, Some(7)) };
    Plan {
        template: t("municipal-road"),
        version: 1,
        permits: vec![a1, a2, a3],
        milestones: Vec::new(),
        settings: Settings::default(),
    }
}

pub(crate) fn permit(code: &str, lead: &str, statutory: Option<u16>, promised: Option<u16>) -> PlannedPermit {
    let limit = |value| Limit { value, unit: Unit::WorkingDays, source: "行政许可法 42".into() };
    PlannedPermit {
        code: t(code),
        name: t(&format!("许可{code}")),
        stage: Stage::ProjectAndLand,
        lead: t(lead),
        cooperating: Vec::new(),
        opinions: None,
        nature: Nature::Permit,
        handling: Handling::Single,
        statutory: statutory.map(limit),
        promised: promised.map(limit),
        extension: Some(limit(10)),
        extension_moves_promise: true,
        excluded: vec![Excluded { ground: Ground::ExpertReview, max: None, expected_working_days: 10 }],
        prerequisites: Vec::new(),
        materials: Vec::new(),
        certificate: true,
        site_check: false,
        sensitive: None,
        issue_first_listed: false,
    }
}

fn material(code: &str, gate: Gate, modes: &[Mode]) -> Material {
    Material {
        code: t(code),
        name: t(code),
        gate,
        statutory: false,
        modes: modes.iter().copied().collect(),
        sensitive: None,
        source: t("可容缺清单"),
        own: false,
    }
}
