//! A line of the table as a command of the matter.
//!
//! Invariant: a line says what a person did, in the words of the command of the same meaning; what follows from it is the
//! rules'.
//! Deliberately absent: whether it may be done; the decider says so.

use super::table::{Column, Fault, Line};
use jiff::civil::Date;
use om_domain::{
    clock::Ground,
    ids::{LegalText, MaterialCode, MilestoneCode},
    matter::{
        Matter, MatterCommand as C,
        event::{Handed, Notice, Service},
        plan::{Gate, Plan, PlannedPermit, RequirementId},
    },
};
use std::str::FromStr;

/// What can have been done, by its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Submitted,
    CorrectionNoticed,
    CorrectionReceived,
    Supplied,
    Accepted,
    NotAccepted,
    Suspended,
    Resumed,
    Approved,
    Denied,
    Issued,
    Withdrawn,
    Milestone,
}

/// Each kind and its words; the first two are the ones it is called by.
const KINDS: [(Kind, &[&str]); 13] = [
    (Kind::Submitted, &["收件", "submitted", "申请", "提交"]),
    (Kind::CorrectionNoticed, &["一次性告知", "correction-noticed", "补正告知"]),
    (Kind::CorrectionReceived, &["补正收件", "correction-received"]),
    (Kind::Supplied, &["补充材料", "supplied"]),
    (Kind::Accepted, &["受理", "accepted"]),
    (Kind::NotAccepted, &["不予受理", "not-accepted"]),
    (Kind::Suspended, &["暂停计时", "suspended", "特别程序开始"]),
    (Kind::Resumed, &["恢复计时", "resumed", "特别程序结束"]),
    (Kind::Approved, &["批准", "approved", "准予", "批复"]),
    (Kind::Denied, &["不予许可", "denied", "不予批准"]),
    (Kind::Issued, &["发证", "issued", "颁证"]),
    (Kind::Withdrawn, &["撤回", "withdrawn"]),
    (Kind::Milestone, &["节点", "milestone"]),
];

const SERVICES: [(Service, &[&str]); 5] = [
    (Service::InPerson, &["直接送达", "in-person", "当面送达", "直接"]),
    (Service::Post, &["邮寄送达", "post", "邮寄"]),
    (Service::Electronic, &["电子送达", "electronic", "电子"]),
    (Service::Substituted, &["留置送达", "substituted", "留置"]),
    (Service::Public, &["公告送达", "public", "公告"]),
];

/// What can be read from a line without knowing its matter.
pub(super) struct Read {
    pub(super) kind: Kind,
    pub(super) date: Date,
    /// The day by which all the line tells of had happened: its own, or the later one of service.
    pub(super) known: Date,
}

/// Reads kind and date, and everything else that needs no matter; every fault of the line.
pub(super) fn read(line: &Line) -> Result<Read, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut keep = |fault: Fault| faults.push(fault);
    let kind = line.needed(Column::Event).and_then(|word| kind(line, word)).map_err(&mut keep).ok();
    let date =
        line.needed(Column::Date).and_then(|_| date(line, Column::Date)).map_err(&mut keep).ok().flatten();
    for column in [Column::Matter, Column::Permit, Column::Officer] {
        let _ = line.needed(column).map_err(&mut keep);
    }
    let served = self::date(line, Column::Served).map_err(&mut keep).ok().flatten();
    for column in [Column::Dated, Column::Until] {
        let _ = self::date(line, column).map_err(&mut keep);
    }
    let _ = service(line).map_err(&mut keep);
    match (kind, date) {
        (Some(kind), Some(date)) if faults.is_empty() => {
            Ok(Read { kind, date, known: served.map_or(date, |served| served.max(date)) })
        }
        _ => Err(faults),
    }
}

fn words<T: Copy>(all: &[(T, &[&str])], word: &str) -> Option<T> {
    let word = word.to_lowercase();
    all.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(value, _)| *value)
}

fn called<T>(all: &[(T, &[&str])]) -> String {
    let called = |words: &&[&str]| words.iter().take(2).copied().collect::<Vec<_>>().join("/");
    all.iter().map(|(_, words)| called(words)).collect::<Vec<_>>().join(", ")
}

fn kind(line: &Line, word: &str) -> Result<Kind, Fault> {
    words(&KINDS, word).ok_or_else(|| {
        line.fault(
            Column::Event,
            format!("{word:?} is not known"),
            format!("write one of {}", called(&KINDS)),
        )
    })
}

fn service(line: &Line) -> Result<Option<Service>, Fault> {
    let Some(word) = line.get(Column::Service) else { return Ok(None) };
    words(&SERVICES, word).map(Some).ok_or_else(|| {
        let todo = format!("write one of {}", called(&SERVICES));
        line.fault(Column::Service, format!("{word:?} is no manner of service"), todo)
    })
}

/// A day as people write it: 2026-03-02, 2026/3/2, 2026年3月2日.
fn date(line: &Line, column: Column) -> Result<Option<Date>, Fault> {
    let Some(text) = line.get(column) else { return Ok(None) };
    let plain = text.trim_end_matches('日').replace(['年', '月', '/', '.'], "-");
    let mut parts = plain.split('-').map(|part| part.trim().parse::<i16>());
    let parsed = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) if (1900..2200).contains(&year) => {
            i8::try_from(month).ok().zip(i8::try_from(day).ok()).and_then(|(m, d)| Date::new(year, m, d).ok())
        }
        _ => None,
    };
    parsed.map(Some).ok_or_else(|| {
        line.fault(column, format!("{text:?} is no day"), "write it as 2026-03-02, 2026/3/2 or 2026年3月2日")
    })
}

/// The command of a line, on the matter as it stands.
pub(super) fn command(line: &Line, read: &Read, matter: &Matter) -> Result<C, Fault> {
    let Some(plan) = &matter.plan else {
        return Err(line.fault(Column::Matter, "the matter has no plan yet", "plan and start it first"));
    };
    let planned = || planned(line, plan);
    let permit = || planned().map(|planned| planned.code.clone());
    let notice = || notice(line, read.date);
    let text = |column| text(line, column);
    Ok(match read.kind {
        Kind::Submitted => C::SubmitPermit { permit: permit()?, materials: handed(line, planned()?, true)? },
        Kind::Supplied => {
            C::SupplyMaterials { permit: permit()?, materials: handed(line, planned()?, false)? }
        }
        Kind::CorrectionReceived => {
            C::ReceiveCorrection { permit: permit()?, materials: handed(line, planned()?, false)? }
        }
        Kind::CorrectionNoticed => {
            let listed = materials(line, planned()?, false)?;
            let listed = listed.into_iter().map(RequirementId::Material).collect();
            C::NoticeCorrection { permit: permit()?, listed, notice: notice()? }
        }
        Kind::Accepted => C::AcceptPermit { permit: permit()?, notice: notice()? },
        Kind::NotAccepted => {
            C::RefuseAcceptance { permit: permit()?, reason: text(Column::Reason)?, notice: notice()? }
        }
        Kind::Suspended => C::SuspendClock {
            permit: permit()?,
            ground: ground(line)?,
            told_until: needed_date(line, Column::Until)?,
            notice: notice()?,
            proof: None,
        },
        Kind::Resumed => C::ResumeClock { permit: permit()?, ground: ground(line)? },
        Kind::Approved => C::ApprovePermit {
            permit: permit()?,
            notice: notice()?,
            conditions: line.get(Column::Reason).map(|_| text(Column::Reason)).transpose()?,
        },
        Kind::Denied => C::DenyPermit {
            permit: permit()?,
            reasons: text(Column::Reason)?,
            article: text(Column::Article)?,
            remedy: text(Column::Remedy)?,
            notice: notice()?,
        },
        Kind::Issued => C::IssueCertificate {
            permit: permit()?,
            certificate: notice()?,
            valid_until: date(line, Column::Until)?,
        },
        Kind::Withdrawn => C::WithdrawPermit { permit: permit()?, reason: text(Column::Reason)? },
        Kind::Milestone => {
            C::ReachMilestone { milestone: milestone(line, plan)?, evidence: text(Column::Reason)? }
        }
    })
}

fn planned<'a>(line: &Line, plan: &'a Plan) -> Result<&'a PlannedPermit, Fault> {
    let asked = line.needed(Column::Permit)?;
    let is = |p: &&PlannedPermit| p.code.as_str() == asked || p.name.as_str() == asked;
    plan.permits.iter().find(is).ok_or_else(|| {
        let known: Vec<String> = plan.permits.iter().map(|p| format!("{} {}", p.code, p.name)).collect();
        let what = format!("the matter's plan has no permit {asked:?}");
        line.fault(Column::Permit, what, format!("write the code or the name of one of {}", known.join(", ")))
    })
}

fn milestone(line: &Line, plan: &Plan) -> Result<MilestoneCode, Fault> {
    let asked = line.needed(Column::Permit)?;
    let found = plan.milestones.iter().find(|m| m.code.as_str() == asked || m.name.as_str() == asked);
    found.map(|milestone| milestone.code.clone()).ok_or_else(|| {
        let known: Vec<String> = plan.milestones.iter().map(|m| format!("{} {}", m.code, m.name)).collect();
        let what = format!("the matter's plan has no milestone {asked:?}");
        line.fault(Column::Permit, what, format!("write one of {}", known.join(", ")))
    })
}

/// Materials by code or name, separated by ; or 、; `all` or 全部 are those due before acceptance, or all of them.
fn materials(line: &Line, planned: &PlannedPermit, at_intake: bool) -> Result<Vec<MaterialCode>, Fault> {
    let Some(listed) = line.get(Column::Materials) else {
        return if at_intake { Ok(Vec::new()) } else { line.needed(Column::Materials).map(|_| Vec::new()) };
    };
    if ["all", "全部"].contains(&listed.to_lowercase().as_str()) {
        let due = planned.materials.iter().filter(|material| !at_intake || material.gate == Gate::Accept);
        return Ok(due.map(|material| material.code.clone()).collect());
    }
    let names = listed.split([';', '；', '、']).map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|name| {
            let found = planned.materials.iter().find(|m| m.code.as_str() == name || m.name.as_str() == name);
            found.map(|material| material.code.clone()).ok_or_else(|| {
                let known: Vec<String> =
                    planned.materials.iter().map(|m| format!("{} {}", m.code, m.name)).collect();
                let what = format!("{} asks for no material {name:?}", planned.name);
                line.fault(Column::Materials, what, format!("write codes or names of {}", known.join(", ")))
            })
        })
        .collect()
}

fn handed(line: &Line, planned: &PlannedPermit, at_intake: bool) -> Result<Vec<Handed>, Fault> {
    let materials = materials(line, planned, at_intake)?;
    Ok(materials.into_iter().map(|material| Handed { material, paper: None, file_name: None }).collect())
}

/// The document of a line: its number and manner of service are needed; its days are the line's if not given.
fn notice(line: &Line, day: Date) -> Result<Notice, Fault> {
    let Some(service) = service(line)? else {
        let todo = format!("no service, no effect: write one of {}", called(&SERVICES));
        return Err(line.fault(Column::Service, "it is empty", todo));
    };
    Ok(Notice {
        number: text(line, Column::Number)?,
        date: date(line, Column::Dated)?.unwrap_or(day),
        service,
        served_on: date(line, Column::Served)?.unwrap_or(day),
        paper: None,
    })
}

fn needed_date(line: &Line, column: Column) -> Result<Date, Fault> {
    date(line, column)?.ok_or_else(|| line.fault(column, "it is empty", "fill it in"))
}

fn ground(line: &Line) -> Result<Ground, Fault> {
    let word = line.needed(Column::Ground)?;
    let is = |ground: &Ground| ground.name_zh() == word || ground.name_en().eq_ignore_ascii_case(word);
    Ground::ALL.into_iter().find(is).ok_or_else(|| {
        let known: Vec<String> =
            Ground::ALL.iter().map(|g| format!("{}/{}", g.name_zh(), g.name_en())).collect();
        let what = format!("{word:?} is no ground on which a clock stops (行政许可法 45)");
        line.fault(Column::Ground, what, format!("write one of {}", known.join(", ")))
    })
}

fn text(line: &Line, column: Column) -> Result<LegalText, Fault> {
    let text = line.needed(column)?;
    LegalText::from_str(text).map_err(|error| line.fault(column, error.to_string(), "correct it"))
}
