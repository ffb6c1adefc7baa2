//! The small plan of these stories: five permits, each mode of tolerance possible somewhere.

use super::given::{limit, p, text};
use om_domain::{
    clock::{Ground, Unit},
    matter::{
        event::ProjectFacts,
        plan::{
            Excluded, Gate, Handling, Material, Mode, Nature, Node, Opinions, Plan, PlannedMilestone,
            PlannedPermit, Prerequisite, Reaches, Settings, Silence, Stage,
        },
    },
};
use std::sync::LazyLock;

pub(super) fn project() -> ProjectFacts {
    ProjectFacts {
        name: text("滇中大道一期"),
        kind: text("市政道路"),
        code: p("2306-530322-04-01-123456"),
        implementing_body: p("zhongshu-town"),
        applicant: p("city-investment"),
        applicant_body: Some(p("city-investment")),
        place: text("中枢街道"),
        area_m2: Some(12_000),
        investment_yuan: Some(80_000_000),
        target: None,
    }
}

pub(super) fn permit(code: &str, lead: &str) -> PlannedPermit {
    PlannedPermit {
        code: p(code),
        name: text(code),
        stage: Stage::ProjectAndLand,
        lead: p(lead),
        cooperating: vec![],
        opinions: None,
        nature: Nature::Permit,
        handling: Handling::Single,
        statutory: Some(limit(20, Unit::WorkingDays, "行政许可法 42")),
        promised: Some(limit(10, Unit::WorkingDays, "county promise")),
        extension: Some(limit(10, Unit::WorkingDays, "行政许可法 42")),
        extension_moves_promise: false,
        excluded: vec![],
        prerequisites: vec![],
        materials: vec![],
        certificate: true,
        site_check: false,
        sensitive: None,
        issue_first_listed: false,
    }
}

pub(super) fn material(code: &str, gate: Gate, statutory: bool, modes: &[Mode]) -> Material {
    Material {
        code: p(code),
        name: text(code),
        gate,
        statutory,
        modes: modes.iter().copied().collect(),
        sensitive: None,
        source: text("建筑法 8"),
        own: false,
    }
}

pub(super) fn edge(
    node: Node,
    reaches: Reaches,
    gate: Gate,
    statutory: bool,
    modes: &[Mode],
) -> Prerequisite {
    let modes = modes.iter().copied().collect();
    Prerequisite { node, reaches, gate, statutory, modes, source: text("城乡规划法 37") }
}

pub(super) fn of_permit(code: &str) -> Node {
    Node::Permit(p(code))
}

/// The plan and two permits that work with others: A6 is reviewed jointly by land and water, A7 asks them as it likes; what
/// A1 has as `form` both need, and each its own seal.
pub(super) fn wide_plan() -> Plan {
    // random acts ask for it again and again
    static WIDE: LazyLock<Plan> = LazyLock::new(|| {
        let mut plan = plan();
        let mut a6 = permit("A6", "housing");
        a6.handling = Handling::Joint;
        a6.nature = Nature::Review;
        a6.certificate = false;
        a6.cooperating = vec![p("natural-resources"), p("water")];
        a6.opinions = Some(Opinions {
            term: limit(3, Unit::WorkingDays, "联审规程 4"),
            overdue_counts_as: Silence::Agree,
        });
        let own_seal = || Material { own: true, ..material("seal", Gate::Accept, false, &[]) };
        a6.materials = vec![material("form", Gate::Accept, false, &[]), own_seal()];
        let mut a7 = permit("A7", "development-reform");
        a7.cooperating = vec![p("water")];
        a7.materials =
            vec![material("form", Gate::Accept, false, &[]), material("map", Gate::Decide, false, &[])];
        plan.permits.extend([a6, a7]);
        plan
    });
    WIDE.clone()
}

/// A1 stands alone, with materials at each gate; A2 waits for A1's approval and may be pre-reviewed; A3 is a filing
/// in plain days; A4 is joint handling with a check on site; A5 lies in a field where no commitment is taken.
pub(super) fn plan() -> Plan {
    let mut a1 = permit("A1", "development-reform");
    a1.issue_first_listed = true;
    a1.excluded = vec![Excluded {
        ground: Ground::ExpertReview,
        max: Some(limit(30, Unit::WorkingDays, "评审办法 9")),
        expected_working_days: 10,
    }];
    a1.materials = vec![
        material("form", Gate::Accept, false, &[]),
        material("seal", Gate::Accept, false, &[Mode::ReceiveOnly, Mode::Accept]),
        material("bank", Gate::Decide, false, &[Mode::Commitment]),
        material("safety", Gate::Issue, false, &[Mode::Commitment, Mode::IssueFirst]),
        material("title", Gate::Issue, true, &[Mode::Commitment, Mode::IssueFirst]),
    ];
    let mut a2 = permit("A2", "natural-resources");
    a2.promised = Some(limit(5, Unit::WorkingDays, "county promise"));
    a2.prerequisites =
        vec![edge(of_permit("A1"), Reaches::Approved, Gate::Accept, false, &[Mode::PreReview])];
    let mut a3 = permit("A3", "water");
    a3.nature = Nature::Filing;
    a3.certificate = false;
    a3.statutory = Some(limit(15, Unit::CalendarDays, "filing rules 3"));
    a3.promised = None;
    a3.extension = None;
    a3.materials = vec![material("map", Gate::Accept, false, &[Mode::Accept])];
    a3.prerequisites = vec![edge(of_permit("A1"), Reaches::Accepted, Gate::Accept, false, &[])];
    let mut a4 = permit("A4", "housing");
    a4.handling = Handling::Joint;
    a4.statutory = Some(limit(45, Unit::WorkingDays, "行政许可法 42"));
    a4.promised = None;
    a4.extension = Some(limit(15, Unit::WorkingDays, "行政许可法 42"));
    a4.site_check = true;
    a4.cooperating = vec![p("water")];
    a4.prerequisites = vec![
        edge(of_permit("A2"), Reaches::Approved, Gate::Decide, false, &[Mode::Commitment]),
        edge(of_permit("A1"), Reaches::Issued, Gate::Issue, true, &[]),
        edge(Node::Milestone(p("works-completed")), Reaches::Approved, Gate::Issue, false, &[]),
    ];
    let mut a5 = permit("A5", "water");
    a5.sensitive = Some(om_domain::matter::plan::Sensitive::Ecology);
    a5.materials = vec![material("report", Gate::Decide, false, &[Mode::Commitment])];
    Plan {
        template: p("municipal-road-bridge"),
        version: 1,
        permits: vec![a1, a2, a3, a4, a5],
        milestones: vec![PlannedMilestone {
            code: p("works-completed"),
            name: text("工程完工"),
            after: vec![],
            expected: None,
        }],
        settings: Settings::default(),
    }
}
