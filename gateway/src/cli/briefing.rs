//! `briefing`: prints the week's briefing, and the same one again whenever it is asked for by its entry.
//!
//! Invariant: nothing is written.
//! Deliberately absent: layout on paper; the console prints it.

use super::{
    Failure,
    args::Briefing,
    out::put,
    reading::{Reading, event},
};
use crate::briefing::{self, Pin};
use om_domain::calendar::beijing;

/// Prints it.
pub(super) async fn run(args: Briefing) -> Result<(), Failure> {
    let reading = Reading::open(&args.data, &args.log, &args.county).await?;
    let today = beijing(reading.clock.now());
    let at = args.at.as_deref().map(event).transpose()?;
    let pin = at.zip(args.day).map(|((matter, event), day)| Pin { matter, event, day });
    let week = args.week.or(args.day).unwrap_or(today);
    let matters: Vec<_> = reading.matters().await?.into_iter().map(|found| found.id).collect();
    let about = (&reading.registers, &*reading.calendars as &dyn om_infra::calendars::Calendars);
    let report = briefing::read(about, &reading.county, &matters, (week, pin, today)).await?;
    put(&briefing::text(&report))?;
    let Pin { matter, event, day } = report.pin;
    eprintln!("print it again: onematter briefing --at event:{matter}/{event} --day {day}");
    Ok(())
}
