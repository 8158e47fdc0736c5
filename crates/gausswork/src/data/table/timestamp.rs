//! Timestamps: their spellings, and the instants that they stand for. There are no leap seconds.

use serde::{Deserialize, Serialize};

use super::date::{DatePattern, Found, digits};

/// How the fraction of a second is spelled.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Fraction {
    /// Never there.
    None,
    /// Always this many digits.
    Fixed(u8),
    /// This many digits, and nothing when it is zero (Python's `isoformat`).
    OmittedWhenZero(u8),
    /// Without trailing zeros.
    Trimmed,
}

/// How the time zone is spelled.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Zone {
    /// Not at all: local time.
    None,
    /// `Z`: universal time.
    Z,
    /// An offset from universal time in minutes, as in `+02:00`.
    Offset {
        /// East is positive.
        minutes: i16,
        /// `+02:00` rather than `+0200`.
        colon: bool,
        /// `+02`, the minutes left out.
        short: bool,
    },
}

impl Zone {
    /// Seconds to add to universal time to get the time on the clock.
    fn seconds(self) -> i64 {
        match self {
            Self::None | Self::Z => 0,
            Self::Offset { minutes, .. } => i64::from(minutes) * 60,
        }
    }
}

/// How a timestamp is spelled.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimestampPattern {
    /// The date part.
    pub date: DatePattern,
    /// `T` or a space.
    pub separator: char,
    /// Whether the hour has two digits always.
    pub padded_hour: bool,
    /// Whether seconds are written.
    pub seconds: bool,
    /// The fraction of a second.
    pub fraction: Fraction,
    /// The zone.
    pub zone: Zone,
}

impl Default for TimestampPattern {
    fn default() -> Self {
        Self {
            date: DatePattern::default(),
            separator: ' ',
            padded_hour: true,
            seconds: true,
            fraction: Fraction::None,
            zone: Zone::None,
        }
    }
}

/// One instant: seconds since 1970-01-01 (universal where there is a zone), nanoseconds, and how it
/// was spelled.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Instant {
    pub(super) seconds: i64,
    pub(super) nanos: u32,
    digits: u8,
    with_seconds: bool,
    padded_hour: bool,
    zone: Zone,
}

impl TimestampPattern {
    /// The instant that `text` spells, with this pattern's date and separator.
    pub(super) fn parse(&self, text: &[u8]) -> Option<Instant> {
        let at = text.iter().position(|&byte| char::from(byte) == self.separator)?;
        let (date, time) = (text.get(..at)?, text.get(at + 1..)?);
        let days = self.date.parse(date)?;
        let zone_at = time.iter().position(|byte| matches!(byte, b'Z' | b'+' | b'-')).unwrap_or(time.len());
        let (clock, zone) = time.split_at(zone_at);
        let zone = parse_zone(zone)?;
        let mut parts = clock.split(|&byte| byte == b':');
        let (hour, minute) = (parts.next()?, parts.next()?);
        let second = parts.next();
        if parts.next().is_some() || hour.len() > 2 || minute.len() != 2 {
            return None;
        }
        let (whole, fraction) = match second {
            None => (0, &b""[..]),
            Some(second) => match second.iter().position(|&byte| byte == b'.') {
                None if second.len() == 2 => (digits(second)?, &b""[..]),
                Some(2) if (4..=12).contains(&second.len()) => (digits(second.get(..2)?)?, second.get(3..)?),
                _ => return None,
            },
        };
        let (h, m) = (digits(hour)?, digits(minute)?);
        if h > 23 || m > 59 || whole > 59 {
            return None;
        }
        let mut nanos = if fraction.is_empty() { 0 } else { digits(fraction)? };
        for _ in fraction.len()..9 {
            nanos *= 10;
        }
        Some(Instant {
            seconds: days * 86_400 + h * 3_600 + m * 60 + whole - zone.seconds(),
            nanos: u32::try_from(nanos).ok()?,
            digits: u8::try_from(fraction.len()).ok()?,
            with_seconds: second.is_some(),
            padded_hour: hour.len() == 2,
            zone,
        })
    }

    /// Appends the spelling of an instant.
    pub(super) fn print(&self, seconds: i64, nanos: u32, out: &mut Vec<u8>) {
        let local = seconds.saturating_add(self.zone.seconds());
        self.date.print(local.div_euclid(86_400), out);
        out.extend_from_slice(self.separator.encode_utf8(&mut [0; 4]).as_bytes());
        let clock = local.rem_euclid(86_400);
        let (h, m, s) = (clock / 3_600, clock / 60 % 60, clock % 60);
        let spelled = match (self.padded_hour, self.seconds) {
            (true, true) => format!("{h:02}:{m:02}:{s:02}"),
            (true, false) => format!("{h:02}:{m:02}"),
            (false, true) => format!("{h}:{m:02}:{s:02}"),
            (false, false) => format!("{h}:{m:02}"),
        };
        out.extend_from_slice(spelled.as_bytes());
        let fraction = format!("{nanos:09}");
        let fraction = match self.fraction {
            Fraction::None => "",
            Fraction::OmittedWhenZero(_) | Fraction::Trimmed if nanos == 0 => "",
            Fraction::Fixed(n) | Fraction::OmittedWhenZero(n) => {
                fraction.get(..usize::from(n)).unwrap_or(&fraction)
            }
            Fraction::Trimmed => fraction.trim_end_matches('0'),
        };
        if self.seconds && !fraction.is_empty() {
            out.push(b'.');
            out.extend_from_slice(fraction.as_bytes());
        }
        match self.zone {
            Zone::None => {}
            Zone::Z => out.push(b'Z'),
            Zone::Offset { minutes, colon, short } => {
                let sign = if minutes < 0 { '-' } else { '+' };
                let (h, m) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
                let spelled = match (colon, short && m == 0) {
                    (_, true) => format!("{sign}{h:02}"),
                    (true, false) => format!("{sign}{h:02}:{m:02}"),
                    (false, false) => format!("{sign}{h:02}{m:02}"),
                };
                out.extend_from_slice(spelled.as_bytes());
            }
        }
    }

    /// The pattern that fits every value.
    pub(super) fn detect<'a>(values: impl Iterator<Item = &'a [u8]> + Clone) -> Found<Self> {
        let Some(first) = values.clone().next() else {
            return Found::None;
        };
        let Some(&separator) = first.iter().find(|byte| matches!(byte, b'T' | b' ')) else {
            return Found::None;
        };
        let dates =
            values.clone().map(|value| value.split(|&byte| byte == separator).next().unwrap_or_default());
        let (date, ambiguous) = match DatePattern::detect(dates) {
            Found::None => return Found::None,
            Found::One(date) => (date, false),
            Found::Ambiguous(date) => (date, true),
        };
        let mut pattern = Self { date, separator: char::from(separator), ..Self::default() };
        let Some(instants) = values.map(|value| pattern.parse(value)).collect::<Option<Vec<_>>>() else {
            return Found::None;
        };
        let Some(&first) = instants.first() else {
            return Found::None;
        };
        let zoned = |instant: &Instant| instant.zone != Zone::None;
        if instants.iter().any(|instant| zoned(instant) != zoned(&first)) {
            return Found::None;
        }
        // Several offsets in one column (summer and winter) keep their instants, told in universal time.
        pattern.zone =
            if instants.iter().all(|instant| instant.zone == first.zone) { first.zone } else { Zone::Z };
        pattern.seconds = instants.iter().any(|instant| instant.with_seconds);
        pattern.padded_hour = instants.iter().all(|instant| instant.padded_hour);
        let most = instants.iter().map(|instant| instant.digits).max().unwrap_or(0);
        let all = |allow_none: bool| {
            instants.iter().all(|instant| {
                instant.digits == most || (allow_none && instant.digits == 0 && instant.nanos == 0)
            })
        };
        pattern.fraction = match most {
            0 => Fraction::None,
            n if all(false) => Fraction::Fixed(n),
            n if all(true) => Fraction::OmittedWhenZero(n),
            _ => Fraction::Trimmed,
        };
        if ambiguous { Found::Ambiguous(pattern) } else { Found::One(pattern) }
    }
}

/// The zone that stands behind a time.
fn parse_zone(text: &[u8]) -> Option<Zone> {
    let (sign, rest) = match text {
        [] => return Some(Zone::None),
        [b'Z'] => return Some(Zone::Z),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes, colon, short) = match rest.len() {
        2 => (digits(rest)?, 0, true, true),
        4 => (digits(rest.get(..2)?)?, digits(rest.get(2..)?)?, false, false),
        5 if rest.get(2) == Some(&b':') => (digits(rest.get(..2)?)?, digits(rest.get(3..)?)?, true, false),
        _ => return None,
    };
    if hours > 18 || minutes > 59 {
        return None;
    }
    let minutes = i16::try_from(sign * (hours * 60 + minutes)).ok()?;
    Some(Zone::Offset { minutes, colon, short })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_come_back_as_they_were_spelled() {
        for values in [
            &["2024-02-29T23:59:59Z", "1969-12-31T00:00:00Z"][..],
            &["2024-02-29 23:59", "1999-12-31 00:00"],
            &["2024-02-29 23:59:59.120", "1999-12-31 00:00:00.001"],
            &["2024-02-29 23:59:59.120000", "1999-12-31 00:00:00"],
            &["2024-02-29 23:59:59.12", "1999-12-31 00:00:00", "1999-12-31 00:00:00.123456789"],
            &["2024-02-29T23:59:59+02:00", "1999-12-31T00:00:00+02:00"],
            &["2024-02-29T23:59:59-0330"],
            &["2024-02-29 23:59:59+00"],
            &["12/31/1999 8:05", "1/2/2024 18:05"],
        ] {
            let Found::One(pattern) = TimestampPattern::detect(values.iter().map(|v| v.as_bytes())) else {
                panic!("{values:?}")
            };
            for value in values {
                let Some(instant) = pattern.parse(value.as_bytes()) else { panic!("{value}") };
                let mut out = Vec::new();
                pattern.print(instant.seconds, instant.nanos, &mut out);
                assert_eq!(String::from_utf8_lossy(&out), *value);
            }
        }
        for bad in [
            "2024-02-29T24:00:00",
            "2024-02-29",
            "2024-02-29T1",
            "2024-02-29T10:60",
            "2024-02-29T10:00:00.",
            "",
        ] {
            assert_eq!(TimestampPattern::detect([bad.as_bytes()].into_iter()), Found::None, "{bad}");
        }
    }

    #[test]
    fn offsets_are_instants() {
        let pattern = TimestampPattern { separator: 'T', ..TimestampPattern::default() };
        let seconds = |text: &str| pattern.parse(text.as_bytes()).map(|instant| instant.seconds);
        assert_eq!(seconds("1970-01-01T02:00:00+02:00"), Some(0));
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("1969-12-31T23:59:59Z"), Some(-1));
    }
}
