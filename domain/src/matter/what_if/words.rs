//! A ruling on what is assumed, in words.
//!
//! Invariant: a refusal speaks for itself; what is allowed says who may decide it.

use super::Ruling;
use crate::{decider::Explained, naming::Names};

impl Ruling {
    /// One sentence in Chinese.
    pub fn zh(&self, names: &Names<'_>) -> String {
        match self {
            Ruling::Allowed { source, who, .. } => format!("可以：由{}决定（{source}）", who.zh(names)),
            Ruling::Refused(why) => why.message_zh(names),
            Ruling::Delayed { decide, law_due: Some(due), .. } if decide > due => format!(
                "违法：预计 {decide} 作出决定，法定时限 {due} 届满；迟延无人有权批准，请依法延长一次，或以特别程序书面告知后停止计时"
            ),
            Ruling::Delayed { decide, law_due: Some(due), .. } => {
                format!("未超法定时限（{due} 届满），预计 {decide} 作出决定；只是未兑现承诺时限")
            }
            Ruling::Delayed { decide, law_due: None, .. } => {
                format!("法律未设时限，预计 {decide} 作出决定；只是未兑现承诺时限")
            }
        }
    }

    /// The same in English.
    pub fn en(&self, names: &Names<'_>) -> String {
        match self {
            Ruling::Allowed { source, who, .. } => {
                format!("allowed: decided by {} ({source})", who.en(names))
            }
            Ruling::Refused(why) => why.message_en(names),
            Ruling::Delayed { decide, law_due: Some(due), .. } if decide > due => format!(
                "unlawful: decided on {decide} by the forecast, and the statutory limit ends on {due}; nobody may allow a delay: extend the limit once, or stop the clock for an excluded procedure with a written notice"
            ),
            Ruling::Delayed { decide, law_due: Some(due), .. } => format!(
                "within the statutory limit, which ends on {due}: decided on {decide} by the forecast; only the promise is not kept"
            ),
            Ruling::Delayed { decide, law_due: None, .. } => format!(
                "no law sets a limit: decided on {decide} by the forecast; only the promise is not kept"
            ),
        }
    }

    /// The rule of docs/domain.md.
    pub fn rule(&self) -> Option<&'static str> {
        match self {
            Ruling::Allowed { rule, .. } => Some(rule),
            Ruling::Refused(why) => why.rule(),
            Ruling::Delayed { .. } => Some("R4"),
        }
    }

    /// The law or source behind it.
    pub fn source(&self) -> Option<String> {
        match self {
            Ruling::Allowed { source, .. } => Some(source.clone()),
            Ruling::Refused(why) => why.source(),
            Ruling::Delayed { source, .. } => source.clone(),
        }
    }
}
