//! Refusals of what departments do together, packages and opinions, in words.
//!
//! Invariant: each says what to do; a package names every permit that stands in its way.
//! Deliberately absent: the refusals themselves.

use super::{Words, words};
use crate::{
    ids::{BodyId, PermitCode},
    matter::refusal::{Awaited, MatterRefusal, Unsubmittable},
    naming::Names,
};
use std::collections::BTreeSet;

/// One window for many departments, and opinions under one lead.
const UNIFIED: &str = "行政许可法 26";
/// No demand of what is not needed, and none of what was given before.
const ONCE: &str = "行政许可法 31；发改投资〔2019〕268号 四";

impl MatterRefusal {
    pub(super) fn words_of_package(&self, names: &Names<'_>) -> Option<Words> {
        use MatterRefusal::*;
        Some(match self {
            PackageEmpty => words(
                "",
                UNIFIED,
                "申报包里没有审批事项，请至少选一项。",
                "There is nothing in the package; choose a permit.",
            ),
            PackageRefused { refused } => package(refused, names),
            TwiceInPackage { permit } => {
                let permit = names.permit(permit);
                words(
                    "",
                    UNIFIED,
                    format!("{permit} 在申报包中重复，请只留一份。"),
                    format!("{permit} stands twice in the package; leave it there once."),
                )
            }
            MaterialLiesWithMatter { permit, requirement, from, round, received_on, paper } => {
                let (what, permit) = (names.requirement(Some(permit), requirement), names.permit(permit));
                let from = names.permit(from);
                let hash = paper.as_ref().map(ToString::to_string).unwrap_or_default();
                let (zh, en) = match hash.get(..12) {
                    Some(short) => (format!("，文件 {short}…"), format!(", paper {short}…")),
                    None => Default::default(),
                };
                words(
                    "R3",
                    ONCE,
                    format!(
                        "{what} 已在 {from} 第{round}轮于 {received_on} 收存{zh}，{permit} 不得要求重复提交；请直接调用，并从补正清单中删去。"
                    ),
                    format!(
                        "{what} lies with {from}, round {round}, received on {received_on}{en}; {permit} does not ask for it again: use it and take it off the list."
                    ),
                )
            }
            _ => return None,
        })
    }

    pub(super) fn words_of_opinions(&self, names: &Names<'_>) -> Option<Words> {
        use MatterRefusal::*;
        Some(match self {
            NobodyToAsk { permit } => of(
                permit,
                names,
                "没有尚待征求意见的配合部门；请写明部门。",
                "has no cooperating department left to ask; name one",
            ),
            AskAllAtOnce { permit, missing } => {
                let permit = names.permit(permit);
                words(
                    "R15",
                    "行政许可法 26；国办发〔2019〕11号",
                    format!("{permit} 为联合办理，须同时征求各配合部门意见，还缺：{}。", zh(missing, names)),
                    format!(
                        "{permit} is handled jointly and all departments are asked at once; add {}.",
                        en(missing, names)
                    ),
                )
            }
            AlreadyAsked { permit, body, due } => of_body(
                (permit, body),
                names,
                &format!("已征求，期限 {due}；请等其回复、处理其异议，或撤回征求。"),
                &format!(
                    "was asked until {due}; wait for it, deal with its objection, or withdraw the request"
                ),
            ),
            LeadGivesNoOpinion { permit, body } => of_body(
                (permit, body),
                names,
                "是牵头部门，不向自己征求意见；请写配合部门。",
                "leads this permit and gives itself no opinion; name another department",
            ),
            OpinionDueNeeded { permit } => of(
                permit,
                names,
                "的计划没有规定意见期限；请写工作日数或截止日期。",
                "has no term for opinions in its plan; give working days or a date",
            ),
            OpinionDueOutOfBounds { asked, earliest, latest } => words(
                "",
                UNIFIED,
                format!("意见期限 {asked} 须在 {earliest} 至 {latest} 之间。"),
                format!("{asked} is no last day for an opinion; take one from {earliest} through {latest}."),
            ),
            NotAsked { permit, body } => of_body(
                (permit, body),
                names,
                "未被征求意见；请由牵头部门先征求。",
                "was not asked for its opinion; have the lead department ask it first",
            ),
            OpinionGivenAlready { permit, body, on } => of_body(
                (permit, body),
                names,
                &format!("已于 {on} 出具意见；意见变更的，请撤回异议，或由牵头部门重新征求。"),
                &format!(
                    "gave its opinion on {on}; withdraw the objection, or have the lead department ask again"
                ),
            ),
            NoObjection { permit, body } => of_body(
                (permit, body),
                names,
                "没有待处理的异议。",
                "has no objection that waits to be dealt with",
            ),
            ObjectionsOpen { permit, bodies } => of(
                permit,
                names,
                &format!("有异议尚未处理：{}；请记录是否采纳及理由，或由其撤回。", zh(bodies, names)),
                &format!(
                    "has objections nobody has dealt with, of {}; record how each was treated and why, or have it withdrawn",
                    en(bodies, names)
                ),
            ),
            OpinionsAwaited { permit, awaited } => opinions_awaited(permit, awaited, names),
            _ => return None,
        })
    }
}

fn package(refused: &[Unsubmittable], names: &Names<'_>) -> Words {
    let all: Vec<_> =
        refused.iter().map(|one| (names.permit(&one.permit), one.because.words(names))).collect();
    let rule = all.iter().find_map(|(_, why)| why.rule).unwrap_or_default();
    let sources: BTreeSet<&str> =
        std::iter::once(UNIFIED).chain(all.iter().filter_map(|(_, why)| why.source.as_deref())).collect();
    let sources = sources.into_iter().collect::<Vec<_>>().join("；");
    let each = |text: fn(&Words) -> &str| {
        let one = |(permit, why): &(String, Words)| format!("{permit}：{}", text(why));
        all.iter().map(one).collect::<Vec<_>>().join(" ")
    };
    words(
        rule,
        &sources,
        format!("申报包整体未收，请去掉或改正以下{}项后重报。{}", all.len(), each(|why| &why.zh)),
        format!(
            "Nothing of the package was received; correct or leave out these {}. {}",
            all.len(),
            each(|why| &why.en)
        ),
    )
}

fn opinions_awaited(permit: &PermitCode, awaited: &[Awaited], names: &Names<'_>) -> Words {
    let one_zh = |a: &Awaited| match a.due {
        Some(due) => format!("{}（期限 {due}）", names.body_zh(&a.body)),
        None => format!("{}（未征求）", names.body_zh(&a.body)),
    };
    let one_en = |a: &Awaited| match a.due {
        Some(due) => format!("{} (due {due})", names.body_en(&a.body)),
        None => format!("{} (not asked)", names.body_en(&a.body)),
    };
    of(
        permit,
        names,
        &format!("尚缺意见：{}；请征求、等候，或撤回不需要的征求。", list(awaited, one_zh)),
        &format!(
            "waits for opinions of {}; ask for them, wait, or withdraw what is not needed",
            list(awaited, one_en)
        ),
    )
}

fn list<T>(all: &[T], one: impl Fn(&T) -> String) -> String {
    all.iter().map(one).collect::<Vec<_>>().join("、")
}

fn zh(bodies: &[BodyId], names: &Names<'_>) -> String {
    list(bodies, |body| names.body_zh(body))
}

fn en(bodies: &[BodyId], names: &Names<'_>) -> String {
    list(bodies, |body| names.body_en(body))
}

fn of(permit: &PermitCode, names: &Names<'_>, zh: &str, en: &str) -> Words {
    let permit = names.permit(permit);
    words("", UNIFIED, format!("{permit} {zh}"), format!("{permit} {en}."))
}

fn of_body((permit, body): (&PermitCode, &BodyId), names: &Names<'_>, zh: &str, en: &str) -> Words {
    let permit = names.permit(permit);
    words(
        "",
        UNIFIED,
        format!("{permit}：{}{zh}", names.body_zh(body)),
        format!("{permit}: {} {en}.", names.body_en(body)),
    )
}
