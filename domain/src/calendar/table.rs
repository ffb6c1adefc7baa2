//! The built-in table: days off and make-up working days of mainland China, 2007–2026, year by year.
//!
//! Facts of the State Council's notices as collected by the holiday-cn data set (MIT licence, state of 2026-08-07);
//! each year names the notices it comes from. Names of holidays are those of the notices.
//! Invariant: dates are checked by the compiler; every year passes the checks a recorded notice must pass (a test).
//! Deliberately absent: ordinary weekends; Monday 2020-02-03, which the amended notice names as the day work resumes but
//! which the week already says is worked; and years after 2026: those arrive as recorded notices.

use std::sync::Arc;

use jiff::civil::{Date, date};

use super::{HolidayNotice, NamedDay, days};

/// One year's arrangement as the notices made it.
pub(super) struct Year {
    /// The calendar year the notice arranges.
    pub(super) year: i16,
    /// Where the notices were published; a second address is an amendment folded into the year.
    pub(super) sources: &'static [&'static str],
    /// Runs of days, in the order of their dates.
    pub(super) runs: &'static [Run],
}

/// Consecutive days, first to last inclusive, that are off or worked for one holiday.
pub(super) struct Run {
    /// True for make-up working days, false for days off.
    pub(super) works: bool,
    /// The first day.
    pub(super) from: Date,
    /// The last day, inclusive.
    pub(super) to: Date,
    /// The holiday's name.
    pub(super) holiday: &'static str,
}

const fn off(holiday: &'static str, from: Date, to: Date) -> Run {
    Run { works: false, from, to, holiday }
}

const fn work(holiday: &'static str, day: Date) -> Run {
    Run { works: true, from: day, to: day, holiday }
}

/// All built-in years, oldest first.
pub(super) const YEARS: &[Year] = &[
    Year {
        year: 2007,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2008-03/28/content_1761.htm"],
        runs: &[
            work("元旦", date(2006, 12, 30)),
            work("元旦", date(2006, 12, 31)),
            off("元旦", date(2007, 1, 1), date(2007, 1, 3)),
            work("春节", date(2007, 2, 17)),
            off("春节", date(2007, 2, 18), date(2007, 2, 24)),
            work("春节", date(2007, 2, 25)),
            work("“五一”", date(2007, 4, 28)),
            work("“五一”", date(2007, 4, 29)),
            off("“五一”", date(2007, 5, 1), date(2007, 5, 7)),
            work("“十一”", date(2007, 9, 29)),
            work("“十一”", date(2007, 9, 30)),
            off("“十一”", date(2007, 10, 1), date(2007, 10, 7)),
        ],
    },
    Year {
        year: 2008,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2008-03/28/content_1645.htm"],
        runs: &[
            work("元旦", date(2007, 12, 29)),
            off("元旦", date(2007, 12, 30), date(2008, 1, 1)),
            work("春节", date(2008, 2, 2)),
            work("春节", date(2008, 2, 3)),
            off("春节", date(2008, 2, 6), date(2008, 2, 12)),
            off("清明节", date(2008, 4, 4), date(2008, 4, 6)),
            off("“五一”国际劳动节", date(2008, 5, 1), date(2008, 5, 3)),
            work("“五一”国际劳动节", date(2008, 5, 4)),
            off("端午节", date(2008, 6, 7), date(2008, 6, 9)),
            off("中秋节", date(2008, 9, 13), date(2008, 9, 15)),
            work("国庆节", date(2008, 9, 27)),
            work("国庆节", date(2008, 9, 28)),
            off("国庆节", date(2008, 9, 29), date(2008, 10, 5)),
        ],
    },
    Year {
        year: 2009,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2008-12/10/content_1572.htm"],
        runs: &[
            off("元旦", date(2009, 1, 1), date(2009, 1, 3)),
            work("元旦", date(2009, 1, 4)),
            work("春节", date(2009, 1, 24)),
            off("春节", date(2009, 1, 25), date(2009, 1, 31)),
            work("春节", date(2009, 2, 1)),
            off("清明节", date(2009, 4, 4), date(2009, 4, 6)),
            off("劳动节", date(2009, 5, 1), date(2009, 5, 3)),
            off("端午节", date(2009, 5, 28), date(2009, 5, 30)),
            work("端午节", date(2009, 5, 31)),
            work("国庆节、中秋节", date(2009, 9, 27)),
            off("国庆节、中秋节", date(2009, 10, 1), date(2009, 10, 8)),
            work("国庆节、中秋节", date(2009, 10, 10)),
        ],
    },
    Year {
        year: 2010,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2009-12/08/content_1476.htm"],
        runs: &[
            off("元旦", date(2010, 1, 1), date(2010, 1, 3)),
            off("春节", date(2010, 2, 13), date(2010, 2, 19)),
            work("春节", date(2010, 2, 20)),
            work("春节", date(2010, 2, 21)),
            off("清明节", date(2010, 4, 3), date(2010, 4, 5)),
            off("劳动节", date(2010, 5, 1), date(2010, 5, 3)),
            work("端午节", date(2010, 6, 12)),
            work("端午节", date(2010, 6, 13)),
            off("端午节", date(2010, 6, 14), date(2010, 6, 16)),
            work("中秋节", date(2010, 9, 19)),
            off("中秋节", date(2010, 9, 22), date(2010, 9, 24)),
            work("中秋节", date(2010, 9, 25)),
            work("国庆节", date(2010, 9, 26)),
            off("国庆节", date(2010, 10, 1), date(2010, 10, 7)),
            work("国庆节", date(2010, 10, 9)),
        ],
    },
    Year {
        year: 2011,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2010-12/10/content_1423.htm"],
        runs: &[
            off("元旦", date(2011, 1, 1), date(2011, 1, 3)),
            work("春节", date(2011, 1, 30)),
            off("春节", date(2011, 2, 2), date(2011, 2, 8)),
            work("春节", date(2011, 2, 12)),
            work("清明节", date(2011, 4, 2)),
            off("清明节", date(2011, 4, 3), date(2011, 4, 5)),
            off("劳动节", date(2011, 4, 30), date(2011, 5, 2)),
            off("端午节", date(2011, 6, 4), date(2011, 6, 6)),
            off("中秋节", date(2011, 9, 10), date(2011, 9, 12)),
            off("国庆节", date(2011, 10, 1), date(2011, 10, 7)),
            work("国庆节", date(2011, 10, 8)),
            work("国庆节", date(2011, 10, 9)),
        ],
    },
    Year {
        year: 2012,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2011-12/06/content_1411.htm"],
        runs: &[
            work("元旦", date(2011, 12, 31)),
            off("元旦", date(2012, 1, 1), date(2012, 1, 3)),
            work("春节", date(2012, 1, 21)),
            off("春节", date(2012, 1, 22), date(2012, 1, 28)),
            work("春节", date(2012, 1, 29)),
            work("清明节", date(2012, 3, 31)),
            work("清明节", date(2012, 4, 1)),
            off("清明节", date(2012, 4, 2), date(2012, 4, 4)),
            work("劳动节", date(2012, 4, 28)),
            off("劳动节", date(2012, 4, 29), date(2012, 5, 1)),
            off("端午节", date(2012, 6, 22), date(2012, 6, 24)),
            work("中秋节、国庆节", date(2012, 9, 29)),
            off("中秋节、国庆节", date(2012, 9, 30), date(2012, 10, 7)),
        ],
    },
    Year {
        year: 2013,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2012-12/10/content_1353.htm"],
        runs: &[
            off("元旦", date(2013, 1, 1), date(2013, 1, 3)),
            work("元旦", date(2013, 1, 5)),
            work("元旦", date(2013, 1, 6)),
            off("春节", date(2013, 2, 9), date(2013, 2, 15)),
            work("春节", date(2013, 2, 16)),
            work("春节", date(2013, 2, 17)),
            off("清明节", date(2013, 4, 4), date(2013, 4, 6)),
            work("清明节", date(2013, 4, 7)),
            work("劳动节", date(2013, 4, 27)),
            work("劳动节", date(2013, 4, 28)),
            off("劳动节", date(2013, 4, 29), date(2013, 5, 1)),
            work("端午节", date(2013, 6, 8)),
            work("端午节", date(2013, 6, 9)),
            off("端午节", date(2013, 6, 10), date(2013, 6, 12)),
            off("中秋节", date(2013, 9, 19), date(2013, 9, 21)),
            work("中秋节", date(2013, 9, 22)),
            work("国庆节", date(2013, 9, 29)),
            off("国庆节", date(2013, 10, 1), date(2013, 10, 7)),
            work("国庆节", date(2013, 10, 12)),
        ],
    },
    Year {
        year: 2014,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2014-01/02/content_1194.htm"],
        runs: &[
            off("元旦", date(2014, 1, 1), date(2014, 1, 1)),
            work("春节", date(2014, 1, 26)),
            off("春节", date(2014, 1, 31), date(2014, 2, 6)),
            work("春节", date(2014, 2, 8)),
            off("清明节", date(2014, 4, 5), date(2014, 4, 5)),
            off("清明节", date(2014, 4, 7), date(2014, 4, 7)),
            off("劳动节", date(2014, 5, 1), date(2014, 5, 3)),
            work("劳动节", date(2014, 5, 4)),
            off("端午节", date(2014, 6, 2), date(2014, 6, 2)),
            off("中秋节", date(2014, 9, 8), date(2014, 9, 8)),
            work("国庆节", date(2014, 9, 28)),
            off("国庆节", date(2014, 10, 1), date(2014, 10, 7)),
            work("国庆节", date(2014, 10, 11)),
        ],
    },
    Year {
        year: 2015,
        sources: &[
            "http://www.gov.cn/zhengce/zhengceku/2014-12/16/content_9302.htm",
            "http://www.gov.cn/zhengce/zhengceku/2015-05/13/content_9742.htm",
        ],
        runs: &[
            off("元旦", date(2015, 1, 1), date(2015, 1, 3)),
            work("元旦", date(2015, 1, 4)),
            work("春节", date(2015, 2, 15)),
            off("春节", date(2015, 2, 18), date(2015, 2, 24)),
            work("春节", date(2015, 2, 28)),
            off("清明节", date(2015, 4, 5), date(2015, 4, 6)),
            off("劳动节", date(2015, 5, 1), date(2015, 5, 1)),
            off("端午节", date(2015, 6, 20), date(2015, 6, 20)),
            off("端午节", date(2015, 6, 22), date(2015, 6, 22)),
            off("抗日战争暨世界反法西斯战争胜利70周年纪念日", date(2015, 9, 3), date(2015, 9, 5)),
            work("抗日战争暨世界反法西斯战争胜利70周年纪念日", date(2015, 9, 6)),
            off("中秋节", date(2015, 9, 27), date(2015, 9, 27)),
            off("国庆节", date(2015, 10, 1), date(2015, 10, 7)),
            work("国庆节", date(2015, 10, 10)),
        ],
    },
    Year {
        year: 2016,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2015-12/10/content_10394.htm"],
        runs: &[
            off("元旦", date(2016, 1, 1), date(2016, 1, 1)),
            work("春节", date(2016, 2, 6)),
            off("春节", date(2016, 2, 7), date(2016, 2, 13)),
            work("春节", date(2016, 2, 14)),
            off("清明节", date(2016, 4, 4), date(2016, 4, 4)),
            off("劳动节", date(2016, 5, 1), date(2016, 5, 2)),
            off("端午节", date(2016, 6, 9), date(2016, 6, 11)),
            work("端午节", date(2016, 6, 12)),
            off("中秋节", date(2016, 9, 15), date(2016, 9, 17)),
            work("中秋节", date(2016, 9, 18)),
            off("国庆节", date(2016, 10, 1), date(2016, 10, 7)),
            work("国庆节", date(2016, 10, 8)),
            work("国庆节", date(2016, 10, 9)),
        ],
    },
    Year {
        year: 2017,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2016-12/01/content_5141603.htm"],
        runs: &[
            off("元旦", date(2017, 1, 1), date(2017, 1, 2)),
            work("春节", date(2017, 1, 22)),
            off("春节", date(2017, 1, 27), date(2017, 2, 2)),
            work("春节", date(2017, 2, 4)),
            work("清明节", date(2017, 4, 1)),
            off("清明节", date(2017, 4, 2), date(2017, 4, 4)),
            off("劳动节", date(2017, 5, 1), date(2017, 5, 1)),
            work("端午节", date(2017, 5, 27)),
            off("端午节", date(2017, 5, 28), date(2017, 5, 30)),
            work("中秋节、国庆节", date(2017, 9, 30)),
            off("中秋节、国庆节", date(2017, 10, 1), date(2017, 10, 8)),
        ],
    },
    Year {
        year: 2018,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2017-11/30/content_5243579.htm"],
        runs: &[
            off("元旦", date(2018, 1, 1), date(2018, 1, 1)),
            work("春节", date(2018, 2, 11)),
            off("春节", date(2018, 2, 15), date(2018, 2, 21)),
            work("春节", date(2018, 2, 24)),
            off("清明节", date(2018, 4, 5), date(2018, 4, 7)),
            work("清明节", date(2018, 4, 8)),
            work("劳动节", date(2018, 4, 28)),
            off("劳动节", date(2018, 4, 29), date(2018, 5, 1)),
            off("端午节", date(2018, 6, 18), date(2018, 6, 18)),
            off("中秋节", date(2018, 9, 24), date(2018, 9, 24)),
            work("国庆节", date(2018, 9, 29)),
            work("国庆节", date(2018, 9, 30)),
            off("国庆节", date(2018, 10, 1), date(2018, 10, 7)),
        ],
    },
    Year {
        year: 2019,
        sources: &[
            "http://www.gov.cn/zhengce/zhengceku/2018-12/06/content_5346276.htm",
            "http://www.gov.cn/zhengce/zhengceku/2019-03/22/content_5375877.htm",
        ],
        runs: &[
            work("元旦", date(2018, 12, 29)),
            off("元旦", date(2018, 12, 30), date(2019, 1, 1)),
            work("春节", date(2019, 2, 2)),
            work("春节", date(2019, 2, 3)),
            off("春节", date(2019, 2, 4), date(2019, 2, 10)),
            off("清明节", date(2019, 4, 5), date(2019, 4, 5)),
            work("劳动节", date(2019, 4, 28)),
            off("劳动节", date(2019, 5, 1), date(2019, 5, 4)),
            work("劳动节", date(2019, 5, 5)),
            off("端午节", date(2019, 6, 7), date(2019, 6, 7)),
            off("中秋节", date(2019, 9, 13), date(2019, 9, 13)),
            work("国庆节", date(2019, 9, 29)),
            off("国庆节", date(2019, 10, 1), date(2019, 10, 7)),
            work("国庆节", date(2019, 10, 12)),
        ],
    },
    Year {
        year: 2020,
        sources: &[
            "http://www.gov.cn/zhengce/zhengceku/2019-11/21/content_5454164.htm",
            "http://www.gov.cn/zhengce/zhengceku/2020-01/27/content_5472352.htm",
        ],
        runs: &[
            off("元旦", date(2020, 1, 1), date(2020, 1, 1)),
            work("春节", date(2020, 1, 19)),
            off("春节", date(2020, 1, 24), date(2020, 2, 2)),
            off("清明节", date(2020, 4, 4), date(2020, 4, 6)),
            work("劳动节", date(2020, 4, 26)),
            off("劳动节", date(2020, 5, 1), date(2020, 5, 5)),
            work("劳动节", date(2020, 5, 9)),
            off("端午节", date(2020, 6, 25), date(2020, 6, 27)),
            work("端午节", date(2020, 6, 28)),
            work("国庆节、中秋节", date(2020, 9, 27)),
            off("国庆节、中秋节", date(2020, 10, 1), date(2020, 10, 8)),
            work("国庆节、中秋节", date(2020, 10, 10)),
        ],
    },
    Year {
        year: 2021,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2020-11/25/content_5564127.htm"],
        runs: &[
            off("元旦", date(2021, 1, 1), date(2021, 1, 3)),
            work("春节", date(2021, 2, 7)),
            off("春节", date(2021, 2, 11), date(2021, 2, 17)),
            work("春节", date(2021, 2, 20)),
            off("清明节", date(2021, 4, 3), date(2021, 4, 5)),
            work("劳动节", date(2021, 4, 25)),
            off("劳动节", date(2021, 5, 1), date(2021, 5, 5)),
            work("劳动节", date(2021, 5, 8)),
            off("端午节", date(2021, 6, 12), date(2021, 6, 14)),
            work("中秋节", date(2021, 9, 18)),
            off("中秋节", date(2021, 9, 19), date(2021, 9, 21)),
            work("国庆节", date(2021, 9, 26)),
            off("国庆节", date(2021, 10, 1), date(2021, 10, 7)),
            work("国庆节", date(2021, 10, 9)),
        ],
    },
    Year {
        year: 2022,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2021-10/25/content_5644835.htm"],
        runs: &[
            off("元旦", date(2022, 1, 1), date(2022, 1, 3)),
            work("春节", date(2022, 1, 29)),
            work("春节", date(2022, 1, 30)),
            off("春节", date(2022, 1, 31), date(2022, 2, 6)),
            work("清明节", date(2022, 4, 2)),
            off("清明节", date(2022, 4, 3), date(2022, 4, 5)),
            work("劳动节", date(2022, 4, 24)),
            off("劳动节", date(2022, 4, 30), date(2022, 5, 4)),
            work("劳动节", date(2022, 5, 7)),
            off("端午节", date(2022, 6, 3), date(2022, 6, 5)),
            off("中秋节", date(2022, 9, 10), date(2022, 9, 12)),
            off("国庆节", date(2022, 10, 1), date(2022, 10, 7)),
            work("国庆节", date(2022, 10, 8)),
            work("国庆节", date(2022, 10, 9)),
        ],
    },
    Year {
        year: 2023,
        sources: &["http://www.gov.cn/zhengce/zhengceku/2022-12/08/content_5730844.htm"],
        runs: &[
            off("元旦", date(2022, 12, 31), date(2023, 1, 2)),
            off("春节", date(2023, 1, 21), date(2023, 1, 27)),
            work("春节", date(2023, 1, 28)),
            work("春节", date(2023, 1, 29)),
            off("清明节", date(2023, 4, 5), date(2023, 4, 5)),
            work("劳动节", date(2023, 4, 23)),
            off("劳动节", date(2023, 4, 29), date(2023, 5, 3)),
            work("劳动节", date(2023, 5, 6)),
            off("端午节", date(2023, 6, 22), date(2023, 6, 24)),
            work("端午节", date(2023, 6, 25)),
            off("中秋节、国庆节", date(2023, 9, 29), date(2023, 10, 6)),
            work("中秋节、国庆节", date(2023, 10, 7)),
            work("中秋节、国庆节", date(2023, 10, 8)),
        ],
    },
    Year {
        year: 2024,
        sources: &["https://www.gov.cn/zhengce/zhengceku/202310/content_6911528.htm"],
        runs: &[
            off("元旦", date(2024, 1, 1), date(2024, 1, 1)),
            work("春节", date(2024, 2, 4)),
            off("春节", date(2024, 2, 10), date(2024, 2, 17)),
            work("春节", date(2024, 2, 18)),
            off("清明节", date(2024, 4, 4), date(2024, 4, 6)),
            work("清明节", date(2024, 4, 7)),
            work("劳动节", date(2024, 4, 28)),
            off("劳动节", date(2024, 5, 1), date(2024, 5, 5)),
            work("劳动节", date(2024, 5, 11)),
            off("端午节", date(2024, 6, 10), date(2024, 6, 10)),
            work("中秋节", date(2024, 9, 14)),
            off("中秋节", date(2024, 9, 15), date(2024, 9, 17)),
            work("国庆节", date(2024, 9, 29)),
            off("国庆节", date(2024, 10, 1), date(2024, 10, 7)),
            work("国庆节", date(2024, 10, 12)),
        ],
    },
    Year {
        year: 2025,
        sources: &["https://www.gov.cn/zhengce/zhengceku/202411/content_6986383.htm"],
        runs: &[
            off("元旦", date(2025, 1, 1), date(2025, 1, 1)),
            work("春节", date(2025, 1, 26)),
            off("春节", date(2025, 1, 28), date(2025, 2, 4)),
            work("春节", date(2025, 2, 8)),
            off("清明节", date(2025, 4, 4), date(2025, 4, 6)),
            work("劳动节", date(2025, 4, 27)),
            off("劳动节", date(2025, 5, 1), date(2025, 5, 5)),
            off("端午节", date(2025, 5, 31), date(2025, 6, 2)),
            work("国庆节、中秋节", date(2025, 9, 28)),
            off("国庆节、中秋节", date(2025, 10, 1), date(2025, 10, 8)),
            work("国庆节、中秋节", date(2025, 10, 11)),
        ],
    },
    Year {
        year: 2026,
        sources: &["https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm"],
        runs: &[
            off("元旦", date(2026, 1, 1), date(2026, 1, 3)),
            work("元旦", date(2026, 1, 4)),
            work("春节", date(2026, 2, 14)),
            off("春节", date(2026, 2, 15), date(2026, 2, 23)),
            work("春节", date(2026, 2, 28)),
            off("清明节", date(2026, 4, 4), date(2026, 4, 6)),
            off("劳动节", date(2026, 5, 1), date(2026, 5, 5)),
            work("劳动节", date(2026, 5, 9)),
            off("端午节", date(2026, 6, 19), date(2026, 6, 21)),
            work("国庆节", date(2026, 9, 20)),
            off("中秋节", date(2026, 9, 25), date(2026, 9, 27)),
            off("国庆节", date(2026, 10, 1), date(2026, 10, 7)),
            work("国庆节", date(2026, 10, 10)),
        ],
    },
];

/// The built-in years in the form of recorded notices, named `table-2007` and so on.
pub(super) fn notices() -> Vec<Arc<HolidayNotice>> {
    YEARS.iter().map(|year| Arc::new(year.notice())).collect()
}

impl Year {
    fn notice(&self) -> HolidayNotice {
        HolidayNotice {
            id: format!("table-{}", self.year),
            year: self.year,
            sources: self.sources.iter().map(|source| (*source).to_owned()).collect(),
            amends: None,
            off: self.days(false),
            make_up: self.days(true),
            withdrawn: Vec::new(),
            authoritative_through: Date::new(self.year, 12, 31).unwrap_or(Date::MIN),
        }
    }

    fn days(&self, works: bool) -> Vec<NamedDay> {
        self.runs.iter().filter(|run| run.works == works).flat_map(Run::days).collect()
    }
}

impl Run {
    fn days(&self) -> impl Iterator<Item = NamedDay> + use<> {
        let holiday = self.holiday;
        (days::number(self.from)..=days::number(self.to))
            .map(move |day| NamedDay { date: days::date_of(day), holiday: holiday.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r19_every_built_in_year_passes_the_checks_of_a_recorded_notice_and_none_is_missing() {
        for (notice, year) in notices().iter().zip(2007..) {
            assert_eq!(notice.check(), Ok(()), "{year}");
            assert_eq!(notice.year, year);
            assert_eq!(notice.authoritative_through, date(year, 12, 31));
        }
        assert_eq!(notices().len(), 20);
    }
}
