//! Commands of what departments do together: packages at the window, opinions asked and given.
#![allow(dead_code, unreachable_pub, reason = "two test binaries each use a part of it")]

use super::given::{handed, p, requirement, text};
use om_domain::matter::{
    MatterCommand as C,
    command::{OpinionTerm, PackageItem},
    opinion::{Opinion, Treatment},
};

pub fn package(items: &[(&str, &[&str])]) -> C {
    let item = |(permit, materials): &(&str, &[&str])| PackageItem {
        permit: p(permit),
        materials: handed(materials),
    };
    C::SubmitPackage { items: items.iter().map(item).collect() }
}

pub fn ask(permit: &str, bodies: &[&str]) -> C {
    ask_until(permit, bodies, None)
}

pub fn ask_until(permit: &str, bodies: &[&str], due: Option<OpinionTerm>) -> C {
    C::RequestOpinion {
        permit: p(permit),
        bodies: bodies.iter().map(|b| p(b)).collect(),
        question: text("请就方案提出意见"),
        due,
    }
}

pub fn opine(permit: &str, body: &str, opinion: Opinion) -> C {
    C::GiveOpinion { permit: p(permit), body: p(body), opinion }
}

pub fn objection() -> Opinion {
    Opinion::Object { reasons: text("占压河道"), article: text("防洪法 27") }
}

pub fn on_conditions() -> Opinion {
    Opinion::AgreeOnConditions { conditions: text("增设隔音屏障") }
}

pub fn treat(permit: &str, body: &str, treatment: Treatment) -> C {
    C::TreatObjection { permit: p(permit), body: p(body), treatment, reasons: text("已改线避让") }
}

pub fn unobject(permit: &str, body: &str) -> C {
    C::WithdrawObjection { permit: p(permit), body: p(body), reasons: text("方案已改") }
}

pub fn unask(permit: &str, body: &str) -> C {
    C::WithdrawOpinionRequest { permit: p(permit), body: p(body), reason: text("不涉及其职责") }
}

pub fn judge(permit: &str, r: &str) -> C {
    C::JudgeFallenPrerequisite {
        permit: p(permit),
        prerequisite: requirement(r),
        reasons: text("不影响本许可"),
    }
}
