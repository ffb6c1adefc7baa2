//! What in a text looks like a person's own number: a resident identity number (居民身份证号) or a mobile number (手机号).
//!
//! Invariants: a number is found however it is written (full-width, circled or Chinese digits; in groups, with blanks, hyphens,
//! dots, strokes or brackets between; +86); what is part of a longer code is none, nor is an amount, a measure, what words before call
//! the number of a document, a permit's number with its day of issue, or a unified social credit code that checks.
//! Deliberately absent: names, addresses, landlines; by form alone nobody tells those from words. Whoever wants to hide a number
//! can: this holds up slips, not intent. A child's number (born since 2014) passes, see `NUMBERED_BY_DAY`.
//! Sources: GB 11643-1999 (form and check digit), GB 32100-2015 and GB 11714-1997 (credit codes), 个人信息保护法 28.

use unicode_normalization::UnicodeNormalization as _;

/// What a text holds that belongs into the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    /// A resident identity number, of 18 characters or, as before 1999, of 15.
    ResidentNumber,
    /// A mobile number.
    MobileNumber,
}

impl Personal {
    /// What to do instead, for who wrote it; never the number itself.
    pub fn todo(self) -> String {
        format!(
            "it holds what looks like {}: leave that out here, personal information is kept apart (putText); if it is another \
             number, write before it what it is (编号, 图号) or behind it its unit; {}",
            self.name(),
            self.todo_zh(),
        )
    }

    /// The same in Chinese.
    pub fn todo_zh(self) -> String {
        format!(
            "此处疑有{}：个人信息请勿填在此处，应存入保密库；如为其他编号、数量，请在前写明“编号”“图号”等或在后写明单位",
            self.name_zh(),
        )
    }

    /// Its name in Chinese.
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::ResidentNumber => "居民身份证号",
            Self::MobileNumber => "手机号",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::ResidentNumber => "a resident identity number (居民身份证号)",
            Self::MobileNumber => "a mobile number (手机号)",
        }
    }
}

/// The first thing in a text that looks like a person's own number.
pub fn personal(text: &str) -> Option<Personal> {
    let plain: Vec<char> = text.chars().map(half_width).collect();
    // second, since a circled digit before a number is more often an item of a list
    found(&plain).or_else(|| {
        if text.is_ascii() {
            return None;
        }
        let digits: Vec<char> = text.nfkc().map(half_width).map(of_chinese).collect();
        if digits == plain { None } else { found(&digits) }
    })
}

/// Digits of a mobile number; an identity number has more.
const SHORTEST: usize = 11;

/// The same of an id, where a number stands between letters and hyphens (`zhang-san-138…`).
pub fn personal_id(id: &str) -> Option<Personal> {
    let runs = id.split(|c: char| !c.is_ascii_digit() && c != 'x');
    runs.filter(|run| run.len() >= SHORTEST).find_map(personal)
}

fn found(text: &[char]) -> Option<Personal> {
    let runs = runs(text);
    (0..runs.len()).find_map(|nth| resident(text, &runs[nth..]).or_else(|| mobile(text, &runs[nth..])))
}

/// A digit that is written in Chinese.
fn of_chinese(c: char) -> char {
    match c {
        '〇' | '零' | '○' => '0',
        '一' | '壹' => '1',
        '二' | '贰' => '2',
        '三' | '叁' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' => '6',
        '七' | '柒' => '7',
        '八' | '捌' => '8',
        '九' | '玖' => '9',
        c => c,
    }
}

/// Digits, letters and the signs beside them as they stand in ASCII.
fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{A0}' | '\u{2002}'..='\u{200A}' | '\u{202F}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        c => c,
    }
}

/// A run of digits: from, to.
type Run = (usize, usize);

fn runs(text: &[char]) -> Vec<Run> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let end = at + text[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        if end > at {
            found.push((at, end));
        }
        at = end.max(at + 1);
    }
    found
}

fn before(text: &[char], at: usize) -> Option<char> {
    at.checked_sub(1).and_then(|at| text.get(at)).copied()
}

/// Whether what ends here goes on: with a letter, a sign of a code, or the rest of a number.
fn goes_on(text: &[char], at: usize) -> bool {
    match (text.get(at), text.get(at + 1)) {
        (Some(c), _) if c.is_ascii_alphanumeric() => true,
        // an extension, of one or two digits, ends there
        (Some('-'), Some(next)) if next.is_ascii_digit() => {
            let rest = text[at + 1..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '-').count();
            rest > 2
        }
        (Some('-' | '.' | ',' | '·' | '_'), Some(next)) => next.is_ascii_alphanumeric(),
        _ => false,
    }
}

/// Whether what begins here was begun before: by a letter, a sign of a code, or the whole part of a number.
fn begun(text: &[char], at: usize) -> bool {
    let earlier = |back: usize| at.checked_sub(back).and_then(|at| text.get(at)).copied();
    match (earlier(1), earlier(2)) {
        (Some(c), _) if c.is_ascii_alphanumeric() || "¥￥$".contains(c) => true,
        // 1.138…: an item of a list
        (Some('.'), Some(one)) if one.is_ascii_digit() => earlier(3).is_some_and(|c| c.is_ascii_digit()),
        (Some('-' | '.' | ',' | '·' | '_'), Some(earlier)) => earlier.is_ascii_alphanumeric(),
        _ => false,
    }
}

/// Whether what stands there is an amount, a measure or a document's number: its unit follows, or its name stands before.
fn measures(text: &[char], (from, to): Run) -> bool {
    if says(text, from, &TELEPHONE) {
        return false;
    }
    let mut after = text.get(to..).unwrap_or_default().iter().filter(|c| **c != ' ');
    let unit = match after.next() {
        Some('号') => after.next() != Some(&'码'),
        Some(c) => "元圆万亿余多平㎡亩吨方米立公千￥%m株棵".contains(*c),
        None => false,
    };
    unit || says(text, from, &NUMBERED)
}

/// Words before a person's telephone.
const TELEPHONE: [&str; 10] =
    ["电话", "手机", "联系", "致电", "拨打", "微信", "号码", "tel", "phone", "mobile"];
/// Words before a number that is no person's.
const NUMBERED: [&str; 12] =
    ["编号", "文号", "字第", "图号", "受理", "流水", "测点", "桩号", "编码", "代码", "许可证", "备案"];
/// Words before a person's identity number.
const IDENTITY: [&str; 4] = ["身份证", "居民", "公民", "证件"];

/// Whether one of these words stands shortly before.
fn says(text: &[char], at: usize, words: &[&str]) -> bool {
    let before: String = text[at.saturating_sub(12)..at].iter().flat_map(|c| c.to_lowercase()).collect();
    words.iter().any(|word| before.contains(word))
}

fn digits(text: &[char]) -> Option<Vec<u32>> {
    text.iter().map(|c| c.to_digit(10)).collect()
}

/// The first two digits of a division code: the provinces (GB/T 2260) and, of identity numbers, 83 for Taiwan's residents.
fn is_province(two: u32) -> bool {
    matches!(two, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
}

fn number(digits: &[u32]) -> u32 {
    digits.iter().fold(0, |sum, digit| sum * 10 + digit)
}

fn is_date(year: u32, month_day: &[u32]) -> bool {
    let part = |digits: Option<&[u32]>| digits.and_then(|digits| i8::try_from(number(digits)).ok());
    match (i16::try_from(year), part(month_day.get(..2)), part(month_day.get(2..4))) {
        (Ok(year), Some(month), Some(day)) => jiff::civil::Date::new(year, month, day).is_ok(),
        _ => false,
    }
}

/// A resident identity number in one run, or in groups.
fn resident(text: &[char], runs: &[Run]) -> Option<Personal> {
    let (from, to) = *runs.first()?;
    let joined = |c: char| c.is_ascii_alphanumeric();
    // the check digit tells it from most else, so no more than a letter or a code's hyphen is asked of what stands beside it
    let in_a_code = before(text, from) == Some('-') && begun(text, from);
    if in_a_code
        || before(text, from).is_some_and(joined)
        || says(text, from, &NUMBERED) && !says(text, from, &IDENTITY)
    {
        return None;
    }
    let groups = || (1..=runs.len()).take_while(|taken| are_groups(text, &runs[..*taken]));
    let is = of_15(text, (from, to)) || groups().any(|taken| of_18(text, &runs[..taken]));
    is.then_some(Personal::ResidentNumber)
}

/// As before 1999: no check digit, so in one run only. Where two digits of a year would make its holder a hundred years old, a year
/// of four digits stands there.
fn of_15(text: &[char], (from, to): Run) -> bool {
    let Some(digits) = digits(&text[from..to]).filter(|digits| digits.len() == 15) else { return false };
    let year = number(&digits[6..8]);
    is_province(number(&digits[..2]))
        && !matches!(year, 19 | 20)
        && is_date(1900 + year, &digits[8..12])
        && !begun(text, from)
        && !goes_on(text, to)
        && !measures(text, (from, to))
}

fn of_18(text: &[char], runs: &[Run]) -> bool {
    let Some((_, to)) = runs.last().copied() else { return false };
    let mut signs: Vec<char> = runs.iter().flat_map(|(from, to)| &text[*from..*to]).copied().collect();
    let mut end = to;
    if signs.len() == 17 {
        // the check character ten, which may stand apart as well
        let x = between(text, to).unwrap_or(to);
        if !matches!(text.get(x), Some('x' | 'X')) {
            return false;
        }
        signs.push('X');
        end = x + 1;
    }
    let joined = |c: &char| c.is_ascii_alphanumeric();
    let in_a_code = text.get(end) == Some(&'-') && goes_on(text, end);
    if signs.len() != 18 || in_a_code || text.get(end).is_some_and(joined) {
        return false;
    }
    let Some(digits) = digits(&signs[..17]) else { return false };
    let check = signs[17].to_digit(10).unwrap_or(10);
    is_of_18(&digits, check) && !(runs.len() == 1 && is_credit_code(&signs))
}

/// From this year on the day in 18 digits is taken for the day of issue of a construction permit (施工许可证, whose numbers are
/// division, day and four digits; one in eleven would check), not for a child's birthday.
const NUMBERED_BY_DAY: u32 = 2014;

/// ISO 7064 MOD 11-2, with a province before and a day of birth in it.
fn is_of_18(digits: &[u32], check: u32) -> bool {
    let year = number(&digits[6..10]);
    let sum: u32 =
        digits.iter().zip([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]).map(|(d, w)| d * w).sum();
    is_province(number(&digits[..2]))
        && (1900..NUMBERED_BY_DAY).contains(&year)
        && is_date(year, &digits[10..14])
        && (12 - sum % 11) % 11 == check
}

/// Whether 18 characters are a unified social credit code: registrar and kind, division, organisation code with its check, and
/// the code's own check.
fn is_credit_code(text: &[char]) -> bool {
    const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let place = |c: &char| SIGNS.find(c.to_ascii_uppercase()).and_then(|at| u32::try_from(at).ok());
    let Some(values) = text.iter().map(place).collect::<Option<Vec<u32>>>() else { return false };
    let (Some(division), Some(organisation), Some(own)) =
        (values.get(2..4), values.get(8..16), values.last())
    else {
        return false;
    };
    let kinds = ["11", "12", "13", "19", "51", "52", "53", "59", "91", "92", "93"];
    let kind: String = text.iter().take(2).collect();
    let sum = |values: &[u32], weights: &[u32]| values.iter().zip(weights).map(|(v, w)| v * w).sum::<u32>();
    let of_organisation = match (11 - sum(organisation, &[3, 7, 9, 10, 5, 8, 4, 2]) % 11) % 11 {
        10 => text.get(16).is_some_and(|c| c.eq_ignore_ascii_case(&'X')),
        check => values.get(16) == Some(&check),
    };
    let weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let check = (31 - sum(&values[..17], &weights) % 31) % 31;
    kinds.contains(&kind.as_str()) && is_province(number(division)) && of_organisation && check == *own
}

/// How mobile numbers are written: in one, in groups, or digit by digit.
const GROUPINGS: [&[usize]; 9] = [
    &[11],
    &[3, 4, 4],
    &[3, 8],
    &[7, 4],
    &[4, 4, 3],
    &[3, 3, 3, 2],
    &[3, 4, 2, 2],
    &[3, 2, 2, 2, 2],
    &[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
];

fn mobile(text: &[char], runs: &[Run]) -> Option<Personal> {
    let (from, to) = *runs.first()?;
    let first: String = text.get(from..to)?.iter().collect();
    let plus = before(text, from) == Some('+');
    let country = first == "86" || first == "0086";
    if country && (plus || !begun(text, from)) && touches(text, runs) {
        return grouped(text, runs.get(1..)?, None);
    }
    let after_country = ["0086", "86"].iter().find_map(|code| first.strip_prefix(code));
    match after_country {
        Some(rest) if rest.len() == 11 || rest.len() == 3 || rest.len() == 7 => {
            let mut shorter = runs.to_vec();
            shorter.first_mut()?.0 = to - rest.len();
            if begun(text, from) && !plus { None } else { grouped(text, &shorter, None) }
        }
        _ => grouped(text, runs, Some(from)),
    }
}

/// Where what stands between two groups ends: up to three blanks, a bracket, or one other sign with a blank on either side.
fn between(text: &[char], at: usize) -> Option<usize> {
    let gap = text.get(at..)?.iter().take(4).take_while(|c| " \n()-./,_·•".contains(**c)).count();
    let signs = text[at..at + gap].iter().filter(|c| !" \n()".contains(**c)).count();
    ((1..=3).contains(&gap) && signs <= 1).then_some(at + gap)
}

/// Whether one run follows another as its next group.
fn touches(text: &[char], runs: &[Run]) -> bool {
    matches!(runs, [(_, end), (next, _), ..] if between(text, *end) == Some(*next))
}

fn are_groups(text: &[char], runs: &[Run]) -> bool {
    runs.windows(2).all(|two| touches(text, two))
}

fn grouped(text: &[char], runs: &[Run], begins: Option<usize>) -> Option<Personal> {
    let (from, _) = *runs.first()?;
    if begins.is_some_and(|at| begun(text, at)) {
        return None;
    }
    let fits = |grouping: &&&[usize]| {
        let Some(taken) = runs.get(..grouping.len()) else { return false };
        let Some((_, end)) = taken.last().copied() else { return false };
        let signs: Vec<char> = taken.iter().flat_map(|(from, to)| &text[*from..*to]).copied().collect();
        taken.iter().map(|(from, to)| to - from).eq(grouping.iter().copied())
            && matches!(signs[..], ['1', '3'..='9', ..])
            && are_groups(text, taken)
            // one dot is a decimal point, and commas stand in lists and between thousands
            && !(taken.len() == 2 && matches!(text[taken[0].1], '.' | ','))
            && !(taken.len() > 3 && text[taken[0].1] == ',')
            && !goes_on(text, end)
            && !measures(text, (from, end))
    };
    GROUPINGS.iter().find(fits).map(|_| Personal::MobileNumber)
}

#[cfg(test)]
mod tests;
