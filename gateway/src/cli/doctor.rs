//! `doctor`: what is wrong with a data directory, and what to do.
//!
//! Exit status: 0 nothing to do, 3 somebody has to see to something, 4 it does not serve or what was recorded is damaged;
//! 1 and 2 as for every command (it could not be done; flags).
//! Invariant: what is found is the answer, on standard output, whatever it is.
//! Deliberately absent: the checks; they are `om_infra::doctor`'s.

use super::{
    Failure,
    args::Doctor,
    out,
    text::{Paint, Style},
};
use indicatif::{ProgressBar, ProgressStyle};
use om_infra::{
    clock::{Clock as _, SystemClock},
    config::EMBEDDED,
    doctor::{Finding, Kept, Severity, What, examine},
    platform::DemoClock,
};
use std::process::ExitCode;

const TO_SEE_TO: u8 = 3;
const DAMAGED: u8 = 4;

/// Examines and tells.
pub(super) async fn run(args: Doctor) -> Result<ExitCode, Failure> {
    if args.log != EMBEDDED {
        return Err(Failure::new(
            "a log in a cluster is not examined by this command",
            "see /readyz of a gateway and the cluster's own tools; `onematter rebuild --check --log …` reads every event",
        ));
    }
    let now = SystemClock.now();
    let now = DemoClock::read(&args.data).ok().flatten().map_or(now, |demo| demo.at(now));
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ({per_sec})") {
        bar.set_style(style);
    }
    let shown = bar.clone();
    let on_progress = move |what, done, of| {
        shown.set_message(match what {
            What::Leaves => "checking leaves",
            What::Papers => "checking papers",
        });
        shown.set_length(of);
        shown.set_position(done);
    };
    let kept = Kept { vault_in_database: args.vault.is_some(), papers_in_database: args.papers.is_some() };
    let findings = examine(&args.data, kept, now, &on_progress).await;
    bar.finish_and_clear();
    let worst = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Good);
    if args.json {
        let words = serde_json::json!({ "data": args.data, "worst": worst, "findings": findings });
        out::line(serde_json::to_string_pretty(&words)?)?;
    } else {
        tell(&findings)?;
    }
    Ok(match worst {
        Severity::Good => ExitCode::SUCCESS,
        Severity::Warning => TO_SEE_TO.into(),
        Severity::Damage => DAMAGED.into(),
    })
}

fn tell(findings: &[Finding]) -> Result<(), Failure> {
    let paint = Paint::detect();
    for finding in findings {
        let (mark, style) = match finding.severity {
            Severity::Good => ("ok     ", Style::Green),
            Severity::Warning => ("see to ", Style::Yellow),
            Severity::Damage => ("damaged", Style::Red),
        };
        out::line(format!("{} {:11} {}", paint.on(style, mark), finding.check, finding.what))?;
        if let Some(todo) = &finding.todo {
            out::line(format!("        {:11} → {todo}", ""))?;
        }
    }
    Ok(())
}
