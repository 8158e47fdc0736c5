//! Instants and lengths of time, in seconds since 1970 and seconds.

use super::axis::Tick;
use super::number::rounded;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;
const DAY: f64 = 86_400.0;
/// Instants beyond the years −9999 to 9999 are shown as numbers.
const CALENDAR: f64 = 2.5e11;
/// The most ticks for which an axis has room.
const MOST: f64 = 4.0;

/// An instant, as precise as a span of time asks for.
pub(super) fn instant(seconds: f64, span: f64) -> String {
    if !seconds.is_finite() || seconds.abs() > CALENDAR {
        return rounded(seconds, 4);
    }
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let [year, month, day] = civil(days as i64);
    let [hour, minute] = [(rest / HOUR) as u32, (rest % HOUR / MINUTE) as u32];
    match span {
        span if span >= 3.0 * DAY => format!("{year:04}-{month:02}-{day:02}"),
        span if span >= 10.0 * MINUTE => format!("{month:02}-{day:02} {hour:02}:{minute:02}"),
        _ => format!("{hour:02}:{minute:02}:{:02}", (rest % MINUTE) as u32),
    }
}

/// A length of time in its natural unit: the unit's name, and its seconds.
pub(super) fn unit(seconds: f64) -> (&'static str, f64) {
    match seconds.abs() {
        s if s >= 2.0 * DAY => ("days", DAY),
        s if s >= 2.0 * HOUR => ("hours", HOUR),
        s if s >= 2.0 * MINUTE => ("minutes", MINUTE),
        _ => ("seconds", 1.0),
    }
}

/// Round instants between two, at most four or so.
pub(super) fn ticks(low: f64, high: f64) -> Vec<Tick> {
    let span = high - low;
    if low.abs().max(high.abs()) > CALENDAR {
        return Vec::new();
    }
    let steps = [1.0, 5.0, 15.0, 30.0].into_iter();
    let steps = steps.chain([1.0, 5.0, 15.0, 30.0].map(|n| n * MINUTE));
    let steps =
        steps.chain([1.0, 3.0, 6.0, 12.0].map(|n| n * HOUR)).chain([1.0, 2.0, 5.0, 10.0].map(|n| n * DAY));
    if let Some(step) = steps.into_iter().find(|step| span / step <= MOST) {
        let first = (low / step).ceil();
        let count = (high / step).floor() - first;
        let at = (0..=count.max(0.0) as i32).map(|i| (first + f64::from(i)) * step);
        return at.filter(|at| *at <= high).map(|at| Tick { at, text: instant(at, step * 3.0) }).collect();
    }
    months(low, high)
}

/// First days of months or years.
fn months(low: f64, high: f64) -> Vec<Tick> {
    let month = |seconds: f64| {
        let [year, month, _] = civil((seconds / DAY).floor() as i64);
        12 * year + month - 1
    };
    let (first, last) = (month(low), month(high));
    let decades = (0..4).flat_map(|power| [12, 24, 60].map(|n: i64| n * 10i64.pow(power)));
    let step = [1, 3, 6].into_iter().chain(decades).find(|step| (last - first) / step <= MOST as i64);
    let Some(step) = step else { return Vec::new() };
    let from = first.div_euclid(step);
    let at = (from..=last.div_euclid(step)).map(|i| i * step).map(|month| {
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        let text = if step % 12 == 0 { format!("{year:04}") } else { format!("{year:04}-{month:02}") };
        Tick { at: days(year, month) as f64 * DAY, text }
    });
    at.filter(|tick| tick.at >= low && tick.at <= high).collect()
}

/// Days from 1970-01-01 to the first of a month (H. Hinnant, chrono-compatible low-level date algorithms).
fn days(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day since 1970-01-01, by the same.
fn civil(days: i64) -> [i64; 3] {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march = (5 * of_year + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    [year, month, of_year - (153 * march + 2) / 5 + 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(low: f64, high: f64) -> Vec<String> {
        ticks(low, high).into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn instants_are_those_of_the_calendar() {
        assert_eq!(instant(1_500_000_000.0, 1e9), "2017-07-14");
        assert_eq!(instant(951_782_400.0, 1e9), "2000-02-29");
        assert_eq!(instant(-1.0, 1e9), "1969-12-31");
        assert_eq!(instant(1_500_000_000.0, HOUR), "07-14 02:40");
        assert_eq!(instant(1e300, 1e9), "1e300");
        for (year, month) in [(1970, 1), (2000, 3), (2024, 2), (-400, 12), (1, 1)] {
            assert_eq!(civil(days(year, month)), [year, month, 1]);
        }
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(texts(1.4e9, 1.6e9), ["2016", "2018", "2020"]);
        assert_eq!(texts(1.5e9, 1.51e9), ["2017-08", "2017-09", "2017-10", "2017-11"]);
        assert_eq!(texts(0.0, 3.0 * HOUR), ["01-01 00:00", "01-01 01:00", "01-01 02:00", "01-01 03:00"]);
        assert_eq!(texts(0.0, 1e300), [""; 0]);
    }
}
