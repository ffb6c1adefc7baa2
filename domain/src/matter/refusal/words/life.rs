//! Refusals of the life of the matter, and of who may act, in words.
//!
//! Invariant: each says what to do.
//! Deliberately absent: the refusals themselves.

use super::{Words, apart, both, codes, words};
use crate::{
    ids::{MilestoneCode, PaperHash},
    matter::{plan::Node, refusal::MatterRefusal},
    naming::Names,
    sources,
};

fn milestones(open: &[MilestoneCode], names: &Names<'_>) -> String {
    let named: Vec<_> = open.iter().map(|code| names.milestone(code)).collect();
    if named.is_empty() { "—".into() } else { named.join("、") }
}

/// As much of a hash as tells a paper from the others in a sentence.
fn shortened(paper: &PaperHash) -> String {
    paper.as_str().chars().take(12).chain(['…']).collect()
}

impl MatterRefusal {
    pub(super) fn words_of_life(&self, names: &Names<'_>) -> Option<Words> {
        use MatterRefusal::*;
        Some(match self {
            NoSuchMatter => words(
                "",
                sources::REGISTER,
                "没有这个事项，请核对编号。",
                "There is no such matter; check its id.",
            ),
            MatterExists => {
                words("", sources::ORDER, "该事项已经提出。", "The matter has been proposed already.")
            }
            WrongPhase { is, needed } => words(
                "",
                sources::ORDER,
                format!(
                    "事项{}，须在{}时办理。",
                    is.name_zh(),
                    needed.iter().map(|p| p.name_zh()).collect::<Vec<_>>().join("或")
                ),
                format!(
                    "The matter is {}; this is done while it is {}.",
                    is.name_en(),
                    needed.iter().map(|p| p.name_en()).collect::<Vec<_>>().join(" or ")
                ),
            ),
            CodeNotReserved { by } => words(
                "",
                "政府投资条例 10",
                match by {
                    Some(matter) => format!("项目代码已被事项 {matter} 使用，一个项目只有一个代码。"),
                    None => "项目代码尚未登记，请先登记。".into(),
                },
                match by {
                    Some(matter) => format!(
                        "The project code belongs to matter {matter}; a project has one code and one matter."
                    ),
                    None => "Reserve the project code first.".into(),
                },
            ),
            CodeOfAnotherPlace { code, county } => words(
                "",
                "政府投资条例 10",
                format!(
                    "项目代码 {code} 的行政区划 {} 不是本县 {county} 及其上级；请核对代码，或由项目所在县提出。",
                    code.division().unwrap_or("—")
                ),
                format!(
                    "The division {} in project code {code} is neither county {county} nor above it; check the code, or propose the matter where it belongs.",
                    code.division().unwrap_or("—")
                ),
            ),
            ProjectStays { what } => words(
                "",
                "政府投资条例 10",
                format!("{}不能更正；请终止本事项，另行提出。", apart(what).0),
                format!("The {} is not corrected; give this matter up and propose it anew.", apart(what).1),
            ),
            PaperMissing { papers } => {
                let zh = papers.iter().map(shortened).collect::<Vec<_>>().join("、");
                let en = papers.iter().map(shortened).collect::<Vec<_>>().join(", ");
                words(
                    "",
                    sources::RECORD,
                    format!("文件原件 {zh} 尚未上传，不能据以记录；请先上传原件，再办理。"),
                    format!(
                        "The paper {en} has not been uploaded, and nothing is recorded by it; upload it, then try again."
                    ),
                )
            }
            PromiseNeedsItsDocument { permit } => {
                let permit = names.permit(permit);
                words(
                    "R2",
                    sources::PLAN,
                    format!("{permit} 的承诺时限由牵头部门公布；变更须写明部门的新依据。"),
                    format!(
                        "The promised limit of {permit} is its department's; name the document in which the department set the new one as its source."
                    ),
                )
            }
            NoPlan => words(
                "",
                sources::PLAN,
                "事项尚无审批计划，请先选择模板。",
                "The matter has no plan; plan it from a template first.",
            ),
            AlreadyPlanned => words(
                "",
                sources::PLAN,
                "事项已有审批计划，请用变更计划。",
                "The matter has a plan; amend it.",
            ),
            TemplateUnknown { reason } => words(
                "",
                sources::PLAN,
                format!("模板无法套用：{reason}"),
                format!("The template cannot be used: {reason}"),
            ),
            PlanInvalid { reason } => words(
                "",
                sources::PLAN,
                format!("变更后的计划不成立：{}。", apart(reason).0),
                format!("The amended plan does not hold together: {}.", apart(reason).1),
            ),
            StatutoryEdgeRemoved { permit, requirement, article } => {
                let requirement = names.requirement(Some(permit), requirement);
                let permit = names.permit(permit);
                words(
                    "R8",
                    &format!("行政许可法 69；{article}"),
                    format!("{requirement} 是 {permit} 的法定条件，变更计划不得取消或放宽。"),
                    format!(
                        "{requirement} is a statutory condition of {permit}; an amendment cannot take it away or put it off."
                    ),
                )
            }
            PermitOfTemplate { permit, lead } => {
                let permit = names.permit(permit);
                words(
                    "",
                    sources::PLAN,
                    format!(
                        "{permit} 是模板所列事项，专班不能删除；本项目不涉及的，请由{}标记为不适用。",
                        names.body_zh(lead)
                    ),
                    format!(
                        "{permit} comes from the template and is not the task force's to drop; if it does not apply, have {} mark it not applicable.",
                        names.body_en(lead)
                    ),
                )
            }
            ListIsNotAmended { permit, requirement } => {
                let what = requirement.as_ref().map(|r| names.requirement(Some(permit), r));
                let permit = names.permit(permit);
                match what {
                    Some(what) => words(
                        "R10",
                        sources::TOLERANCE,
                        format!(
                            "{permit} 的 {what} 可否容缺由容缺清单（模板）规定，变更计划不得放宽；请改清单后重新导入模板。"
                        ),
                        format!(
                            "Whether {what} of {permit} may be tolerated is for the list in the template, and no amendment widens it; change the list and import the template."
                        ),
                    ),
                    None => words(
                        "R11",
                        "县先证后补清单",
                        format!(
                            "{permit} 可否先证后补由县先证后补清单（模板）规定，变更计划不得列入；请改清单后重新导入模板。"
                        ),
                        format!(
                            "Whether {permit} may be issued first is for the county's list in the template, and no amendment puts it there; change the list and import the template."
                        ),
                    ),
                }
            }
            PromiseBeyondLaw { permit, promised, statutory, source } => {
                let permit = names.permit(permit);
                words(
                    "R4",
                    source,
                    format!(
                        "{permit} 的承诺时限 {promised} 日长于法定时限 {statutory} 日；承诺不得长于法定，请改短。"
                    ),
                    format!(
                        "{permit} promises {promised} days where the law gives {statutory}; promise no more than that."
                    ),
                )
            }
            MilestoneTooEarly { milestone, after } => {
                let node = |node: &Node| match node {
                    Node::Permit(code) => names.permit(code),
                    Node::Milestone(code) => names.milestone(code),
                };
                let first = after.iter().map(node).collect::<Vec<_>>().join("、");
                let milestone = names.milestone(milestone);
                words(
                    "",
                    sources::PLAN,
                    format!("节点 {milestone} 须在 {first} 之后；请先办结前项，或核对发生日期。"),
                    format!("{milestone} comes after {first}; that comes first, or check the day."),
                )
            }
            GatePassed { permit, gate } => {
                let permit = names.permit(permit);
                words(
                    "",
                    sources::PLAN,
                    format!("{permit} 已过{}环节，不能再变更。", gate.name_zh()),
                    format!("{permit} has passed its {} gate; leave that part as it is.", gate.name_en()),
                )
            }
            NoSuchPermit { permit } => words(
                "",
                sources::PLAN,
                format!("计划中没有审批事项 {permit}。"),
                format!("The plan has no permit {permit}; take a code from the plan."),
            ),
            NoSuchMilestone { milestone } => words(
                "",
                sources::PLAN,
                format!("计划中没有节点 {milestone}。"),
                format!("The plan has no milestone {milestone}; take a code from the plan."),
            ),
            MilestoneAlreadyReached { milestone, on } => {
                let milestone = names.milestone(milestone);
                words(
                    "",
                    sources::RECORD,
                    format!("节点 {milestone} 已于 {on} 完成。"),
                    format!("Milestone {milestone} was reached on {on}."),
                )
            }
            NoSuchRequirement { permit, requirement } => {
                let requirement = names.requirement(Some(permit), requirement);
                let permit = names.permit(permit);
                words(
                    "",
                    sources::PLAN,
                    format!("{permit} 没有要件 {requirement}。"),
                    format!("{permit} has no requirement {requirement}; take one from the plan."),
                )
            }
            UnknownOfficer { officer } => words(
                "",
                sources::REGISTER,
                format!("通讯录中没有 {officer}。"),
                format!("The directory does not know {officer}; register the officer first."),
            ),
            UnknownBody { body } => words(
                "",
                sources::REGISTER,
                format!("通讯录中没有机构 {body}，请先登记。"),
                format!("The directory does not know body {body}; register it first."),
            ),
            NotALead { officer } => words(
                "",
                sources::REGISTER,
                format!("{} 没有专班组长的角色，请由管理员授予，或另选一人。", names.officer_zh(officer)),
                format!(
                    "{} does not have the role of a lead; have an administrator grant it, or name somebody else.",
                    names.officer_en(officer)
                ),
            ),
            LawIsNotAmended { permit, what } => {
                let permit = names.permit(permit);
                words(
                    "R2",
                    "行政许可法 42",
                    format!("{permit} 的{}由法律或部门规定，变更计划不得改动。", apart(what).0),
                    format!(
                        "The {} of {permit} is set by law or by its department; an amendment does not change it.",
                        apart(what).1
                    ),
                )
            }
            NotAuthorised { needs } => words(
                needs.ground().0,
                needs.ground().1,
                format!("无权办理，须由{}办理。", needs.zh(names)),
                format!("Not yours to do: it needs {}.", needs.en(names)),
            ),
            CustodyElsewhere { permit, holder } => {
                let permit = names.permit(permit);
                words(
                    "",
                    sources::HANDOFF,
                    format!("{permit} 现由{}保管，收回后方可办理。", names.body_zh(holder)),
                    format!("{} has custody of {permit}; recall it first.", names.body_en(holder)),
                )
            }
            SeparationOfDuties { officer, because } => words(
                "R18",
                "行政许可法 34",
                format!("{} 须回避：{}。请由他人办理。", names.officer_zh(officer), both(because.as_str()).0),
                format!(
                    "{} must stand back: {}. Let someone else do it.",
                    names.officer_en(officer),
                    both(because.as_str()).1
                ),
            ),
            NotFinished(open) => words(
                "",
                sources::ORDER,
                format!(
                    "尚未办结：审批事项 {}；欠件 {}；移交 {}；撤销建议待决定 {}；前置失效待研判 {}；未完成的节点 {}；申诉待决定 {}。",
                    codes(&open.permits, names),
                    codes(&open.debts, names),
                    codes(&open.handoffs, names),
                    codes(&open.revocations, names),
                    codes(&open.fallen, names),
                    milestones(&open.milestones, names),
                    codes(&open.appeals, names)
                ),
                format!(
                    "Not finished: permits {}; debts {}; handoffs {}; proposed revocations {}; fallen prerequisites {}; milestones not reached {}; appeals {}.",
                    codes(&open.permits, names),
                    codes(&open.debts, names),
                    codes(&open.handoffs, names),
                    codes(&open.revocations, names),
                    codes(&open.fallen, names),
                    milestones(&open.milestones, names),
                    codes(&open.appeals, names)
                ),
            ),
            RoundsOpen { permits } => words(
                "",
                sources::ORDER,
                format!("尚有申请未办完：{}。请先决定、发证或由申请人撤回，再终止。", codes(permits, names)),
                format!(
                    "Applications are open: {}; decide, deliver or withdraw them before the matter is given up.",
                    codes(permits, names)
                ),
            ),
            EffectiveInFuture { effective, today } => words(
                "R16",
                sources::RECORD,
                format!("发生日期 {effective} 晚于今天 {today}。"),
                format!("{effective} lies after today, {today}; record it when it has happened."),
            ),
            BackfillOutOfOrder { effective, last } => words(
                "R16",
                sources::RECORD,
                format!("补录日期 {effective} 早于已记录的 {last}，会改变既成结果；请更正原记录。"),
                format!(
                    "{effective} lies before {last}, on which something that depends on it is recorded; correct that entry instead."
                ),
            ),
            _ => return None,
        })
    }
}
