//! A briefing as plain text, as it is printed and sent.

use super::{Report, Row};
use om_domain::{briefing::Done, calendar::beijing_datetime};
use std::fmt::Write as _;

/// The briefing in Chinese, in lines.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    // writing to a text does not fail
    let _ = write(&mut out, report);
    out
}

fn write(out: &mut String, report: &Report) -> std::fmt::Result {
    let (week, known) = (report.briefing.week, beijing_datetime(report.known));
    writeln!(out, "一件事专班工作专报")?;
    writeln!(out, "{} 至 {}（时限按 {} 计）", week.monday, week.sunday, report.pin.day)?;
    writeln!(out)?;
    writeln!(out, "一、总体情况")?;
    writeln!(out, "本周{}。", counted(&report.briefing.done))?;
    for row in &report.rows.matters {
        let line = &row.line;
        write!(
            out,
            "  {}（{}）：审批 {}/{} 项办结",
            row.name,
            line.phase.name_zh(),
            line.permits_done,
            line.permits
        )?;
        if line.permits_late > 0 {
            write!(out, "，逾期 {} 项", line.permits_late)?;
        }
        if let Some(completion) = line.completion {
            write!(out, "，预计 {completion} 全部办结")?;
            match line.completion_before {
                Some(before) if before != completion => write!(out, "（上周预计 {before}）")?,
                _ => {}
            }
        }
        if let Some(target) = line.target {
            write!(out, "，目标 {target}")?;
        }
        if line.tolerances_save > 0 {
            write!(out, "，容缺办理提前 {} 个工作日", line.tolerances_save)?;
        }
        writeln!(out, "。")?;
    }
    let sections = [
        ("二、需协调事项", &report.rows.coordination),
        ("三、红黄牌", &report.rows.cards),
        ("四、容缺补齐", &report.rows.debts),
        ("五、下周到期", &report.rows.due),
    ];
    for (heading, rows) in sections {
        writeln!(out)?;
        writeln!(out, "{heading}")?;
        if rows.is_empty() {
            writeln!(out, "  无。")?;
        }
        for (number, row) in (1..).zip(rows) {
            one(out, number, row)?;
        }
    }
    writeln!(out)?;
    writeln!(
        out,
        "数据截至 {}，记录 event:{}/{}；以同一记录、同一日期重印，内容不变。",
        known.strftime("%Y-%m-%d %H:%M:%S"),
        report.pin.matter,
        report.pin.event
    )
}

fn one(out: &mut String, number: u32, row: &Row) -> std::fmt::Result {
    writeln!(out, "  {number}. {} · {}：{}", row.matter_name, row.about, row.zh)
}

/// What was done, leaving out what did not happen.
fn counted(done: &Done) -> String {
    let parts = [
        (done.received, "收件"),
        (done.accepted, "受理"),
        (done.approved, "批准"),
        (done.denied, "不予受理或许可"),
        (done.issued, "发证"),
        (done.tolerated, "容缺"),
        (done.supplemented, "容缺补齐"),
        (done.handed_off, "移交"),
        (done.backfilled, "后期补录"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{what} {count} 件"))
        .collect();
    if said.is_empty() { "没有新的办理".to_owned() } else { said.join("、") }
}
