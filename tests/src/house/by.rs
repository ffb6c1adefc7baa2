//! What a person can do on a matter, in the words of the API.
//!
//! Invariant: a document is of today unless the story says otherwise.

use serde_json::{Value, json};

use super::{Act, House, PAPER};

/// What stands in a story's input for a paper with this text; it is handed in before the act, and its hash takes its
/// place.
pub(crate) fn paper(of: &str) -> String {
    format!("{PAPER}{of}")
}

/// A person at work on a matter.
pub struct By<'h> {
    pub(super) house: &'h House,
    pub(super) user: String,
    pub(super) matter: String,
}

impl<'h> By<'h> {
    /// Any command on the matter, by its name in the API.
    pub fn act(&self, name: &'static str, input: Value) -> Act<'h> {
        Act::new(self.house, &self.user, name, json!({ "matter": self.matter })).with(input)
    }

    fn on(&self, name: &'static str, permit: &str, input: Value) -> Act<'h> {
        self.act(name, json!({ "permit": permit })).with(input)
    }

    /// A document of today.
    pub fn notice(&self) -> Value {
        let today = self.house.today();
        json!({ "number": self.house.number(), "date": today, "service": "IN_PERSON", "servedOn": today })
    }

    /// Hands a file in.
    pub fn submit(&self, permit: &str, materials: &[&str]) -> Act<'h> {
        self.on("submitPermit", permit, json!({ "materials": handed(materials) }))
    }

    /// Serves the one-time notice.
    pub fn notice_correction(&self, permit: &str, listed: &[&str]) -> Act<'h> {
        self.on("noticeCorrection", permit, json!({ "listed": listed, "notice": self.notice() }))
    }

    /// Receives the corrected file.
    pub fn receive_correction(&self, permit: &str, materials: &[&str]) -> Act<'h> {
        self.on("receiveCorrection", permit, json!({ "materials": handed(materials) }))
    }

    /// Hands in what is due before a later gate.
    pub fn supply(&self, permit: &str, materials: &[&str]) -> Act<'h> {
        self.on("supplyMaterials", permit, json!({ "materials": handed(materials) }))
    }

    /// Accepts.
    pub fn accept(&self, permit: &str) -> Act<'h> {
        self.on("acceptPermit", permit, json!({ "notice": self.notice() }))
    }

    /// Refuses to accept.
    pub fn refuse_acceptance(&self, permit: &str) -> Act<'h> {
        let input = json!({ "reason": "不属于本机关职权范围", "notice": self.notice() });
        self.on("refuseAcceptance", permit, input)
    }

    /// Sets a deemed acceptance aside by a notice served on a day.
    pub fn set_aside(&self, permit: &str, listed: &[&str], served: &str) -> Act<'h> {
        let input = json!({ "listed": listed, "notice": self.notice(), "proof": paper("送达回证") });
        self.on("setAsideDeemedAcceptance", permit, input).served_on(served)
    }

    /// Withdraws.
    pub fn withdraw(&self, permit: &str) -> Act<'h> {
        self.on("withdrawPermit", permit, json!({ "reason": "申请人撤回" }))
    }

    /// Agrees that the permit does not apply.
    pub fn not_applicable(&self, permit: &str) -> Act<'h> {
        self.on("markNotApplicable", permit, json!({ "reason": "不涉及" }))
    }

    /// Stops the clock.
    pub fn stop(&self, permit: &str, ground: &str, told_until: &str) -> Act<'h> {
        let input = json!({ "ground": ground, "toldUntil": told_until, "notice": self.notice() });
        self.on("suspendClock", permit, input)
    }

    /// Lets it run again.
    pub fn resume(&self, permit: &str, ground: &str) -> Act<'h> {
        self.on("resumeClock", permit, json!({ "ground": ground }))
    }

    /// Extends the limit by working days.
    pub fn extend(&self, permit: &str, days: u16) -> Act<'h> {
        let by = json!({ "value": days, "unit": "WORKING_DAYS", "source": "行政许可法 42" });
        self.on(
            "extendLimit",
            permit,
            json!({ "extension": by, "reason": "案情复杂", "notice": self.notice() }),
        )
    }

    /// Offers custody.
    pub fn offer(&self, permit: &str, to: &str) -> Act<'h> {
        self.on("offerHandoff", permit, json!({ "to": format!("body:{to}"), "reason": "请出具意见" }))
    }

    /// Receives it.
    pub fn receive(&self, permit: &str) -> Act<'h> {
        self.on("receiveHandoff", permit, json!({}))
    }

    /// Returns it.
    pub fn give_back(&self, permit: &str) -> Act<'h> {
        self.on("returnHandoff", permit, json!({ "reason": "材料不全" }))
    }

    /// Withdraws the offer.
    pub fn withdraw_offer(&self, permit: &str) -> Act<'h> {
        self.on("withdrawHandoff", permit, json!({ "reason": "不再需要" }))
    }

    /// Takes custody back.
    pub fn recall(&self, permit: &str) -> Act<'h> {
        self.on("recallCustody", permit, json!({ "reason": "需作决定" }))
    }

    /// Hands one package in for many permits.
    pub fn submit_package(&self, items: &[(&str, &[&str])]) -> Act<'h> {
        let item = |(permit, materials): &(&str, &[&str])| json!({ "permit": permit, "materials": handed(materials) });
        self.act("submitPackage", json!({ "items": items.iter().map(item).collect::<Vec<_>>() }))
    }

    /// Asks every cooperating department for its opinion.
    pub fn ask(&self, permit: &str) -> Act<'h> {
        self.on("requestOpinion", permit, json!({ "question": "请就方案提出意见" }))
    }

    /// Gives a department's opinion, such as `{ "agree": true }`.
    pub fn opine(&self, permit: &str, body: &str, opinion: Value) -> Act<'h> {
        self.on("giveOpinion", permit, json!({ "body": format!("body:{body}"), "opinion": opinion }))
    }

    /// Agrees for a department.
    pub fn agree(&self, permit: &str, body: &str) -> Act<'h> {
        self.opine(permit, body, json!({ "agree": true }))
    }

    /// Objects for a department.
    pub fn object(&self, permit: &str, body: &str) -> Act<'h> {
        self.opine(permit, body, json!({ "object": { "reasons": "占压行洪断面", "article": "防洪法 27" } }))
    }

    /// Deals with an objection.
    pub fn treat(&self, permit: &str, body: &str, how: &str) -> Act<'h> {
        let input = json!({ "body": format!("body:{body}"), "treatment": how, "reasons": "已调整桥墩布置" });
        self.on("treatObjection", permit, input)
    }

    /// Withdraws a department's objection.
    pub fn unobject(&self, permit: &str, body: &str) -> Act<'h> {
        let input = json!({ "body": format!("body:{body}"), "reasons": "方案已改" });
        self.on("withdrawObjection", permit, input)
    }

    /// Proposes to tolerate.
    pub fn propose_tolerance(&self, permit: &str, requirement: &str, mode: &str) -> Act<'h> {
        let input = json!({ "requirement": requirement, "mode": mode, "reason": "可提前三日" });
        self.on("proposeTolerance", permit, input)
    }

    /// Tolerates a deficiency until a day.
    pub fn tolerate(&self, permit: &str, requirement: &str, mode: &str, due: &str) -> Act<'h> {
        let input = json!({
            "requirement": requirement, "mode": mode, "supplementDue": due,
            "commitment": paper("承诺书"), "form": "原件" });
        let act = self.on("tolerateDeficiency", permit, input);
        // In mode 1 the one-time notice goes with it.
        if mode == "RECEIVE_ONLY" { act.with(json!({ "notice": self.notice() })) } else { act }
    }

    /// Hands the supplement in.
    pub fn supplement(&self, permit: &str, requirement: &str) -> Act<'h> {
        self.on(
            "receiveSupplement",
            permit,
            json!({ "requirement": requirement, "paper": paper(requirement) }),
        )
    }

    /// Verifies it.
    pub fn verify(&self, permit: &str, requirement: &str) -> Act<'h> {
        self.on("verifySupplement", permit, json!({ "requirement": requirement }))
    }

    /// Rejects it.
    pub fn reject(&self, permit: &str, requirement: &str) -> Act<'h> {
        self.on("rejectSupplement", permit, json!({ "requirement": requirement, "reason": "不符合形式" }))
    }

    /// Moves the supplement's deadline.
    pub fn move_deadline(&self, permit: &str, requirement: &str, to: &str) -> Act<'h> {
        let input = json!({ "requirement": requirement, "to": to, "reason": "公章遗失补办" });
        self.on("moveSupplementDeadline", permit, input)
    }

    /// Sets a lapse aside: the material had been received on this day.
    pub fn set_aside_lapse(&self, permit: &str, material: &str, received_on: &str) -> Act<'h> {
        let input = json!({
            "requirement": format!("material:{material}"), "receivedOn": received_on, "materials": [{ "material": material }],
            "proof": paper("收件回执"), "reason": "窗口漏录" });
        self.on("setAsideLapse", permit, input)
    }

    /// Confirms the provisional opinion.
    pub fn confirm(&self, permit: &str) -> Act<'h> {
        self.on("confirmPreReview", permit, json!({}))
    }

    /// Records a check by these officers, passed.
    pub fn check(&self, permit: &str, officers: &[&str]) -> Act<'h> {
        let officers: Vec<_> = officers.iter().map(|officer| format!("officer:{officer}")).collect();
        self.on("recordCheck", permit, json!({ "officers": officers, "finding": "符合条件", "passed": true }))
    }

    /// Asks for a hearing, having been told on a day.
    pub fn ask_hearing(&self, permit: &str, told_on: &str) -> Act<'h> {
        self.on("requestHearing", permit, json!({ "toldOn": told_on }))
    }

    /// Records that it was held.
    pub fn hold_hearing(&self, permit: &str) -> Act<'h> {
        self.on("recordHearing", permit, json!({ "record": paper("听证笔录") }))
    }

    /// Asks for renewal.
    pub fn ask_renewal(&self, permit: &str) -> Act<'h> {
        self.on("requestRenewal", permit, json!({}))
    }

    /// Grants it.
    pub fn renew(&self, permit: &str, until: &str) -> Act<'h> {
        self.on("grantRenewal", permit, json!({ "validUntil": until, "notice": self.notice() }))
    }

    /// Refuses the renewal.
    pub fn refuse_renewal(&self, permit: &str) -> Act<'h> {
        let input = json!({
            "reasons": "不再符合条件", "article": "行政许可法 50", "remedy": "六十日内申请行政复议",
            "notice": self.notice() });
        self.on("refuseRenewal", permit, input)
    }

    /// Approves.
    pub fn approve(&self, permit: &str) -> Act<'h> {
        self.on("approvePermit", permit, json!({ "notice": self.notice() }))
    }

    /// Denies.
    pub fn deny(&self, permit: &str) -> Act<'h> {
        let input = json!({
            "reasons": "不符合法定条件", "article": "行政许可法 38", "remedy": "六十日内申请行政复议",
            "notice": self.notice() });
        self.on("denyPermit", permit, input)
    }

    /// Issues the certificate, without an end.
    pub fn issue(&self, permit: &str) -> Act<'h> {
        self.on("issueCertificate", permit, json!({ "certificate": self.notice() }))
    }

    /// Issues the certificate until a day.
    pub fn issue_until(&self, permit: &str, until: &str) -> Act<'h> {
        self.issue(permit).with(json!({ "validUntil": until }))
    }

    /// Revokes.
    pub fn revoke(&self, permit: &str) -> Act<'h> {
        let input = json!({ "reasons": "违反法定程序", "article": "行政许可法 69", "notice": self.notice() });
        self.on("revokePermit", permit, input)
    }

    /// Records a milestone.
    pub fn reach(&self, milestone: &str) -> Act<'h> {
        self.act("reachMilestone", json!({ "milestone": milestone, "evidence": "验收单" }))
    }

    /// Corrects the day of an entry, with a second person.
    pub fn correct(
        &self,
        permit: &str,
        entry: &str,
        field: &str,
        days: (&str, &str),
        second: &str,
    ) -> Act<'h> {
        let correction = json!({ field: { "old": days.0, "new": days.1 } });
        let input = json!({
            "entry": entry, "correction": correction, "reason": "登记有误",
            "secondPerson": format!("officer:{second}") });
        self.on("correctEntry", permit, input)
    }
}

fn handed(materials: &[&str]) -> Value {
    materials.iter().map(|code| json!({ "material": code, "paper": paper(code) })).collect()
}
