//! A line of the table as a command of the matter.
//!
//! Invariant: a line says what a person did, in the words of the command of the same meaning; what follows from it is the
//! rules'.
//! Deliberately absent: whether it may be done; the decider says so.

use super::{
    papers::Offered,
    table::{Column, Fault, Line},
};
use jiff::civil::Date;
use om_domain::{
    clock::Ground,
    ids::{LegalText, MaterialCode, MilestoneCode},
    matter::{
        Matter, MatterCommand as C,
        event::{Handed, Notice, Service},
        plan::{Gate, Material, Plan, PlannedPermit, RequirementId},
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

/// What every line has, whatever happened.
const ALWAYS: [Column; 6] =
    [Column::Matter, Column::Permit, Column::Event, Column::Date, Column::Officer, Column::Note];
/// What a document is told by.
const DOCUMENT: [Column; 5] = [Column::Number, Column::Dated, Column::Service, Column::Served, Column::Paper];

impl Kind {
    /// Whether a document was made of it and served.
    fn is_served(self) -> bool {
        use Kind::*;
        matches!(self, CorrectionNoticed | Accepted | NotAccepted | Suspended | Approved | Denied | Issued)
    }

    /// The columns that it has besides those of every line and of a document.
    fn own(self) -> &'static [Column] {
        match self {
            Self::Submitted | Self::CorrectionNoticed | Self::CorrectionReceived | Self::Supplied => {
                &[Column::Materials]
            }
            Self::Accepted => &[],
            Self::NotAccepted | Self::Approved | Self::Withdrawn | Self::Milestone => &[Column::Reason],
            Self::Suspended => &[Column::Ground, Column::Until],
            Self::Resumed => &[Column::Ground],
            Self::Denied => &[Column::Reason, Column::Article, Column::Remedy],
            Self::Issued => &[Column::Until],
        }
    }

    fn takes(self, column: Column) -> bool {
        ALWAYS.contains(&column)
            || self.own().contains(&column)
            || (self.is_served() && DOCUMENT.contains(&column))
    }

    fn word(self) -> &'static str {
        let words = KINDS.iter().find(|(kind, _)| *kind == self).and_then(|(_, words)| words.first());
        words.copied().unwrap_or_default()
    }
}

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

/// Reads kind and date, and everything else that needs no matter, and looks at the papers; every fault of the line.
pub(super) fn read(line: &Line, papers: &mut Offered) -> Result<Read, Vec<Fault>> {
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
    for column in line.filled().filter(|column| kind.is_some_and(|kind| !kind.takes(*column))) {
        let word = kind.map_or("", Kind::word);
        let what = format!("a line {word} takes nothing here, and nothing is dropped unseen");
        let todo = match column {
            Column::Paper => "name the papers of materials in their column, as 名称=文件",
            _ => "leave it empty, or move it into 备注 (note)",
        };
        keep(line.fault(column, what, todo));
    }
    if let Some(words) = line.get(Column::Paper) {
        let _ = papers.look(line, Column::Paper, words).map_err(&mut keep);
    }
    for words in
        line.get(Column::Materials).map(parts).unwrap_or_default().iter().filter_map(|part| part.paper)
    {
        let _ = papers.look(line, Column::Materials, words).map_err(&mut keep);
    }
    match (kind, date) {
        (Some(kind), Some(date)) if faults.is_empty() => {
            Ok(Read { kind, date, known: served.map_or(date, |served| served.max(date)) })
        }
        _ => Err(faults),
    }
}

/// Whether a line names any paper.
pub(super) fn names_papers(line: &Line) -> bool {
    let of_materials = line.get(Column::Materials).map(parts).unwrap_or_default();
    line.get(Column::Paper).is_some() || of_materials.iter().any(|part| part.paper.is_some())
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
pub(super) fn command(line: &Line, read: &Read, matter: &Matter, papers: &Offered) -> Result<C, Fault> {
    let Some(plan) = &matter.plan else {
        return Err(line.fault(Column::Matter, "the matter has no plan yet", "plan and start it first"));
    };
    let planned = || planned(line, plan);
    let permit = || planned().map(|planned| planned.code.clone());
    let notice = || notice(line, read.date, papers);
    let handed = |at_intake| materials(line, planned()?, at_intake, papers);
    let text = |column| text(line, column);
    Ok(match read.kind {
        Kind::Submitted => C::SubmitPermit { permit: permit()?, materials: handed(true)? },
        Kind::Supplied => C::SupplyMaterials { permit: permit()?, materials: handed(false)? },
        Kind::CorrectionReceived => C::ReceiveCorrection { permit: permit()?, materials: handed(false)? },
        Kind::CorrectionNoticed => {
            let missing = handed(false)?;
            if missing.iter().any(|handed| handed.paper.is_some()) {
                let todo = "name the paper on the line of its receipt (补正收件)";
                return Err(line.fault(Column::Materials, "what is missing has no paper", todo));
            }
            let listed = missing.into_iter().map(|handed| RequirementId::Material(handed.material)).collect();
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

/// A part of the materials' field: a material, and where its paper lies.
struct Named<'a> {
    material: &'a str,
    paper: Option<&'a str>,
}

/// The parts of the materials' field, `NAME` or `NAME=PAPER`, separated by ; or a new line, and by 、 where no paper is
/// named, which may have one in its name.
fn parts(listed: &str) -> Vec<Named<'_>> {
    const EQUAL: [char; 2] = ['=', '＝'];
    let between: &[char] =
        if listed.contains(EQUAL) { &[';', '；', '\n'] } else { &[';', '；', '\n', '、'] };
    let parts = listed.split(between).map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| match part.split_once(EQUAL) {
            Some((material, paper)) => Named { material: material.trim(), paper: Some(paper.trim()) },
            None => Named { material: part, paper: None },
        })
        .collect()
}

/// Materials by code or name, each with its paper if one is named; `all` or 全部 are those due before acceptance, or all
/// of them, in one paper if one is named.
fn materials(
    line: &Line,
    planned: &PlannedPermit,
    at_intake: bool,
    papers: &Offered,
) -> Result<Vec<Handed>, Fault> {
    let Some(listed) = line.get(Column::Materials) else {
        return if at_intake { Ok(Vec::new()) } else { line.needed(Column::Materials).map(|_| Vec::new()) };
    };
    let paper =
        |words: Option<&str>| words.map(|words| papers.get(line, Column::Materials, words)).transpose();
    let handed = |code: &MaterialCode, paper| Handed { material: code.clone(), paper, file_name: None };
    let parts = parts(listed);
    if let [Named { material, paper: words }] = parts[..]
        && ["all", "全部"].contains(&material.to_lowercase().as_str())
    {
        let (paper, due) = (paper(words)?, |gate| !at_intake || gate == Gate::Accept);
        let all = planned.materials.iter().filter(|material| due(material.gate));
        return Ok(all.map(|material| handed(&material.code, paper.clone())).collect());
    }
    let named = parts.iter().map(|part| {
        let is = |m: &&Material| m.code.as_str() == part.material || m.name.as_str() == part.material;
        let found = planned.materials.iter().find(is).ok_or_else(|| {
            let known: Vec<String> =
                planned.materials.iter().map(|m| format!("{} {}", m.code, m.name)).collect();
            let what = format!("{} asks for no material {:?}", planned.name, part.material);
            line.fault(Column::Materials, what, format!("write codes or names of {}", known.join(", ")))
        })?;
        Ok(handed(&found.code, paper(part.paper)?))
    });
    named.collect()
}

/// The document of a line: its number and manner of service are needed; its days are the line's if not given.
fn notice(line: &Line, day: Date, papers: &Offered) -> Result<Notice, Fault> {
    let paper = |words| papers.get(line, Column::Paper, words);
    let Some(service) = service(line)? else {
        let todo = format!("no service, no effect: write one of {}", called(&SERVICES));
        return Err(line.fault(Column::Service, "it is empty", todo));
    };
    Ok(Notice {
        number: text(line, Column::Number)?,
        date: date(line, Column::Dated)?.unwrap_or(day),
        service,
        served_on: date(line, Column::Served)?.unwrap_or(day),
        paper: line.get(Column::Paper).map(paper).transpose()?,
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
