//! One package at the window for many permits (一窗受理、同步受理, 行政许可法 26).
//!
//! Invariants: all of it is received or nothing; every department has its file since the same moment; the receipt has one
//! number and one day, and the round each permit opened.
//! Deliberately absent: acceptance; each department answers its own file within its own term.

use super::{
    Ctx, Facts,
    authority::allow,
    command::PackageItem,
    event::{PackageReceived, Packaged, PermitSubmitted},
    intake::submission,
    refusal::{Authority, MatterRefusal, Unsubmittable},
    state::{Matter, Phase},
};
use crate::{
    decider::{Fact, Role},
    ids::{LegalText, PermitCode},
};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A package that was received.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// The day of receipt.
    pub received_on: Date,
    /// The permits, each with the round it opened.
    pub permits: Vec<Packaged>,
}

impl Package {
    pub(super) fn of(event: &PackageReceived) -> Self {
        Package { received_on: event.received_on, permits: event.permits.clone() }
    }
}

impl Matter {
    /// The number of the package that opened this round; none where the file came alone.
    pub fn package_of(&self, permit: &PermitCode, round: u16) -> Option<&LegalText> {
        let opened = |p: &Package| p.permits.iter().any(|p| p.permit == *permit && p.round == round);
        self.packages.iter().find(|(_, package)| opened(package)).map(|(number, _)| number)
    }

    /// The next receipt's number: the project's code, which no other matter has, and which package of it this is.
    fn next_receipt(&self) -> LegalText {
        let code = self.project.as_ref().map(|p| p.code.to_string()).unwrap_or_default();
        LegalText::fixed(&format!("{code}-收{:03}", self.packages.len() + 1))
    }
}

pub(super) fn submit(state: &Matter, items: &[PackageItem], ctx: &Ctx<'_>) -> Facts {
    state.in_phase(&[Phase::Underway, Phase::Suspended])?;
    allow(ctx.by.is(Role::Clerk), Authority::Window)?;
    if items.is_empty() {
        return Err(MatterRefusal::PackageEmpty);
    }
    let (mut seen, mut refused, mut receipts) = (BTreeSet::new(), vec![], vec![]);
    for PackageItem { permit, materials } in items {
        let twice = MatterRefusal::TwiceInPackage { permit: permit.clone() };
        let one = if seen.insert(permit) { submission(state, permit, materials, ctx) } else { Err(twice) };
        match one.and_then(|receipt| in_order(state, receipt, ctx)) {
            Ok(receipt) => receipts.push(receipt),
            Err(why) => refused.push(Unsubmittable { permit: permit.clone(), because: Box::new(why) }),
        }
    }
    if !refused.is_empty() {
        return Err(MatterRefusal::PackageRefused { refused });
    }
    let packaged = |r: &PermitSubmitted| Packaged { permit: r.permit.clone(), round: r.round };
    let package = PackageReceived {
        number: state.next_receipt(),
        received_on: ctx.day(),
        permits: receipts.iter().map(packaged).collect(),
    };
    let first: Fact<_> = ctx.fact(package);
    Ok(std::iter::once(first).chain(receipts.into_iter().map(|receipt| ctx.fact(receipt))).collect())
}

/// A back-filled receipt that would change what is recorded is refused by name, like any other fault of the package (R16).
fn in_order(
    state: &Matter,
    receipt: PermitSubmitted,
    ctx: &Ctx<'_>,
) -> Result<PermitSubmitted, MatterRefusal> {
    let fact = ctx.fact(receipt.clone());
    match ctx.effective.and_then(|_| super::out_of_order(state, &[fact], ctx)) {
        Some(last) => Err(MatterRefusal::BackfillOutOfOrder { effective: ctx.day(), last }),
        None => Ok(receipt),
    }
}
