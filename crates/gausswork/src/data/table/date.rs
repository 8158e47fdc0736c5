//! Dates: their spellings, and the days that they stand for.
//!
//! The calendar is the proleptic Gregorian one, years 1 to 9999, without leap seconds.

use serde::{Deserialize, Serialize};

/// The order of day, month and year.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// 2024-12-31.
    YearMonthDay,
    /// 31.12.2024.
    DayMonthYear,
    /// 12/31/2024.
    MonthDayYear,
}

/// How a date is spelled.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub struct DatePattern {
    /// The order of the parts.
    pub order: DateOrder,
    /// What stands between them.
    pub separator: char,
    /// Whether day and month have two digits always ("01").
    pub padded: bool,
}

impl Default for DatePattern {
    fn default() -> Self {
        Self { order: DateOrder::YearMonthDay, separator: '-', padded: true }
    }
}

/// The spellings that are recognised, in the order in which they are tried.
const KNOWN: [(DateOrder, char); 6] = [
    (DateOrder::YearMonthDay, '-'),
    (DateOrder::YearMonthDay, '/'),
    (DateOrder::DayMonthYear, '.'),
    (DateOrder::DayMonthYear, '-'),
    (DateOrder::MonthDayYear, '/'),
    (DateOrder::DayMonthYear, '/'),
];

/// What a search for a spelling found.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Found<P> {
    /// No pattern fits every value.
    None,
    /// Exactly one does.
    One(P),
    /// Day and month cannot be told apart; the first reading is given.
    Ambiguous(P),
}

impl DatePattern {
    /// The days since 1970-01-01 that `text` spells, if it is spelled like this (padding apart).
    pub(super) fn parse(&self, text: &[u8]) -> Option<i64> {
        let mut parts = text.split(|&byte| char::from(byte) == self.separator);
        let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let (year, month, day) = match self.order {
            DateOrder::YearMonthDay => (a, b, c),
            DateOrder::DayMonthYear => (c, b, a),
            DateOrder::MonthDayYear => (c, a, b),
        };
        if year.len() != 4 || month.len() > 2 || day.len() > 2 {
            return None;
        }
        days_from_civil(digits(year)?, digits(month)?, digits(day)?)
    }

    /// Appends the spelling of a day.
    pub(super) fn print(&self, days: i64, out: &mut Vec<u8>) {
        let (year, month, day) = civil_from_days(days);
        let two = |out: &mut Vec<u8>, value: i64| {
            if value >= 10 || self.padded {
                out.push(b'0' + u8::try_from(value / 10 % 10).unwrap_or(0));
            }
            out.push(b'0' + u8::try_from(value % 10).unwrap_or(0));
        };
        let separator = |out: &mut Vec<u8>| {
            out.extend_from_slice(self.separator.encode_utf8(&mut [0; 4]).as_bytes());
        };
        let year_of = |out: &mut Vec<u8>| out.extend_from_slice(format!("{year:04}").as_bytes());
        match self.order {
            DateOrder::YearMonthDay => {
                year_of(out);
                separator(out);
                two(out, month);
                separator(out);
                two(out, day);
            }
            DateOrder::DayMonthYear | DateOrder::MonthDayYear => {
                let day_first = self.order == DateOrder::DayMonthYear;
                two(out, if day_first { day } else { month });
                separator(out);
                two(out, if day_first { month } else { day });
                separator(out);
                year_of(out);
            }
        }
    }

    /// The pattern that fits every value.
    pub(super) fn detect<'a>(values: impl Iterator<Item = &'a [u8]> + Clone) -> Found<Self> {
        let fits = |&(order, separator): &(DateOrder, char)| {
            let pattern = Self { order, separator, padded: true };
            values.clone().all(|value| pattern.parse(value).is_some())
        };
        let mut fitting = KNOWN.iter().filter(|known| fits(known));
        let Some(&(order, separator)) = fitting.next() else {
            return Found::None;
        };
        let ambiguous = fitting.next().is_some();
        // A part of one digit anywhere means that the writer does not pad.
        let padded = values
            .clone()
            .all(|value| value.split(|&byte| char::from(byte) == separator).all(|part| part.len() != 1));
        let pattern = Self { order, separator, padded };
        if ambiguous { Found::Ambiguous(pattern) } else { Found::One(pattern) }
    }
}

/// The number that a few ASCII digits spell.
pub(super) fn digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 18 || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0, |value, &digit| value * 10 + i64::from(digit - b'0')))
}

/// Days since 1970-01-01; `None` for a date that is not in the calendar.
pub(super) fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if !(1..=9999).contains(&year) || !(1..=length).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day is the last: eras of 400 years, 146,097 days each.
    let shifted = if month > 2 { year } else { year - 1 };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Year, month and day; days out of the years 1 to 9999 are taken to the nearest end.
pub(super) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days.clamp(-719_162, 2_932_896) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_has_no_gaps() {
        let mut expected = days_from_civil(1, 1, 1);
        assert_eq!(expected, Some(-719_162));
        for year in 1..=9999 {
            for month in 1..=12 {
                for day in 1..=31 {
                    if let Some(days) = days_from_civil(year, month, day) {
                        assert_eq!(Some(days), expected);
                        assert_eq!(civil_from_days(days), (year, month, day));
                        expected = Some(days + 1);
                    }
                }
            }
        }
        assert_eq!(expected, Some(2_932_897));
        assert_eq!(days_from_civil(1970, 1, 1), Some(0));
        assert_eq!(days_from_civil(1900, 2, 29), None);
    }

    fn date(values: &[&str]) -> Found<DatePattern> {
        DatePattern::detect(values.iter().map(|value| value.as_bytes()))
    }

    #[test]
    fn dates_come_back_as_they_were_spelled() {
        for values in [
            &["2024-02-29", "1999-12-31"][..],
            &["2024/02/29", "1999/12/31"],
            &["29.02.2024", "31.12.1999"],
            &["12/31/1999", "01/02/2024"],
            &["31/12/1999", "01/02/2024"],
            &["1/2/2024", "12/31/1999"],
        ] {
            let Found::One(pattern) = date(values) else { panic!("{values:?}") };
            for value in values {
                let mut out = Vec::new();
                pattern.print(pattern.parse(value.as_bytes()).unwrap_or(i64::MIN), &mut out);
                assert_eq!(String::from_utf8_lossy(&out), *value);
            }
        }
        assert!(matches!(date(&["01/02/2024", "03/04/2024"]), Found::Ambiguous(_)));
        assert_eq!(date(&["2024-02-30"]), Found::None);
        assert_eq!(date(&["2024-02-20", "20.02.2024"]), Found::None);
    }
}
