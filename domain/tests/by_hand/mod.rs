//! Re-adds an explanation as a person with a wall calendar would: it knows weekdays, and takes holidays from the steps.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use om_domain::clock::{Step, Unit};

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) used: i32,
    pub(crate) projected: i32,
    pub(crate) limit: i32,
    pub(crate) due: Option<Date>,
    pub(crate) stopped: Option<i32>,
    pub(crate) overdue: i32,
    pub(crate) unnamed_weekdays: Vec<Date>,
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn span(from: Date, to: Date) -> Vec<Date> {
    assert!(from <= to, "{from} to {to}");
    from.series(1.day()).take_while(|day| *day <= to).collect()
}

fn count(days: &[Date], unit: Unit) -> i32 {
    let counted = days.iter().filter(|day| unit == Unit::CalendarDays || !is_weekend(**day)).count();
    i32::try_from(counted).unwrap_or(i32::MAX)
}

pub(crate) fn add(steps: &[Step]) -> Sum {
    let mut sum = Sum::default();
    let (mut named, mut seen, mut standing, mut unit) = (Vec::new(), Date::MIN, false, Unit::CalendarDays);
    let mut take = |from: Date, to: Date, named: &mut Vec<Date>| {
        assert!(from > seen, "{from} is told twice or out of order");
        seen = to;
        named.extend(span(from, to));
    };
    for step in steps {
        let counted = match step {
            Step::Limit { value, unit: of, .. } => {
                unit = *of;
                sum.limit += value;
                0
            }
            Step::Extended { value, total, .. } => {
                sum.limit += value;
                assert_eq!(*total, sum.limit);
                0
            }
            Step::Start { date } => {
                take(*date, *date, &mut named);
                0
            }
            Step::Counted { from, to, days, unit } => {
                take(*from, *to, &mut named);
                assert_eq!(*days, count(&span(*from, *to), *unit), "{step:?}");
                *days
            }
            Step::MakeUp { date, .. } => {
                take(*date, *date, &mut named);
                assert!(is_weekend(*date));
                1
            }
            Step::Holiday { from, to, .. } | Step::Excluded { from, to, .. } => {
                take(*from, *to, &mut named);
                0
            }
            Step::Standing { .. } => {
                assert!(!standing);
                standing = true;
                0
            }
            Step::Suspended { left, .. } => {
                sum.stopped = Some(*left);
                0
            }
            Step::RolledForward { from, to } => {
                assert!(from < to);
                0
            }
            Step::Due { date } => {
                sum.due = Some(*date);
                0
            }
            Step::Provisional { date, authoritative_through } => {
                assert!(date > authoritative_through);
                0
            }
            Step::Overdue { from, days, .. } => {
                assert_eq!(Some(from.yesterday().unwrap_or(Date::MIN)), sum.due);
                sum.overdue = *days;
                0
            }
        };
        if standing { sum.projected += counted } else { sum.used += counted }
    }
    let told = named.first().zip(named.last()).map_or(Vec::new(), |(from, to)| span(*from, *to));
    let unnamed = told.into_iter().filter(|day| !named.contains(day));
    sum.unnamed_weekdays = unnamed.filter(|day| unit == Unit::CalendarDays || !is_weekend(*day)).collect();
    sum
}
