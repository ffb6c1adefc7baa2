//! Refusals about cards, in words.
//!
//! Invariant: each says what to do.
//! Deliberately absent: the refusals themselves.

use super::{Words, apart, words};
use crate::{matter::refusal::MatterRefusal, naming::Names, sources};

impl MatterRefusal {
    pub(super) fn words_of_supervision(&self, names: &Names<'_>) -> Option<Words> {
        use MatterRefusal::*;
        let said = |zh: String, en: String| words("R13", sources::SUPERVISION, zh, en);
        Some(match self {
            NoSuchCard { permit, card } => {
                let permit = names.permit(permit);
                said(
                    format!("{permit} 没有第 {card} 号牌，请核对编号。"),
                    format!("{permit} has no card {card}; check its number."),
                )
            }
            CardIssuedAlready { permit, card, against } => {
                let permit = names.permit(permit);
                said(
                    format!(
                        "{permit} 已就此向 {} 发出第 {card} 号牌，尚未了结；请先办结该牌。",
                        names.body_zh(against)
                    ),
                    format!(
                        "{permit} has card {card} against {} for this already, and it is open; close that one first.",
                        names.body_en(against)
                    ),
                )
            }
            WrongCardStep { permit, card, is, needed } => {
                let permit = names.permit(permit);
                said(
                    format!("{permit} 第 {card} 号牌{}；须为{}时办理。", is.name_zh(), apart(needed).0),
                    format!(
                        "Card {card} of {permit} is {}; this is done while it is {}.",
                        is.name_en(),
                        apart(needed).1
                    ),
                )
            }
            AppealedAlready { permit, card, on } => {
                let permit = names.permit(permit);
                said(
                    format!("{permit} 第 {card} 号牌已于 {on} 申诉，一张牌只能申诉一次；请答复。"),
                    format!("Card {card} of {permit} was appealed against on {on}, once for all; answer it."),
                )
            }
            StillOverdue { permit, card } => {
                let permit = names.permit(permit);
                said(
                    format!("{permit} 第 {card} 号牌所指事项尚未办完；办完后再销号。"),
                    format!("What card {card} of {permit} is about is not done; clear it when it is."),
                )
            }
            PremiseStands { permit, card } => {
                let permit = names.permit(permit);
                said(
                    format!("{permit} 第 {card} 号牌的依据仍然成立；由被发牌单位申诉，或待办完后销号。"),
                    format!(
                        "What card {card} of {permit} was issued on is still true; its body may appeal, or it is cleared when the act is done."
                    ),
                )
            }
            _ => return None,
        })
    }
}
