//! Why the directory was not changed.
//!
//! Invariant: each refusal carries its facts and says what to do.

use super::keepers::ImportPart;
use crate::{
    decider::{Explained, Role},
    ids::{BodyId, CountyId, OfficerId},
    naming::Names,
    sources,
};
use jiff::civil::Date;
use serde::Serialize;

/// Why the directory was not changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each variant is a sentence and its fields are the facts in it")]
pub enum DirectoryRefusal {
    /// Only the system administrator keeps the bodies.
    NotAdministrator { officer: OfficerId },
    /// Only the security administrator keeps accounts and roles.
    NotSecurityAdministrator { officer: OfficerId },
    /// The definition changes what is the other administrator's, too.
    OtherPart { officer: OfficerId, part: ImportPart },
    /// The definition is another county's.
    OtherCounty { given: CountyId, here: CountyId },
    /// The body is there already, and different.
    BodyExists { body: BodyId },
    /// No such body.
    NoSuchBody { body: BodyId },
    /// The account is there already, and different.
    OfficerExists { officer: OfficerId },
    /// No such account.
    NoSuchOfficer { officer: OfficerId },
    /// The account was retired for good.
    Retired { officer: OfficerId },
    /// The account acts for another body and cannot move.
    OfficerElsewhere { officer: OfficerId, body: BodyId, given: BodyId },
    /// Nobody grants roles to themselves.
    OwnRoles { officer: OfficerId },
    /// The platform's own name is for no account.
    PlatformsName { officer: OfficerId },
    /// The county would have no administrator of this kind left.
    LastAdministrator { officer: OfficerId, role: Role },
    /// An administrator's role goes with no other.
    RoleStandsAlone { officer: OfficerId, role: Role },
    /// The three administrators are three people, and so is audit.
    SamePerson { officer: OfficerId, other: OfficerId },
    /// An account without a role.
    NoRole { officer: OfficerId },
    /// The platform's own role is for no account.
    SystemRole { officer: OfficerId },
    /// Audit commands nothing, so it has no other role.
    AuditorActs { officer: OfficerId },
    /// Who acts on no matter has no deadlines.
    NoDeadlines { officer: OfficerId },
    /// The township role outside a township.
    NotATownship { officer: OfficerId },
    /// Stand-ins of a body are named by its head or an administrator.
    NotItsHead { officer: OfficerId, body: BodyId },
    /// Nobody names themselves.
    OwnStandIn { officer: OfficerId },
    /// Nobody stands in for themselves.
    StandsInForThemselves { officer: OfficerId },
    /// Principal and stand-in are of two bodies.
    StandInElsewhere { principal: OfficerId, stand_in: OfficerId, body: BodyId, given: BodyId },
    /// The account has no post that can be stood in for.
    NothingToStandInFor { officer: OfficerId },
    /// The last day comes before the first.
    DaysReversed { from: Date, to: Date },
    /// No powers are given for days that have passed.
    StandInInThePast { from: Date, today: Date },
    /// The principal has a stand-in on some of these days.
    StoodInForAlready { principal: OfficerId, stand_in: OfficerId, from: Date, to: Date },
    /// One of the two stands in, or is stood in for, on some of these days.
    ChainOfStandIns { principal: OfficerId, stand_in: OfficerId, from: Date, to: Date },
    /// Nothing that runs or is to come.
    NoSuchStandIn { principal: OfficerId, from: Date },
}

impl DirectoryRefusal {
    fn is_about_duties(&self) -> bool {
        matches!(
            self,
            Self::NotAdministrator { .. }
                | Self::NotSecurityAdministrator { .. }
                | Self::OtherPart { .. }
                | Self::RoleStandsAlone { .. }
                | Self::SamePerson { .. }
                | Self::OwnRoles { .. }
                | Self::AuditorActs { .. }
                | Self::NoDeadlines { .. }
                | Self::NotItsHead { .. }
                | Self::OwnStandIn { .. }
                | Self::StandsInForThemselves { .. }
                | Self::ChainOfStandIns { .. }
        )
    }
}

impl Explained for DirectoryRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAdministrator { .. } => "NotAdministrator",
            Self::NotSecurityAdministrator { .. } => "NotSecurityAdministrator",
            Self::OtherPart { .. } => "OtherPart",
            Self::OtherCounty { .. } => "OtherCounty",
            Self::BodyExists { .. } => "BodyExists",
            Self::NoSuchBody { .. } => "NoSuchBody",
            Self::OfficerExists { .. } => "OfficerExists",
            Self::NoSuchOfficer { .. } => "NoSuchOfficer",
            Self::Retired { .. } => "OfficerRetired",
            Self::OfficerElsewhere { .. } => "OfficerElsewhere",
            Self::OwnRoles { .. } => "OwnRoles",
            Self::PlatformsName { .. } => "PlatformsName",
            Self::LastAdministrator { .. } => "LastAdministrator",
            Self::RoleStandsAlone { .. } => "RoleStandsAlone",
            Self::SamePerson { .. } => "SamePerson",
            Self::NoRole { .. } => "NoRole",
            Self::SystemRole { .. } => "SystemRole",
            Self::AuditorActs { .. } => "AuditorActs",
            Self::NoDeadlines { .. } => "NoDeadlines",
            Self::NotATownship { .. } => "NotATownship",
            Self::NotItsHead { .. } => "NotItsHead",
            Self::OwnStandIn { .. } => "OwnStandIn",
            Self::StandsInForThemselves { .. } => "StandsInForThemselves",
            Self::StandInElsewhere { .. } => "StandInElsewhere",
            Self::NothingToStandInFor { .. } => "NothingToStandInFor",
            Self::DaysReversed { .. } => "DaysReversed",
            Self::StandInInThePast { .. } => "StandInInThePast",
            Self::StoodInForAlready { .. } => "StoodInForAlready",
            Self::ChainOfStandIns { .. } => "ChainOfStandIns",
            Self::NoSuchStandIn { .. } => "NoSuchStandIn",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        self.is_about_duties().then_some("R18")
    }

    fn source(&self) -> Option<String> {
        Some(if self.is_about_duties() { sources::DUTIES } else { sources::REGISTER }.into())
    }

    fn message_zh(&self, names: &Names<'_>) -> String {
        crate::naming::tight(&match self {
            Self::NotAdministrator { officer } => {
                format!(
                    "账号 {officer} 不是系统管理员，不能修改机构；请由系统管理员办理。",
                    officer = names.officer_zh(officer)
                )
            }
            Self::OtherCounty { given, here } => {
                format!("这份目录是 {given} 的，不是 {here} 的；请改正 county，或到 {given} 导入。")
            }
            Self::BodyExists { body } => {
                format!("机构 {body} 已登记，内容不同；请用修改机构。", body = names.body_zh(body))
            }
            Self::NoSuchBody { body } => {
                format!("目录里没有机构 {body}；请先登记该机构。", body = names.body_zh(body))
            }
            Self::OfficerExists { officer } => {
                format!(
                    "账号 {officer} 已登记，内容不同；请改角色，或换一个账号。",
                    officer = names.officer_zh(officer)
                )
            }
            Self::NoSuchOfficer { officer } => {
                format!("目录里没有账号 {officer}；请先登记。", officer = names.officer_zh(officer))
            }
            Self::Retired { officer } => {
                format!("账号 {officer} 已停用，不能再用；请另立账号。", officer = names.officer_zh(officer))
            }
            Self::OfficerElsewhere { officer, body, given } => {
                format!(
                    "账号 {officer} 属于 {body}，不能转到 {given}；请停用它，在 {given} 另立账号。",
                    officer = names.officer_zh(officer),
                    body = names.body_zh(body),
                    given = names.body_zh(given)
                )
            }
            Self::OwnRoles { officer } => {
                format!(
                    "账号 {officer} 不能给自己增加角色；请由另一名安全管理员办理。",
                    officer = names.officer_zh(officer)
                )
            }
            Self::PlatformsName { officer } => {
                format!("账号名 {officer} 是平台自身的，请换一个。", officer = names.officer_zh(officer))
            }
            Self::NoRole { officer } => format!(
                "账号 {officer} 没有任何角色；请至少给一个，或停用该账号。",
                officer = names.officer_zh(officer)
            ),
            Self::SystemRole { officer } => {
                format!(
                    "账号 {officer} 不能有平台自身的角色；请去掉 system。",
                    officer = names.officer_zh(officer)
                )
            }
            Self::AuditorActs { officer } => {
                format!(
                    "账号 {officer} 是审计角色，只看不办，不能兼其他角色；请分设账号。",
                    officer = names.officer_zh(officer)
                )
            }
            Self::NoDeadlines { officer } => {
                format!(
                    "账号 {officer} 不办理事项，没有可订阅的期限；请用经办账号订阅。",
                    officer = names.officer_zh(officer)
                )
            }
            Self::NotATownship { officer } => {
                format!(
                    "账号 {officer} 所属机构不是乡镇或街道，不能有乡镇角色；请改角色或机构。",
                    officer = names.officer_zh(officer)
                )
            }
            other => super::refusal_words::zh(other, names),
        })
    }

    fn message_en(&self, names: &Names<'_>) -> String {
        match self {
            Self::NotAdministrator { officer } => {
                format!(
                    "Account {officer} is not a system administrator; have one change the bodies.",
                    officer = names.officer_en(officer)
                )
            }
            Self::OtherCounty { given, here } => {
                format!(
                    "This directory is of {given}, not of {here}; correct `county` or import it in {given}."
                )
            }
            Self::BodyExists { body } => {
                format!("Body {body} exists and differs; amend it instead.", body = names.body_en(body))
            }
            Self::NoSuchBody { body } => {
                format!("The directory has no body {body}; register it first.", body = names.body_en(body))
            }
            Self::OfficerExists { officer } => {
                format!(
                    "Account {officer} exists and differs; change its roles or take another id.",
                    officer = names.officer_en(officer)
                )
            }
            Self::NoSuchOfficer { officer } => {
                format!(
                    "The directory has no account {officer}; register it first.",
                    officer = names.officer_en(officer)
                )
            }
            Self::Retired { officer } => {
                format!(
                    "Account {officer} was retired for good; register another one.",
                    officer = names.officer_en(officer)
                )
            }
            Self::OfficerElsewhere { officer, body, given } => format!(
                "Account {officer} acts for {body} and cannot move to {given}; retire it and register another in {given}.",
                officer = names.officer_en(officer),
                body = names.body_en(body),
                given = names.body_en(given)
            ),
            Self::OwnRoles { officer } => {
                format!(
                    "Account {officer} cannot grant roles to itself; ask another security administrator.",
                    officer = names.officer_en(officer)
                )
            }
            Self::PlatformsName { officer } => {
                format!(
                    "{officer} is the platform's own name in the record; take another.",
                    officer = names.officer_en(officer)
                )
            }
            Self::NoRole { officer } => {
                format!(
                    "Account {officer} would have no role; give it one or retire the account.",
                    officer = names.officer_en(officer)
                )
            }
            Self::SystemRole { officer } => {
                format!(
                    "Account {officer} cannot have the platform's own role; remove `system`.",
                    officer = names.officer_en(officer)
                )
            }
            Self::AuditorActs { officer } => {
                format!(
                    "Account {officer} audits and so commands nothing; use a second account for other roles.",
                    officer = names.officer_en(officer)
                )
            }
            Self::NoDeadlines { officer } => {
                format!(
                    "Account {officer} acts on no matter and so has no deadlines; use the account that does.",
                    officer = names.officer_en(officer)
                )
            }
            Self::NotATownship { officer } => {
                format!(
                    "The body of account {officer} is no township or subdistrict; change the role or the body.",
                    officer = names.officer_en(officer)
                )
            }
            other => super::refusal_words::en(other, names),
        }
    }
}
