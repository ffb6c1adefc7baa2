//! What a sheet says, by the kind of its fact.
//!
//! Invariants: each names applicant, project, permit, article and the days as they were recorded; a sheet of service
//! (送达回证) is of the same fact.
//! Deliberately absent: how it looks.

use super::served;
use jiff::civil::Date;
use om_domain::{
    clock::{Limit, Unit},
    directory::Directory,
    ids::{BodyId, MatterId, PermitCode},
    matter::{
        Matter, MatterEvent as E,
        event::{Dues, Notice, ProjectFacts, Service},
        plan::{Nature, PlannedPermit, RequirementId},
        state::Round,
    },
    naming::Names,
};
use om_infra::recorded::Entry;
use std::collections::BTreeSet;

/// A sheet before it is a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Who serves it.
    pub body: String,
    /// What it is.
    pub title: String,
    /// Its number.
    pub number: String,
    /// To whom it is addressed; empty on a sheet of service.
    pub to: String,
    /// What it says before its list.
    pub paragraphs: Vec<String>,
    /// What it lists.
    pub list: Vec<String>,
    /// What it says after its list.
    pub after: Vec<String>,
    /// Rows of a form; those with nothing in them are filled in by hand.
    pub rows: Vec<(&'static str, String)>,
    /// Its day, as documents write it.
    pub date: String,
    /// Where it comes from.
    pub foot: String,
}

/// What a sheet is made of.
pub struct Source<'a> {
    /// The matter's id.
    pub matter: MatterId,
    /// The fact it is the sheet of.
    pub entry: &'a Entry<E>,
    /// The matter as folded up to this fact.
    pub state: &'a Matter,
    /// The directory as it was when the fact was recorded.
    pub directory: &'a Directory,
    /// Whether the sheet of service (送达回证) is wanted instead of the notice.
    pub of_service: bool,
}

/// The parts every sheet has.
struct Basis<'a> {
    names: Names<'a>,
    project: &'a ProjectFacts,
    code: &'a PermitCode,
    planned: &'a PlannedPermit,
    round: &'a Round,
    notice: &'a Notice,
    by: &'a BodyId,
}

/// The sheet of a fact; none where it is not served.
pub fn of(source: &Source<'_>) -> Option<Sheet> {
    let event = &source.entry.fact.event;
    let (_, notice) = served(event)?;
    let code = om_domain::matter::event_permit(event)?;
    let plan = source.state.plan.as_deref()?;
    let basis = Basis {
        names: Names {
            directory: Some(source.directory),
            plan: Some(plan),
            about: Some(code),
            ..Names::default()
        },
        project: source.state.project.as_ref()?,
        planned: plan.permit(code)?,
        round: source.state.permits.get(code)?.round()?,
        code,
        notice,
        by: &source.entry.fact.by.body,
    };
    let notice_sheet = basis.sheet(event)?;
    let sheet = if source.of_service { basis.of_service(&notice_sheet) } else { notice_sheet };
    Some(Sheet { foot: foot(source, notice), ..sheet })
}

fn foot(source: &Source<'_>, notice: &Notice) -> String {
    let entry = &source.entry.fact;
    let made = format!(
        "本文书由一件事平台依事项记录生成：matter:{} 第 {} 条（{}）。",
        source.matter, entry.revision, entry.id
    );
    match &notice.paper {
        Some(paper) => format!("{made}部门另有盖章原件存档，SHA-256 {paper}。"),
        None => made,
    }
}

impl Basis<'_> {
    fn sheet(&self, event: &E) -> Option<Sheet> {
        let sheet = match event {
            E::PermitAccepted(e) => {
                self.acceptance(e.clock_from, e.dues.as_ref(), &e.deficient, e.pre_review_due.is_some())
            }
            E::CorrectionNoticed(e) => self.correction(&e.listed),
            E::DeemedAcceptanceSetAside(e) => self.correction(&e.listed),
            E::PermitNotAccepted(e) => self.not_accepted(e.reason.as_str()),
            E::ClockSuspended(e) => self.suspension(e.ground.name_zh(), (e.from, e.told_until), &e.dues),
            E::LimitExtended(e) => self.extension(
                &format!("{}{}", e.extension.value, unit(e.extension.unit)),
                e.reason.as_str(),
                &e.dues,
            ),
            E::PermitApproved(e) => {
                let due = e.delivery_due.as_ref().map(|due| due.date);
                self.approval(e.conditions.as_ref().map(|c| c.as_str()), due)
            }
            E::PermitDenied(e) => {
                let texts = (e.reasons.as_str(), e.article.as_str(), Some(e.remedy.as_str()));
                self.against("不予行政许可决定书", "作出不予行政许可的决定", texts)
            }
            E::RenewalGranted(e) => self.renewal(e.valid_until),
            E::RenewalRefused(e) => {
                let texts = (e.reasons.as_str(), e.article.as_str(), Some(e.remedy.as_str()));
                self.against("不予延续行政许可决定书", "作出不予延续的决定", texts)
            }
            E::PermitRevoked(e) => {
                let texts = (e.reasons.as_str(), e.article.as_str(), None);
                self.against("撤销行政许可决定书", "决定撤销该行政许可", texts)
            }
            _ => return None,
        };
        Some(sheet)
    }

    fn plain(&self, title: &str, paragraphs: Vec<String>) -> Sheet {
        Sheet {
            body: self.names.body_zh(self.by),
            title: title.to_owned(),
            number: self.notice.number.to_string(),
            to: self.applicant(),
            paragraphs,
            date: in_characters(self.notice.date),
            ..Sheet::default()
        }
    }

    /// By the body it belongs to, where it has one; else by its entry in the register, which is all that is recorded.
    fn applicant(&self) -> String {
        match &self.project.applicant_body {
            Some(body) => self.names.body_zh(body),
            None => format!("申请人（{}）", self.project.applicant),
        }
    }

    fn application(&self) -> String {
        format!(
            "你单位于{}就“{}”（项目代码：{}）提出的“{}”申请",
            day(self.round.received_on),
            self.project.name,
            self.project.code,
            self.planned.name
        )
    }

    /// The articles bind permits; what is none is handled by them.
    fn by_article(&self, article: &str) -> String {
        let by = if self.planned.nature == Nature::Permit { "根据" } else { "参照" };
        format!("{by}《中华人民共和国行政许可法》{article}的规定")
    }

    fn acceptance(
        &self,
        from: Option<Date>,
        dues: Option<&Dues>,
        deficient: &BTreeSet<RequirementId>,
        pre_review: bool,
    ) -> Sheet {
        let found = if deficient.is_empty() {
            "申请材料齐全、符合法定形式"
        } else {
            "除下列容缺事项外，申请材料齐全、符合法定形式"
        };
        let mut paragraphs = vec![format!(
            "{}，经审查，{found}。{}，决定予以受理。",
            self.application(),
            self.by_article("第三十二条第一款第（五）项")
        )];
        match (from, dues) {
            (Some(from), Some(dues)) => {
                paragraphs.push(format!("{}{}", self.limits(from), self.last_days(dues)))
            }
            _ if pre_review => {
                paragraphs.push("本件先行预审，办理期限自前置事项办结、补齐之日起计算，届时另行告知。".into())
            }
            _ => {}
        }
        let list = deficient.iter().map(|requirement| {
            let name = self.names.requirement(Some(self.code), requirement);
            match self.round.tolerances.get(requirement) {
                Some(owed) => {
                    format!("{name}（{}，请最迟于{}补齐）", owed.mode.name_zh(), day(owed.due.date))
                }
                None => name,
            }
        });
        Sheet { list: list.collect(), ..self.plain("受理通知书", paragraphs) }
    }

    fn limits(&self, from: Date) -> String {
        let one = |what: &str, limit: &Limit| {
            format!("{what}为{}{}（依据：{}）", limit.value, unit(limit.unit), limit.source)
        };
        let law = self.planned.statutory.as_ref().map(|limit| one("法定办理期限", limit));
        let promised = self.planned.promised.as_ref().map(|limit| one("承诺办理期限", limit));
        let limits: Vec<String> = law.into_iter().chain(promised).collect();
        if limits.is_empty() {
            return format!("本件自{}起办理。", day(from));
        }
        format!("{}，自{}的次日起计算。", limits.join("，"), day(from))
    }

    fn last_days(&self, dues: &Dues) -> String {
        let law = dues.statutory.map(|due| format!("法定期限至{}届满", day(due)));
        let promised = dues.promised.map(|due| format!("承诺期限至{}届满", day(due)));
        let days: Vec<String> = law.into_iter().chain(promised).collect();
        let provisional =
            if dues.provisional { "（国务院放假安排公布前为暂定日期）" } else { "" };
        if days.is_empty() { String::new() } else { format!("{}{provisional}。", days.join("，")) }
    }

    fn correction(&self, listed: &BTreeSet<RequirementId>) -> Sheet {
        let paragraphs = vec![format!(
            "{}，经审查，申请材料不齐全或者不符合法定形式。{}，现将需要补正的全部内容一次性告知如下：",
            self.application(),
            self.by_article("第三十二条第一款第（四）项")
        )];
        let list = listed.iter().map(|requirement| {
            let name = self.names.requirement(Some(self.code), requirement);
            match self.planned.requirement(requirement) {
                Some(found) => format!("{name}（依据：{}）", found.source),
                None => name,
            }
        });
        let after = "请备齐上述材料后交回本机关。本告知书未列明的材料，本机关不再要求补正；办理期限自收到全部补正材料之日起重新计算。";
        Sheet {
            list: list.collect(),
            after: vec![after.into()],
            ..self.plain("申请材料补正一次性告知书", paragraphs)
        }
    }

    fn not_accepted(&self, reason: &str) -> Sheet {
        let paragraphs = vec![
            format!("{}，经审查：{}", self.application(), ended(reason)),
            format!("{}，决定不予受理。", self.by_article("第三十二条")),
            "如不服本决定，可以自收到本决定书之日起六十日内依法申请行政复议，也可以自收到本决定书之日起六个月内依法向人民法院提起行政诉讼。"
                .into(),
        ];
        self.plain("不予受理决定书", paragraphs)
    }

    fn suspension(&self, ground: &str, (from, until): (Date, Date), dues: &Dues) -> Sheet {
        let left = |what: &str, left: Option<i32>, limit: Option<&Limit>| {
            left.zip(limit).map(|(left, limit)| format!("{what}尚余{left}{}", unit(limit.unit)))
        };
        let left: Vec<String> = [
            left("法定办理期限", dues.statutory_left, self.planned.statutory.as_ref()),
            left("承诺办理期限", dues.promised_left, self.planned.promised.as_ref()),
        ]
        .into_iter()
        .flatten()
        .collect();
        let mut paragraphs = vec![format!(
            "{}，依法需要进行{ground}。{}，所需时间自{}起至{}止，不计算在办理期限内。",
            self.application(),
            self.by_article("第四十五条"),
            day(from),
            day(until)
        )];
        if !left.is_empty() {
            paragraphs.push(format!("{}，自上述时间届满后继续计算。", left.join("，")));
        }
        self.plain("特别程序告知书", paragraphs)
    }

    fn extension(&self, by: &str, reason: &str, dues: &Dues) -> Sheet {
        let paragraphs = vec![
            format!("{}，因下列理由不能在规定期限内作出决定：{}", self.application(), ended(reason)),
            format!("{}，经批准，办理期限延长{by}。{}", self.by_article("第四十二条"), self.last_days(dues)),
        ];
        self.plain("延长办理期限告知书", paragraphs)
    }

    fn approval(&self, conditions: Option<&str>, delivery: Option<Date>) -> Sheet {
        let mut paragraphs = vec![format!(
            "{}，经审查，符合法定条件、标准。{}，决定准予{}。",
            self.application(),
            self.by_article("第三十八条第一款"),
            if self.planned.nature == Nature::Permit { "行政许可" } else { "通过" }
        )];
        paragraphs.extend(conditions.map(|conditions| format!("应当遵守的条件：{}", ended(conditions))));
        paragraphs.extend(delivery.map(|due| {
            format!("{}，本机关最迟于{}向你单位颁发、送达证件。", self.by_article("第四十四条"), day(due))
        }));
        let title = if self.planned.nature == Nature::Permit {
            "准予行政许可决定书"
        } else {
            "审批决定书"
        };
        self.plain(title, paragraphs)
    }

    fn against(
        &self,
        title: &str,
        decided: &str,
        (reasons, article, remedy): (&str, &str, Option<&str>),
    ) -> Sheet {
        let mut paragraphs = vec![
            format!("{}，本机关经审查认定：{}", self.application(), ended(reasons)),
            format!("依据{article}，{decided}。"),
        ];
        paragraphs.push(match remedy {
            Some(remedy) => format!("救济途径：{}", ended(remedy)),
            None => "如不服本决定，可以自收到本决定书之日起六十日内依法申请行政复议，也可以自收到本决定书之日起六个月内依法向人民法院提起行政诉讼。".into(),
        });
        self.plain(title, paragraphs)
    }

    fn renewal(&self, valid_until: Date) -> Sheet {
        let paragraphs = vec![format!(
            "你单位就“{}”（项目代码：{}）的“{}”提出延续申请，经审查，符合条件。{}，决定准予延续，有效期至{}。",
            self.project.name,
            self.project.code,
            self.planned.name,
            self.by_article("第五十条"),
            day(valid_until)
        )];
        self.plain("准予延续行政许可决定书", paragraphs)
    }

    fn of_service(&self, notice: &Sheet) -> Sheet {
        let rows = vec![
            ("受送达人", self.applicant()),
            ("送达文书", format!("《{}》", notice.title)),
            ("文号", notice.number.clone()),
            ("事由", format!("{}：{}", self.project.name, self.planned.name)),
            ("送达机关", notice.body.clone()),
            ("送达方式", manner(self.notice.service).into()),
            ("送达日期", day(self.notice.served_on)),
            ("受送达人签名或者盖章", String::new()),
            ("代收人签名及与受送达人的关系", String::new()),
            ("送达人签名", String::new()),
            ("备注", String::new()),
        ];
        Sheet { number: String::new(), to: String::new(), rows, ..self.plain("送达回证", vec![]) }
    }
}

fn manner(service: Service) -> &'static str {
    match service {
        Service::InPerson => "直接送达",
        Service::Post => "邮寄送达",
        Service::Electronic => "电子送达",
        Service::Substituted => "留置送达",
        Service::Public => "公告送达",
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::WorkingDays => "个工作日",
        Unit::CalendarDays => "日",
    }
}

/// The sentence with a full stop.
fn ended(sentence: &str) -> String {
    let sentence = sentence.trim();
    if sentence.ends_with(['。', '！', '？', '；']) {
        sentence.to_owned()
    } else {
        format!("{sentence}。")
    }
}

fn day(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// `二〇二三年六月十二日`, as documents are dated.
fn in_characters(date: Date) -> String {
    const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let digit = |n: usize| DIGITS.get(n % 10).copied().unwrap_or('〇');
    let year: String =
        date.year().to_string().bytes().map(|b| digit(usize::from(b.saturating_sub(b'0')))).collect();
    let small = |n: i8| {
        let n = usize::try_from(n).unwrap_or_default();
        let tens = match n / 10 {
            0 => String::new(),
            1 => "十".to_owned(),
            more => format!("{}十", digit(more)),
        };
        if n % 10 == 0 { tens } else { format!("{tens}{}", digit(n)) }
    };
    format!("{year}年{}月{}日", small(date.month()), small(date.day()))
}

#[cfg(test)]
mod words {
    use super::*;

    #[test]
    fn documents_are_dated_in_characters() {
        for (date, told) in [
            ("2023-06-12", "二〇二三年六月十二日"),
            ("2026-10-30", "二〇二六年十月三十日"),
            ("2025-12-01", "二〇二五年十二月一日"),
            ("2024-11-20", "二〇二四年十一月二十日"),
        ] {
            assert_eq!(in_characters(date.parse().unwrap()), told);
        }
        assert_eq!(ended("不属于本机关职权范围"), "不属于本机关职权范围。");
        assert_eq!(ended("已说明。"), "已说明。");
    }
}
