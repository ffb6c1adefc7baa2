//! The form of a project code (项目代码) of the national platform for approving investment projects
//! (全国投资项目在线审批监管平台): when, where, what, and a serial number.
//!
//! Invariant: what is said here holds of the text alone.
//! Deliberately absent: whether the project is there; only the platform of the state knows.

use super::{CountyId, ProjectCode};

/// Whose project it is, by the division code in it, seen from a county.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The county's own.
    County,
    /// Of its prefecture: approved there.
    Prefecture,
    /// Of its province: approved there.
    Province,
}

/// `YYMM-DDDDDD-II-KK-NNNNNN`: year and month, division, industry, kind, serial number. Codes given until the end of
/// 2020 begin with the whole year.
pub(super) fn well_formed(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &&str| part.bytes().all(|b| b.is_ascii_digit());
    if parts.iter().map(|part| part.len()).ne([4, 6, 2, 2, 6]) || !parts.iter().all(digits) {
        return false;
    }
    let month = parts.first().and_then(|when| when.get(2..)).unwrap_or_default();
    let whole_year = parts.first().is_some_and(|when| ("2015"..="2020").contains(when));
    ("01"..="12").contains(&month) || whole_year
}

impl ProjectCode {
    /// The administrative division that gave it; none for a code recorded before its form was looked at.
    pub fn division(&self) -> Option<&str> {
        well_formed(self.as_str()).then(|| self.as_str().split('-').nth(1)).flatten()
    }

    /// Whose it is, seen from this county; none if it is of another county, prefecture or province.
    pub fn level(&self, county: &CountyId) -> Option<Level> {
        let (division, county) = (self.division()?, county.as_str());
        let above = |kept: usize| county.get(..kept).map(|own| format!("{own:0<6}"));
        if division == county {
            Some(Level::County)
        } else if above(4).as_deref() == Some(division) {
            Some(Level::Prefecture)
        } else if above(2).as_deref() == Some(division) {
            Some(Level::Province)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_the_form_of_the_national_platform() {
        for good in ["2307-530322-04-01-280002", "2101-530300-48-03-000001", "2020-530322-78-01-012345"] {
            assert!(good.parse::<ProjectCode>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "2313-530322-04-01-280002",
            "2300-530322-04-01-280002",
            "2014-530322-04-01-280002",
            "23070-530322-04-01-280002",
            "2307-53032-04-01-280002",
            "2307-530322-04-01-28000",
            "2307-530322-0401-280002",
            "2307-530322-04-01-280002-1",
            "2307-53032A-04-01-280002",
            "２３０７-530322-04-01-280002",
            " 2307-530322-04-01-280002",
        ] {
            assert!(bad.parse::<ProjectCode>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_that_was_recorded_before_its_form_was_looked_at_is_still_read() {
        let code: ProjectCode = serde_json::from_str("\"2306-530322-04-01-00000001\"").unwrap();
        assert_eq!(code.division(), None);
    }

    #[test]
    fn its_division_is_the_county_or_one_above() {
        let county: CountyId = "530322".parse().unwrap();
        let level = |code: &str| code.parse::<ProjectCode>().unwrap().level(&county);
        assert_eq!(level("2307-530322-04-01-280002"), Some(Level::County));
        assert_eq!(level("2307-530300-04-01-280002"), Some(Level::Prefecture));
        assert_eq!(level("2307-530000-04-01-280002"), Some(Level::Province));
        for other in ["2307-530323-04-01-280002", "2307-530100-04-01-280002", "2307-000000-04-01-280002"] {
            assert_eq!(level(other), None, "{other}");
        }
    }
}
