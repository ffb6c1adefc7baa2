//! What was handed in and what lies with the matter already, in one sentence.

use super::{
    super::{
        MatterEvent as E,
        event::{Handed, Reused},
        plan::RequirementId,
    },
    Sentence, say,
};
use crate::{
    ids::{MaterialCode, PermitCode},
    naming::Names,
};

/// What happened, if it is about materials.
pub(super) fn of(event: &E, names: &Names<'_>) -> Option<Sentence> {
    Some(match event {
        E::MaterialsSupplied(e) => {
            let all = listed(e.materials.iter(), |m: &Handed| named(&e.permit, &m.material, names));
            say(format!("{}收到材料：{all}", e.permit), format!("{}: received {all}", e.permit))
        }
        E::MaterialsReused(e) => {
            let place = |r: &Reused| format!("{}（{}）", named(&e.permit, &r.handed.material, names), r.from);
            let all = listed(e.reused.iter(), place);
            say(
                format!("{}调用已收材料：{all}", e.permit),
                format!("{}: uses what lies with the matter: {all}", e.permit),
            )
        }
        _ => return None,
    })
}

fn named(permit: &PermitCode, material: &MaterialCode, names: &Names<'_>) -> String {
    names.requirement(Some(permit), &RequirementId::Material(material.clone()))
}

fn listed<T>(items: impl Iterator<Item = T>, name: impl Fn(T) -> String) -> String {
    items.map(name).collect::<Vec<_>>().join("、")
}
