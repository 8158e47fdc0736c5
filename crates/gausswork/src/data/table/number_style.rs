//! How the numbers of a column are spelled.

use std::io::Write as _;

use serde::{Deserialize, Deserializer, Serialize};

use super::number::{Spelled, parse_float, round_to, scale};
use super::schema::MAX_DECIMALS;

/// When an exponent is written, as the usual programs do it. `e` is the power of ten of the first digit.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Notation {
    /// Never: 0.00001.
    Decimal,
    /// Below 1e-4 and from 1e16 on (Python, Excel).
    Python,
    /// Where it is shorter (R).
    Shorter,
    /// Below 1e-6 and from 1e21 on (JavaScript).
    JavaScript,
    /// Below 1e-5 and from 1e16 on (Rust, Polars).
    Rust,
    /// Always (C's `%e`).
    Always,
}

/// How the numbers of a column are spelled.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(default)]
pub struct NumberStyle {
    /// At least this many digits stand behind the decimal point: 0 for `55`, 1 for `55.0`, 2 for `1.50`.
    #[serde(deserialize_with = "small")]
    pub min_decimals: u8,
    /// When an exponent is written.
    pub notation: Notation,
    /// `E` rather than `e`.
    pub exponent_upper: bool,
    /// An exponent has at least this many digits.
    #[serde(deserialize_with = "small")]
    pub exponent_digits: u8,
    /// A positive exponent has its sign.
    pub exponent_plus: bool,
    /// At least this many digits stand behind the point of a number with an exponent.
    #[serde(deserialize_with = "small")]
    pub exponent_decimals: u8,
    /// Positive numbers have their sign.
    pub plus: bool,
    /// `.5` rather than `0.5`.
    pub bare_point: bool,
    /// `1,5` rather than `1.5`.
    pub decimal_comma: bool,
    /// Whole numbers are padded with zeros to this many digits.
    #[serde(deserialize_with = "small")]
    pub width: u8,
}

impl Default for NumberStyle {
    fn default() -> Self {
        Self {
            min_decimals: 0,
            notation: Notation::Decimal,
            exponent_upper: false,
            exponent_digits: 1,
            exponent_plus: false,
            exponent_decimals: 0,
            plus: false,
            bare_point: false,
            decimal_comma: false,
            width: 0,
        }
    }
}

/// No spelling needs more digits than this, and a file cannot make us write more.
const MOST_DIGITS: u8 = 40;

fn small<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    match u8::deserialize(deserializer)? {
        n if n <= MOST_DIGITS => Ok(n),
        n => Err(serde::de::Error::custom(format!("more than {MOST_DIGITS} digits: {n}"))),
    }
}

impl NumberStyle {
    /// The style in which these numbers, spelled with this point, are written, and the decimal grid
    /// on which they lie.
    pub(super) fn detect<'a>(texts: impl Iterator<Item = &'a [u8]> + Clone, point: u8) -> (Self, Option<u8>) {
        let spelled = texts.clone().filter_map(move |text| Spelled::of(text, point));
        let mut style = Self { decimal_comma: point == b',', ..Self::default() };
        let mut grid = 0;
        let (mut fewest, mut most, mut trailing_zero) = (usize::MAX, 0, false);
        let mut mantissa = usize::MAX;
        let (mut pluses, mut positives, mut bare, mut fractions) = (0u64, 0u64, 0u64, 0u64);
        let mut exponent_digits = usize::MAX;
        for number in spelled {
            grid = grid.max(number.decimals());
            let fraction = number.fraction.unwrap_or_default();
            pluses += u64::from(number.plus);
            positives += u64::from(!number.negative);
            bare += u64::from(number.whole.is_empty());
            fractions += u64::from(number.fraction.is_some() && matches!(number.whole, b"" | b"0"));
            if let Some(exponent) = number.exponent {
                mantissa = mantissa.min(fraction.len());
                style.exponent_upper |= exponent.starts_with(b"E");
                style.exponent_plus |= exponent.get(1) == Some(&b'+');
                let digits = exponent.iter().filter(|byte| byte.is_ascii_digit()).count();
                exponent_digits = exponent_digits.min(digits);
            } else {
                fewest = fewest.min(fraction.len());
                most = most.max(fraction.len());
                trailing_zero |= fraction.ends_with(b"0");
            }
        }
        style.plus = pluses * 2 > positives;
        style.bare_point = bare * 2 > fractions;
        // Digits that every value has are the style's only if zeros were written to get them.
        if fewest != usize::MAX && (trailing_zero || fewest == most) {
            style.min_decimals = u8::try_from(fewest).unwrap_or(MOST_DIGITS).min(MOST_DIGITS);
        }
        if mantissa != usize::MAX {
            style.exponent_decimals = u8::try_from(mantissa).unwrap_or(MOST_DIGITS).min(MOST_DIGITS);
            style.exponent_digits = u8::try_from(exponent_digits).unwrap_or(1).clamp(1, 4);
            style.notation = style.best_notation(texts, point);
        }
        let grid = u8::try_from(grid).ok().filter(|&decimals| decimals <= MAX_DECIMALS);
        (style, grid)
    }

    /// The notation that spells most of the numbers as they were.
    fn best_notation<'a>(self, texts: impl Iterator<Item = &'a [u8]> + Clone, point: u8) -> Notation {
        let mut best = (Notation::Python, 0);
        let all =
            [Notation::Python, Notation::Shorter, Notation::JavaScript, Notation::Rust, Notation::Always];
        let mut out = Vec::new();
        for notation in all {
            let style = Self { notation, ..self };
            let mut same = 0;
            // A sample decides: the rule is one for the whole column.
            for text in texts.clone().take(100_000) {
                out.clear();
                if let Some(value) = parse_float(text, point) {
                    style.print_shortest(value, &mut out);
                }
                same += usize::from(out == text);
            }
            if same > best.1 {
                best = (notation, same);
            }
        }
        best.0
    }

    /// Appends a whole number.
    pub(super) fn print_integer(&self, value: i64, out: &mut Vec<u8>) {
        if value < 0 {
            out.push(b'-');
        } else if self.plus && value > 0 {
            out.push(b'+');
        }
        push_integer(value.unsigned_abs(), usize::from(self.width.min(MOST_DIGITS)), out);
    }

    /// Appends a real number that lies on a decimal grid, or on none.
    pub(super) fn print_float(&self, value: f64, decimals: Option<u8>, out: &mut Vec<u8>) {
        let Some(decimals) = decimals.map(|decimals| decimals.min(MAX_DECIMALS)) else {
            return self.print_shortest(value, out);
        };
        let scaled = (value * scale(decimals)).round();
        if self.notation != Notation::Decimal || scaled.abs() >= 9_007_199_254_740_992.0 || !value.is_finite()
        {
            return self.print_shortest(round_to(value, decimals), out);
        }
        // The usual case, and the fast one: a scaled whole number with a point in it.
        if value.is_sign_negative() && (scaled != 0.0 || value == 0.0) {
            out.push(b'-');
        } else if self.plus && scaled != 0.0 {
            out.push(b'+');
        }
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "below 2^53 and made positive"
        )]
        let scaled = scaled.abs() as u64;
        let unit = 10u64.pow(u32::from(decimals));
        let (whole, mut fraction) = (scaled / unit, scaled % unit);
        let mut digits = usize::from(decimals);
        let least = usize::from(self.min_decimals);
        while digits > least && fraction % 10 == 0 {
            fraction /= 10;
            digits -= 1;
        }
        if !(self.bare_point && whole == 0 && (digits > 0 || least > 0)) {
            push_integer(whole, 0, out);
        }
        if digits > 0 || least > 0 {
            out.push(self.point());
        }
        if digits > 0 {
            push_integer(fraction, digits, out);
        }
        out.resize(out.len() + least.saturating_sub(digits), b'0');
    }

    fn point(&self) -> u8 {
        if self.decimal_comma { b',' } else { b'.' }
    }

    /// Appends the fewest digits that give the number back.
    fn print_shortest(&self, value: f64, out: &mut Vec<u8>) {
        let text = format!("{:e}", value.abs());
        let Some((mantissa, power)) = text.split_once('e') else {
            // Not a finite number; nothing that is read has one.
            out.extend_from_slice(value.to_string().as_bytes());
            return;
        };
        let power: i32 = power.parse().unwrap_or(0);
        let digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        if value.is_sign_negative() {
            out.push(b'-');
        } else if self.plus && value != 0.0 {
            out.push(b'+');
        }
        let with_exponent = value != 0.0
            && match self.notation {
                Notation::Decimal => false,
                Notation::Always => true,
                Notation::Python => !(-4..16).contains(&power),
                Notation::JavaScript => !(-6..21).contains(&power),
                Notation::Rust => !(-5..16).contains(&power),
                Notation::Shorter => is_shorter(digits.len(), power, usize::from(self.exponent_digits)),
            }
            || (value == 0.0 && self.notation == Notation::Always);
        if with_exponent {
            let (first, rest) = digits.split_at(1);
            self.push_parts(first, 0, rest, self.exponent_decimals, out);
            out.push(if self.exponent_upper { b'E' } else { b'e' });
            if power < 0 {
                out.push(b'-');
            } else if self.exponent_plus {
                out.push(b'+');
            }
            push_integer(u64::from(power.unsigned_abs()), usize::from(self.exponent_digits), out);
        } else if power < 0 {
            let mut fraction = vec![b'0'; usize::try_from(-power - 1).unwrap_or(0)];
            fraction.extend_from_slice(&digits);
            self.push_parts(b"0", 0, &fraction, self.min_decimals, out);
        } else {
            let whole = usize::try_from(power).unwrap_or(0) + 1;
            let (first, rest) = digits.split_at(whole.min(digits.len()));
            self.push_parts(first, whole - first.len(), rest, self.min_decimals, out);
        }
    }

    /// Appends digits, zeros behind them, and a fraction of at least so many digits.
    fn push_parts(&self, whole: &[u8], zeros: usize, fraction: &[u8], least: u8, out: &mut Vec<u8>) {
        let least = usize::from(least.min(MOST_DIGITS));
        let has_fraction = !fraction.is_empty() || least > 0;
        if !(self.bare_point && whole == b"0" && has_fraction) {
            out.extend_from_slice(whole);
            out.resize(out.len() + zeros, b'0');
        }
        if has_fraction {
            out.push(self.point());
            out.extend_from_slice(fraction);
            out.resize(out.len() + least.saturating_sub(fraction.len()), b'0');
        }
    }
}

/// Whether R would write an exponent: where that is shorter than going without.
fn is_shorter(digits: usize, power: i32, exponent_digits: usize) -> bool {
    let mantissa = if digits == 1 { 1 } else { digits + 1 };
    let power_digits = power.unsigned_abs().to_string().len().max(exponent_digits);
    let with = mantissa + 2 + power_digits;
    let before = usize::try_from(power).unwrap_or(0) + 1;
    let behind =
        usize::try_from((i64::try_from(digits).unwrap_or(0) - 1 - i64::from(power)).max(0)).unwrap_or(0);
    let without = before + if behind > 0 { behind + 1 } else { 0 };
    with < without
}

/// Appends an unsigned number, padded with zeros to a width.
fn push_integer(value: u64, width: usize, out: &mut Vec<u8>) {
    if width > 1 {
        // Writing into memory cannot fail.
        let _ = write!(out, "{value:0width$}");
        return;
    }
    let mut digits = [0u8; 20];
    let (mut rest, mut at) = (value, digits.len());
    loop {
        at -= 1;
        if let (Some(slot), Ok(digit)) = (digits.get_mut(at), u8::try_from(rest % 10)) {
            *slot = b'0' + digit;
        }
        rest /= 10;
        if rest == 0 || at == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn round_trip(texts: &[&str]) -> (NumberStyle, Option<u8>) {
        let point = if texts.iter().any(|text| text.contains(',')) { b',' } else { b'.' };
        let (style, decimals) = NumberStyle::detect(texts.iter().map(|text| text.as_bytes()), point);
        for text in texts {
            let mut out = Vec::new();
            style.print_float(parse_float(text.as_bytes(), point).unwrap(), decimals, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), *text, "{style:?} {decimals:?}");
        }
        (style, decimals)
    }

    #[test]
    fn numbers_come_back_as_they_were_spelled() {
        assert_eq!(round_trip(&["1.5", "2", "-3.25", "0", "-0"]).1, Some(2));
        assert_eq!(round_trip(&["1.50", "2.00", "-3.25", "0.10"]).1, Some(2));
        assert_eq!(round_trip(&["1.0", "2.0", "-3.25"]).0.min_decimals, 1);
        assert_eq!(
            round_trip(&["1.000", "2.500"]),
            (NumberStyle { min_decimals: 3, ..NumberStyle::default() }, Some(1))
        );
        assert_eq!(round_trip(&["0.30000000000000004", "123456789.12345678", "1"]).1, None);
        assert_eq!(round_trip(&[".5", "-.25", "1.75"]).1, Some(2));
        assert_eq!(round_trip(&["+1.5", "+2.25", "-1.75"]).1, Some(2));
        assert_eq!(round_trip(&["1,5", "2,25"]).1, Some(2));
        assert_eq!(
            round_trip(&["1e-05", "0.0001", "123456.0", "1e+16", "1.5e-300"]).0.notation,
            Notation::Python
        );
        assert_eq!(round_trip(&["7.50E-05", "0.000123762", "0", "0.2"]).1, Some(9));
        assert_eq!(round_trip(&["1e-04", "0.00012", "1e+05", "123456"]).0.notation, Notation::Shorter);
        assert_eq!(round_trip(&["1e-7", "0.000001", "1e+21"]).0.notation, Notation::JavaScript);
        round_trip(&["1.000000e+00", "-2.500000e-03", "0.000000e+00"]);
        round_trip(&["100000000000000000000000000000000000000", "0.00000000000000000001"]);
    }

    #[test]
    fn whole_numbers_are_padded_and_signed() {
        let print = |style: NumberStyle, value| {
            let mut out = Vec::new();
            style.print_integer(value, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(print(NumberStyle::default(), i64::MIN), i64::MIN.to_string());
        assert_eq!(print(NumberStyle { width: 5, ..NumberStyle::default() }, 42), "00042");
        assert_eq!(print(NumberStyle { plus: true, ..NumberStyle::default() }, 42), "+42");
    }
}
