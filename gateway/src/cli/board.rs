//! The lead's board of one matter as a coloured table with a text Gantt.
//!
//! Invariants: every date comes from the fold and the county's calendar; what is late is what the API calls late; a
//! finished permit shows no days left; what is provisional or back-filled is marked; no colour carries meaning alone.
//! Deliberately absent: terminal probing; the caller says how wide it is and whether it takes colour.

use crate::cli::{
    board_together,
    text::{Paint, Style, fit, weekday},
};
use jiff::civil::Date;
use om_domain::{
    calendar::Calendar,
    clock::{Due, Reading, Unit},
    forecast::Forecast,
    ids::{BodyId, PermitCode},
    matter::{
        Lateness, Matter,
        plan::{Gate, Plan, PlannedPermit, RequirementId, Stage},
        state::{Permit, Phase, Round, RoundPhase, Status},
    },
};
use std::{collections::BTreeMap, fmt::Write as _};

/// How a board is drawn.
pub struct Drawing<'a> {
    /// Columns of the terminal.
    pub width: usize,
    /// Colours, or none.
    pub paint: Paint,
    /// The day it is drawn for, in Beijing.
    pub today: Date,
    /// The county's calendar.
    pub calendar: &'a Calendar,
    /// The short name of a body.
    pub body: &'a dyn Fn(&BodyId) -> String,
    /// The forecast, if there is a plan.
    pub outlook: Option<&'a Forecast>,
    /// How many entries of a permit were back-filled (后期补录, R16).
    pub backfilled: &'a BTreeMap<PermitCode, usize>,
}

/// Marks a permit with back-filled entries.
const BACKFILLED: &str = "录";

const NAME: usize = 26;
const BODY: usize = 12;
const STATUS: usize = 20;
const DUE: usize = 22;
const CHART_MIN: usize = 20;

/// The board as text, one line each.
pub fn draw(matter: &Matter, d: &Drawing<'_>) -> String {
    let mut out = String::new();
    head(matter, d, &mut out);
    let Some(plan) = &matter.plan else {
        out.push_str("  no plan yet: plan the matter from a template (尚无审批计划)\n");
        return out;
    };
    let axis = Axis::of(matter, d);
    axis.head(d, &mut out);
    for (stage, name) in STAGES {
        let permits: Vec<_> = plan.permits.iter().filter(|p| p.stage == stage).collect();
        if permits.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{}", d.paint.on(Style::Bold, name));
        for planned in permits {
            if let Some(permit) = matter.permits.get(&planned.code) {
                row(matter, planned, permit, &axis, d, &mut out);
            }
        }
    }
    legend(d, &mut out);
    out
}

const STAGES: [(Stage, &str); 4] = [
    (Stage::ProjectAndLand, "一 立项用地规划许可 · project and land"),
    (Stage::Construction, "二 工程建设许可 · construction"),
    (Stage::Works, "三 施工许可 · works"),
    (Stage::Completion, "四 竣工验收 · completion"),
];

fn head(matter: &Matter, d: &Drawing<'_>, out: &mut String) {
    let Some(project) = &matter.project else { return };
    let phase = match matter.phase {
        Phase::Unknown => "—",
        Phase::Proposed => "已提出 proposed",
        Phase::Designated => "已确定 designated",
        Phase::Underway => "推进中 underway",
        Phase::Suspended => "暂停 suspended",
        Phase::Completed => "已办结 completed",
        Phase::Terminated => "已终止 terminated",
    };
    let name = d.paint.on(Style::Bold, project.name.as_str());
    let _ = writeln!(out, "{name}  {}  {phase}  {} {}", project.code, d.today, weekday(d.today));
    let Some(plan) = &matter.plan else { return };
    let count = |test: &dyn Fn(&PlannedPermit, &Permit) -> bool| {
        plan.permits
            .iter()
            .filter(|p| matter.permits.get(&p.code).is_some_and(|permit| test(p, permit)))
            .count()
    };
    let done = count(&|p, permit| permit.is_done(p.certificate));
    let late = count(&|p, _| matter.late(&p.code, d.calendar, d.today).is_some());
    let stopped = count(&|_, permit| permit.status() == Status::ClockStopped);
    let debts =
        count(&|_, permit| permit.round().is_some_and(|r| r.tolerances.values().any(|t| t.debt.is_live())));
    let _ = write!(
        out,
        "办结 done {done}/{}  ·  逾期 late {late}  ·  停计 stopped {stopped}  ·  欠件 debts {debts}",
        plan.permits.len()
    );
    let (yellow, red) = board_together::cards(matter);
    if yellow + red > 0 {
        let _ = write!(out, "  ·  黄牌 yellow {yellow}  ·  红牌 red {red}");
    }
    if let Some(outlook) = d.outlook {
        let works = plan.permits.iter().filter(|p| p.stage == Stage::Works);
        let last =
            works.filter_map(|p| outlook.permit(&p.code).map(|f| (f.issue, p))).max_by_key(|(on, _)| *on);
        if let Some((on, planned)) = last {
            let _ = write!(out, "  ·  {} {} {on}", planned.code, planned.name);
        }
        let mark = if outlook.provisional { "（暂定 provisional）" } else { "" };
        let _ = write!(out, "  ·  预计办结 forecast {}{mark}", outlook.completion);
    }
    if let Some(target) = matter.target() {
        let _ = write!(out, "  ·  目标 target {target}");
    }
    out.push('\n');
    stages(matter, d, out);
    milestones(matter, plan, d, out);
    board_together::draw(matter, d, out);
}

/// How long each stage that has begun has taken, against what its plan promises (R15).
fn stages(matter: &Matter, d: &Drawing<'_>, out: &mut String) {
    for time in matter.stage_times(d.calendar, d.today) {
        let Some(began) = time.began_on else { continue };
        let _ = write!(out, "阶段 {} {began}–", time.stage.name_zh());
        match time.ended_on {
            Some(ended) => _ = write!(out, "{ended} 完成 done"),
            None => out.push_str("……"),
        }
        let _ = write!(out, "  用时 used {}", time.counted());
        if let Some(target) = time.target {
            let _ = write!(out, "/{target}");
        }
        out.push_str(" 工作日 wd");
        if time.excluded > 0 {
            let _ = write!(out, "（另不计时 excluded {}）", time.excluded);
        }
        if let Some(left) = time.left().filter(|left| *left < 0) {
            let _ = write!(out, "  {}", d.paint.on(Style::Red, &format!("超 over {}", -left)));
        }
        out.push('\n');
    }
}

/// The milestones that have a date: when, when first planned, and whether reached or missed (R14).
fn milestones(matter: &Matter, plan: &Plan, d: &Drawing<'_>, out: &mut String) {
    for planned in &plan.milestones {
        let Some(dated) = matter.dates.get(&planned.code) else { continue };
        let reached = matter.milestones.get(&planned.code).copied();
        let _ = write!(out, "节点 {} {}", planned.name, dated.date);
        if dated.date != dated.original {
            let _ = write!(out, "（原定 planned for {}）", dated.original);
        }
        if let Some(on) = reached {
            let _ = write!(out, "  完成 reached {on}");
        }
        let misses = dated.misses(reached).count();
        if misses > 0 || reached.is_none() && dated.date < d.today {
            let late = format!("  逾期 missed ×{}", misses.max(1));
            let _ = write!(out, "{}", d.paint.on(Style::Red, &late));
        }
        if let Some(change) = dated.open_change(reached) {
            let _ = write!(out, "  申请改至 asked for {}", change.to);
        }
        out.push('\n');
    }
}

/// The days the chart spans, and how many days a column is.
struct Axis {
    from: Date,
    columns: usize,
    days_per_column: i32,
}

impl Axis {
    fn of(matter: &Matter, d: &Drawing<'_>) -> Self {
        let columns = d.width.saturating_sub(4 + NAME + BODY + STATUS + DUE + 6).max(CHART_MIN);
        let rounds = matter.permits.values().flat_map(|p| &p.rounds);
        let from = rounds.clone().map(|r| r.received_on).min().unwrap_or(d.today);
        let ends = rounds.flat_map(|r| [r.intake_due.date].into_iter().chain(due(r)));
        let last = ends.chain([d.today]).max().unwrap_or(d.today);
        let span = span(from, last) + 3;
        let wide = i32::try_from(columns).unwrap_or(i32::MAX);
        Axis { from, columns, days_per_column: ((span + wide - 1) / wide).max(1) }
    }

    fn column(&self, day: Date) -> Option<usize> {
        let offset = span(self.from, day) / self.days_per_column;
        usize::try_from(offset).ok().filter(|c| *c < self.columns && day >= self.from)
    }

    fn day(&self, column: usize) -> Date {
        let days = i64::try_from(column).unwrap_or(0) * i64::from(self.days_per_column);
        self.from.saturating_add(jiff::Span::new().try_days(days).unwrap_or_default())
    }

    fn head(&self, d: &Drawing<'_>, out: &mut String) {
        let mut line: Vec<char> = vec![' '; self.columns];
        let mut month = None;
        for column in 0..self.columns {
            let day = self.day(column);
            if month != Some(day.month()) {
                month = Some(day.month());
                let label = if column == 0 {
                    format!("{}", day.strftime("%Y-%m"))
                } else {
                    format!("{}", day.strftime("%m"))
                };
                for (offset, letter) in label.chars().enumerate() {
                    if let Some(cell) = line.get_mut(column + offset) {
                        *cell = letter;
                    }
                }
            }
        }
        let title = format!(
            "{} {} {} {} ",
            fit("   事项 permit", 4 + NAME),
            fit("牵头 lead", BODY),
            fit("状态 status", STATUS),
            fit("时限 due", DUE)
        );
        let chart: String = line.into_iter().collect();
        let _ = writeln!(out, "{}{}", d.paint.on(Style::Dim, &title), d.paint.on(Style::Dim, &chart));
    }
}

fn span(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

fn due(round: &Round) -> Option<Date> {
    let dues = round.clocks.as_ref().map(|c| &c.dues)?;
    dues.promised.into_iter().chain(dues.statutory).max()
}

fn row(
    matter: &Matter,
    planned: &PlannedPermit,
    permit: &Permit,
    axis: &Axis,
    d: &Drawing<'_>,
    out: &mut String,
) {
    let late = matter.late(&planned.code, d.calendar, d.today);
    let (glyph, word, style) = status(matter, planned, permit, (late, d.today));
    let custodian = if permit.custody.holder == planned.lead {
        (d.body)(&planned.lead)
    } else {
        format!("→{}", (d.body)(&permit.custody.holder))
    };
    let rounds = permit.rounds.len();
    // the round before the translation, which is cut where both do not fit
    let word = match word.split_once(' ') {
        _ if rounds < 2 => format!("{glyph} {word}"),
        Some((chinese, rest)) => format!("{glyph} {chinese} 第{rounds}轮 {rest}"),
        None => format!("{glyph} {word} 第{rounds}轮"),
    };
    let code = format!(" {}", planned.code);
    let late_entries = matches!(d.backfilled.get(&planned.code), Some(1..));
    let marks = [board_together::marks(permit), if late_entries { BACKFILLED } else { "" }].concat();
    let name = match marks.chars().count() {
        0 => fit(planned.name.as_str(), NAME - 1),
        // each mark takes two columns, after one that is blank
        count => format!("{} {marks}", fit(planned.name.as_str(), NAME - 2 - 2 * count)),
    };
    let _ = writeln!(
        out,
        "{} {} {} {} {} {}",
        fit(&code, 4),
        name,
        fit(&custodian, BODY),
        d.paint.on(style, &fit(&word, STATUS)),
        fit(&dates(planned, permit, late, d), DUE),
        chart(permit, axis, style, d)
    );
}

/// Glyph, words and colour of a permit's standing.
fn status(
    matter: &Matter,
    planned: &PlannedPermit,
    permit: &Permit,
    (late, today): (Option<Lateness>, Date),
) -> (&'static str, String, Style) {
    let round = permit.round();
    if let Some(late) = late {
        return ("!", format!("逾期 late {}", late.term.name_zh()), Style::Red);
    }
    let debt = round.is_some_and(|r| r.tolerances.values().any(|t| t.debt.is_live()));
    let (given, asked) = round.map(|r| r.opinions.count()).unwrap_or_default();
    let objected = round.is_some_and(|r| r.opinions.all().any(|(_, c)| c.objects()));
    let plain = |glyph, word: &str, style| (glyph, word.to_owned(), style);
    match permit.status() {
        Status::Planned => match waits_for(matter, planned, today) {
            codes if codes.is_empty() => plain("▷", "可申请 ready", Style::Cyan),
            codes => ("○", format!("等 {}", codes.join(" ")), Style::Dim),
        },
        Status::NotApplicable => plain("–", "不适用 n/a", Style::Dim),
        Status::ClockStopped => plain("‖", "停计 stopped", Style::Yellow),
        Status::In(phase) => match phase {
            RoundPhase::Received => plain("▹", "待受理 received", Style::Cyan),
            RoundPhase::AwaitingCorrection => plain("补", "待补正 correction", Style::Yellow),
            RoundPhase::PreReview => plain("预", "容缺预审 pre-review", Style::Magenta),
            RoundPhase::InReview if asked > 0 => (
                "▶",
                format!("审查中 意见{given}/{asked} opinions"),
                if objected { Style::Red } else { Style::Blue },
            ),
            RoundPhase::InReview if debt => plain("欠", "审查中 debt owed", Style::Magenta),
            RoundPhase::InReview => plain("▶", "审查中 in review", Style::Blue),
            RoundPhase::Approved if debt => plain("欠", "已批 debt owed", Style::Magenta),
            RoundPhase::Approved if planned.certificate => plain("✓", "已批待发证", Style::Green),
            RoundPhase::Approved => plain("✓", "已批准 approved", Style::Green),
            RoundPhase::Issued if round.is_some_and(|r| r.has_expired(today)) => {
                plain("✕", "已过期 expired", Style::Red)
            }
            RoundPhase::Issued => plain("✓", "已发证 issued", Style::Green),
            RoundPhase::Denied => plain("✕", "不予许可 denied", Style::Red),
            RoundPhase::NotAccepted => plain("✕", "不予受理", Style::Red),
            RoundPhase::Withdrawn => plain("↩", "已撤回 withdrawn", Style::Dim),
            RoundPhase::Lapsed => plain("✕", "已失效 lapsed", Style::Red),
            RoundPhase::Revoked => plain("✕", "已撤销 revoked", Style::Red),
        },
    }
}

/// What a permit not yet submitted waits for before it can be accepted.
fn waits_for(matter: &Matter, planned: &PlannedPermit, today: Date) -> Vec<String> {
    let missing = matter.missing_at(&planned.code, Gate::Accept, today).into_iter();
    missing
        .filter_map(|m| match m.requirement {
            RequirementId::Permit(code) => Some(code.to_string()),
            RequirementId::Milestone(code) => Some(code.to_string()),
            RequirementId::Material(_) => None,
        })
        .collect()
}

/// For what is late its last day; for a running clock the nearer due date and what is left; for a finished permit the day it was done.
fn dates(planned: &PlannedPermit, permit: &Permit, late: Option<Lateness>, d: &Drawing<'_>) -> String {
    let year = d.today.year();
    let short =
        |date: Date| date.strftime(if date.year() == year { "%m-%d" } else { "%y-%m-%d" }).to_string();
    let Some(round) = permit.round() else {
        let expected = d.outlook.and_then(|outlook| outlook.permit(&planned.code));
        return expected.map_or_else(String::new, |f| format!("预计 {}→{}", short(f.accept), short(f.issue)));
    };
    if let Some(Lateness { due, days, unit, .. }) = late {
        return format!("≤{} 逾{days}{}", short(due), unit_zh(unit));
    }
    if let Some(ended) = &round.ended {
        return format!("{} 终止", short(ended.on));
    }
    if let Some(certificate) = &round.certificate {
        return format!("{} 发证", short(certificate.on));
    }
    if let Some(decision) = &round.decision {
        return format!("{} 决定", short(decision.on));
    }
    let Some(clocks) = &round.clocks else {
        return format!("≤{} 受理期", short(round.intake_due.date));
    };
    let limits = [clocks.statutory(planned), clocks.promised(planned)];
    let readings = limits.iter().flatten().map(|clock| clock.reading(d.calendar, d.today));
    // the nearer date, or the less that is left
    let nearest = readings.min_by_key(|r| match r.due {
        Due::On { date, .. } => (date, 0),
        Due::Stopped { left } => (Date::MAX, left),
    });
    let Some(reading): Option<Reading> = nearest else { return String::new() };
    let unit = unit_zh(reading.unit);
    match reading.due {
        Due::Stopped { left } => format!("停 余{left}{unit}"),
        Due::On { date, provisional } => {
            let mark = if provisional { "?" } else { "" };
            format!("≤{}{mark} 余{}{unit}", short(date), reading.left)
        }
    }
}

fn unit_zh(unit: Unit) -> &'static str {
    match unit {
        Unit::WorkingDays => "工作日",
        Unit::CalendarDays => "日历日",
    }
}

fn chart(permit: &Permit, axis: &Axis, style: Style, d: &Drawing<'_>) -> String {
    let mut cells: Vec<char> = vec![' '; axis.columns];
    for round in &permit.rounds {
        bar(round, axis, d.today, &mut cells);
    }
    let today = axis.column(d.today);
    let mut out = String::new();
    for (column, cell) in cells.into_iter().enumerate() {
        let shown = if today == Some(column) && cell == ' ' { '│' } else { cell };
        let text = shown.to_string();
        match shown {
            '│' => out.push_str(&d.paint.on(Style::Dim, &text)),
            ' ' => out.push(' '),
            _ => out.push_str(&d.paint.on(style, &text)),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn bar(round: &Round, axis: &Axis, today: Date, cells: &mut [char]) {
    let ended = round.ended.as_ref().map(|e| e.on);
    let decided = round.decision.as_ref().map(|decision| decision.on);
    let end = decided.or(ended).unwrap_or(today);
    let suspensions: Vec<_> =
        round.clocks.iter().flat_map(|c| &c.suspensions).map(|s| &s.suspension).collect();
    for column in 0..axis.columns {
        let (first, last) = (axis.day(column), axis.day(column + 1));
        let within = first <= end && last > round.received_on;
        if within {
            let stopped = suspensions.iter().any(|s| s.excludes(first) && first <= today);
            put(cells, column, if stopped { '░' } else { '█' });
        }
    }
    for tolerance in round.tolerances.values() {
        if let Some(column) = axis.column(tolerance.due.date) {
            put(cells, column, '◇');
        }
    }
    if round.decision.is_none()
        && ended.is_none()
        && let Some(column) = due(round).and_then(|due| axis.column(due))
    {
        put(cells, column, '┊');
    }
}

fn put(cells: &mut [char], column: usize, mark: char) {
    if let Some(cell) = cells.get_mut(column) {
        *cell = mark;
    }
}

fn legend(d: &Drawing<'_>, out: &mut String) {
    let line = "█ 办理 worked  ░ 停计 clock stopped  ◇ 补齐期限 supplement due  ┊ 时限 limit  │ 今天 today  录 后期补录 back-filled  黄 红 督办牌 cards";
    let _ = writeln!(out, "{}", d.paint.on(Style::Dim, line));
}
