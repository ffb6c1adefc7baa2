//! Nothing that names a paper is recorded before the paper is there.

use super::given::*;
use om_domain::matter::{MatterCommand as C, MatterRefusal, event::Handed};

fn in_review() -> Given {
    given(plan())
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
}

fn without_it(g: Given) -> Given {
    g.read(|reads| reads.missing_papers = [paper()].into())
}

fn with_paper(mut notice: om_domain::matter::event::Notice) -> om_domain::matter::event::Notice {
    notice.paper = Some(paper());
    notice
}

#[test]
fn a_decision_without_its_paper_is_refused_and_taken_once_it_is_there() {
    let approve = || C::ApprovePermit {
        permit: p("A1"),
        notice: with_paper(notice("批〔2023〕1号", "2023-06-13")),
        conditions: None,
    };
    without_it(in_review().on("2023-06-13").by("dr-2"))
        .when(approve())
        .refused(|r| *r == MatterRefusal::PaperMissing { papers: vec![paper()] })
        .read(|reads| reads.missing_papers.clear())
        .when(approve())
        .then_only(&["PermitApproved"]);
}

#[test]
fn a_material_that_names_no_paper_needs_none() {
    let handed = |paper| vec![Handed { material: p("form"), paper, file_name: None }];
    let submit = |paper| C::SubmitPermit { permit: p("A1"), materials: handed(paper) };
    let begun = without_it(given(plan()).on("2023-06-12").by("window"));
    begun.clone().when(submit(Some(paper()))).refused_as("PaperMissing");
    begun.when(submit(None)).then(|events| assert_eq!(events.len(), 1));
}

#[test]
fn what_is_not_allowed_is_refused_for_that_and_not_for_its_paper() {
    let offer = C::OfferHandoff { permit: p("A1"), to: p("water"), reason: text("x"), papers: vec![paper()] };
    let g = without_it(in_review());
    g.clone().by("auditor").when(offer.clone()).refused_as("NotAuthorised");
    g.by("dr-1").when(offer).refused_as("PaperMissing");
}

/// Whatever hash stands in a command's bytes is one of the papers that it says it names.
#[test]
fn every_paper_of_a_command_is_looked_up() {
    let n = || with_paper(notice("1号", "2023-06-13"));
    let r = || requirement("permit:A2");
    let t = || text("样例");
    let handed = || vec![Handed { material: p("form"), paper: Some(paper()), file_name: None }];
    let permit = || p("A1");
    let commands = [
        C::SubmitPermit { permit: permit(), materials: handed() },
        C::ReceiveCorrection { permit: permit(), materials: handed() },
        C::SupplyMaterials { permit: permit(), materials: handed() },
        C::NoticeCorrection { permit: permit(), listed: [r()].into(), notice: n() },
        C::RefuseAcceptance { permit: permit(), reason: t(), notice: n() },
        C::SetAsideDeemedAcceptance { permit: permit(), listed: [r()].into(), notice: n(), proof: paper() },
        C::IssueCertificate { permit: permit(), certificate: n(), valid_until: None },
        C::RecordHearing { permit: permit(), record: paper() },
        C::ReceiveSupplement { permit: permit(), requirement: r(), paper: Some(paper()) },
        C::OfferHandoff { permit: permit(), to: p("water"), reason: t(), papers: vec![paper(), paper()] },
        tolerate("A1", "permit:A2", om_domain::matter::plan::Mode::Accept, "2023-07-01"),
        C::SetAsideLapse {
            permit: permit(),
            requirement: r(),
            received_on: p("2023-06-13"),
            materials: handed(),
            proof: paper(),
            reason: t(),
        },
    ];
    for command in commands {
        let bytes = serde_json::to_string(&command).unwrap();
        assert_eq!(command.papers().len(), bytes.matches(paper().as_str()).count(), "{bytes}");
    }
}
