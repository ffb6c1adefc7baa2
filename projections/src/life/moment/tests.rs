//! What lists call late is what the matter's own fold calls late.

use super::*;
use crate::{
    board::matter_rows,
    testing::{
        History,
        chance::{live, steps},
        told,
    },
};
use jiff::ToSpan;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_permit_is_late_in_lists_as_it_is_in_its_matter(steps in steps()) {
        let mut h = History::underway("530322", 1);
        live(&mut h, &steps);
        let calendar = Calendar::national();
        let (_, permits) = matter_rows(&told(&[&h]), &h.county, h.matter).unwrap().unwrap();
        for days in [0, 1, 4, 9, 16, 40, 90, 400] {
            let day = h.today.saturating_add(days.days());
            for row in &permits {
                let late = row.life.late_at(&calendar, day);
                prop_assert_eq!(late, h.state.late(&row.permit, &calendar, day), "{} on {}", row.permit, day);
                prop_assert_eq!(late.is_some(), row.life.is_overdue_at(day));
            }
        }
    }
}
