//! What is said where a stand-in was not named or not ended, and where the administrators would not be three.
//!
//! Invariant: each sentence says what to do.
//! Deliberately absent: the refusals of bodies and accounts; those are beside their kinds.

use super::DirectoryRefusal as R;
use crate::{decider::Explained as _, naming::Names};

pub(super) fn zh(refusal: &R, names: &Names<'_>) -> String {
    let one = |officer| names.officer_zh(officer);
    match refusal {
        R::NotItsHead { officer, body } => format!(
            "账号{}不是{}的负责人，不能安排该单位的AB岗；请由该单位负责人或安全管理员办理。",
            one(officer),
            names.body_zh(body)
        ),
        R::OwnStandIn { officer } => {
            format!("账号{}不能安排自己代岗；请由单位负责人或另一名安全管理员办理。", one(officer))
        }
        R::StandsInForThemselves { officer } => {
            format!("账号{}不能代自己；请选同单位的另一个账号。", one(officer))
        }
        R::StandInElsewhere { principal, stand_in, body, given } => format!(
            "{}属于{}，{}属于{}，不同单位不能互为AB岗；请在{}内另选。",
            one(principal),
            names.body_zh(body),
            one(stand_in),
            names.body_zh(given),
            names.body_zh(body)
        ),
        R::NothingToStandInFor { officer } => {
            format!(
                "账号{}没有可由他人代行的岗位：专班组长由副组长代理，管理员、审计不设代岗。",
                one(officer)
            )
        }
        R::NotSecurityAdministrator { officer } => {
            format!("账号{}不是安全管理员，不能登记账号、授予角色；请由安全管理员办理。", one(officer))
        }
        R::OtherPart { officer, part } => {
            let (theirs, other) = part.zh();
            format!(
                "这份目录还改动了{theirs}，不归账号{}；请只导入自己的部分，{theirs}由{other}导入。",
                one(officer)
            )
        }
        R::LastAdministrator { officer, role } => {
            format!("{}是本县最后一名{}，请先另设一名。", one(officer), role.name_zh())
        }
        R::RoleStandsAlone { officer, role } => {
            format!("账号{}是{}，不能兼其他角色；请分设账号、由不同的人担任。", one(officer), role.name_zh())
        }
        R::SamePerson { officer, other } => format!(
            "账号{}与{}是同一人；系统、安全、审计管理员和审计须由不同的人担任，请另选。",
            one(officer),
            one(other)
        ),
        R::DaysReversed { from, to } => format!("起始日{from}晚于截止日{to}；请改正日期。"),
        R::StandInInThePast { from, today } => {
            format!("起始日{from}已过，代岗不能补授；请自今日（{today}）起安排。")
        }
        R::StoodInForAlready { principal, stand_in, from, to } => {
            format!("{}在{from}至{to}已由{}代岗；请先终止该代岗，或改日期。", one(principal), one(stand_in))
        }
        R::ChainOfStandIns { principal, stand_in, from, to } => format!(
            "{from}至{to}已安排{}代{}，代岗不得转代；请另选账号，或改日期。",
            one(stand_in),
            one(principal)
        ),
        R::NoSuchStandIn { principal, from } => {
            format!("{}没有自{from}起、尚未结束的代岗；请核对账号和起始日。", one(principal))
        }
        other => other.code().into(),
    }
}

pub(super) fn en(refusal: &R, names: &Names<'_>) -> String {
    let one = |officer| names.officer_en(officer);
    match refusal {
        R::NotItsHead { officer, body } => format!(
            "Account {} is not the head of {}; have its head or a security administrator arrange its stand-ins.",
            one(officer),
            names.body_en(body)
        ),
        R::OwnStandIn { officer } => format!(
            "Account {} cannot name itself as stand-in; ask the body's head or another security administrator.",
            one(officer)
        ),
        R::StandsInForThemselves { officer } => {
            format!(
                "Account {} cannot stand in for itself; choose another account of the body.",
                one(officer)
            )
        }
        R::StandInElsewhere { principal, stand_in, body, given } => format!(
            "{} acts for {} and {} for {}; choose a stand-in inside {}.",
            one(principal),
            names.body_en(body),
            one(stand_in),
            names.body_en(given),
            names.body_en(body)
        ),
        R::NothingToStandInFor { officer } => format!(
            "Account {} has no post that another can act in: a task-force lead has a deputy, administrators and auditors have no stand-in.",
            one(officer)
        ),
        R::NotSecurityAdministrator { officer } => format!(
            "Account {} is not a security administrator; have one register accounts and grant roles.",
            one(officer)
        ),
        R::OtherPart { officer, part } => {
            let (theirs, other) = part.en();
            format!(
                "The definition changes {theirs} too, which account {} does not keep; import your own part only and have the {other} import {theirs}.",
                one(officer)
            )
        }
        R::LastAdministrator { officer, role } => {
            format!("{} is the county's last {}; register another one first.", one(officer), role.name_en())
        }
        R::RoleStandsAlone { officer, role } => format!(
            "Account {} is {} and so has no other role; use another account, of another person.",
            one(officer),
            role.name_en()
        ),
        R::SamePerson { officer, other } => format!(
            "Accounts {} and {} are one person; system, security and audit administrator and auditor are different people, choose another.",
            one(officer),
            one(other)
        ),
        R::DaysReversed { from, to } => {
            format!("The first day {from} comes after the last day {to}; correct the days.")
        }
        R::StandInInThePast { from, today } => {
            format!("The first day {from} has passed; name a stand-in from today, {today}, on.")
        }
        R::StoodInForAlready { principal, stand_in, from, to } => format!(
            "From {from} to {to} {} is stood in for by {}; end that first or choose other days.",
            one(principal),
            one(stand_in)
        ),
        R::ChainOfStandIns { principal, stand_in, from, to } => format!(
            "From {from} to {to} {} stands in for {}, and no stand-in hands on; choose another account or other days.",
            one(stand_in),
            one(principal)
        ),
        R::NoSuchStandIn { principal, from } => format!(
            "{} has no stand-in from {from} that runs or is to come; check account and first day.",
            one(principal)
        ),
        other => other.code().into(),
    }
}
