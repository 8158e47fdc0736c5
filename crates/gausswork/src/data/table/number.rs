//! Numbers: read from their spellings, and the decimal grids that they lie on.

use super::schema::MAX_DECIMALS;

/// The parts of a number as it is spelled.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Spelled<'a> {
    pub(super) negative: bool,
    pub(super) plus: bool,
    pub(super) whole: &'a [u8],
    /// The digits behind the point; `None` where there is no point.
    pub(super) fraction: Option<&'a [u8]>,
    /// The exponent from its letter on.
    pub(super) exponent: Option<&'a [u8]>,
    power: i32,
}

impl<'a> Spelled<'a> {
    /// Takes a number apart: `[+-] digits [point digits] [e [+-] digits]`, blanks around it allowed.
    pub(super) fn of(text: &'a [u8], point: u8) -> Option<Self> {
        let text = text.trim_ascii();
        let (sign, rest) = match text {
            [sign @ (b'+' | b'-'), rest @ ..] => (Some(*sign), rest),
            rest => (None, rest),
        };
        let run = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (whole, rest) = rest.split_at(run(rest));
        let (fraction, rest) = match rest {
            [byte, rest @ ..] if *byte == point => {
                let (fraction, rest) = rest.split_at(run(rest));
                (Some(fraction), rest)
            }
            rest => (None, rest),
        };
        if whole.is_empty() && fraction.is_none_or(<[u8]>::is_empty) {
            return None;
        }
        let (exponent, power) = match rest {
            [] => (None, 0),
            [b'e' | b'E', power @ ..] => {
                let power = std::str::from_utf8(power).ok()?;
                if !power.ends_with(|c: char| c.is_ascii_digit()) || power.len() > 6 {
                    return None;
                }
                (Some(rest), power.parse().ok()?)
            }
            _ => return None,
        };
        Some(Self {
            negative: sign == Some(b'-'),
            plus: sign == Some(b'+'),
            whole,
            fraction,
            exponent,
            power,
        })
    }

    /// Whether it has neither point nor exponent.
    pub(super) fn is_whole(&self) -> bool {
        self.fraction.is_none() && self.exponent.is_none()
    }

    /// Whether zeros stand before it that a number would lose.
    pub(super) fn has_leading_zeros(&self) -> bool {
        self.whole.len() > 1 && self.whole.starts_with(b"0")
    }

    /// The number, if it is a whole one of 64 bits.
    pub(super) fn integer(&self) -> Option<i64> {
        let part = self.fraction.unwrap_or_default();
        if self.exponent.is_some() || part.iter().any(|&digit| digit != b'0') {
            return None;
        }
        let mut value: i64 = 0;
        for digit in self.whole {
            let digit = i64::from(digit - b'0');
            value = value.checked_mul(10)?.checked_add(if self.negative { -digit } else { digit })?;
        }
        Some(value)
    }

    /// Decimals needed to spell it exactly, without trailing zeros.
    pub(super) fn decimals(&self) -> i64 {
        let fraction = self.fraction.unwrap_or_default();
        let zeros = fraction.iter().rev().take_while(|&&digit| digit == b'0').count();
        let mut digits = i64::try_from(fraction.len() - zeros).unwrap_or(i64::MAX);
        if digits == 0 && self.power > 0 {
            return 0;
        }
        if digits == 0 {
            // Zeros before the point cancel a negative power: 100e-2 is 1.
            let zeros = self.whole.iter().rev().take_while(|&&digit| digit == b'0').count();
            digits = -i64::try_from(zeros).unwrap_or(0);
        }
        (digits - i64::from(self.power)).max(0)
    }
}

/// The real number that `text` spells, with this decimal point. Infinite where it overflows.
pub(super) fn parse_float(text: &[u8], point: u8) -> Option<f64> {
    Spelled::of(text, point)?;
    let text = std::str::from_utf8(text.trim_ascii()).ok()?;
    if point == b'.' { text.parse().ok() } else { text.replace(char::from(point), ".").parse().ok() }
}

/// Whether the text is a computer's word for something that is not a number.
pub(super) fn is_not_finite_word(text: &[u8]) -> bool {
    let word = text.trim_ascii().trim_ascii_start();
    let word = word.strip_prefix(b"-").or_else(|| word.strip_prefix(b"+")).unwrap_or(word);
    [&b"nan"[..], b"inf", b"infinity", b"1.#inf", b"1.#qnan", b"1.#ind"]
        .iter()
        .any(|w| word.eq_ignore_ascii_case(w))
}

/// The finest of the decimal grids up to [`MAX_DECIMALS`] on which every value lies.
pub(super) fn grid(values: impl Iterator<Item = f64> + Clone, single: bool) -> Option<u8> {
    let mut decimals = 0;
    for value in values {
        while !is_on_grid(value, decimals, single) {
            decimals += 1;
            if decimals > MAX_DECIMALS {
                return None;
            }
        }
    }
    Some(decimals)
}

/// Whether the value is the number nearest to one with that many decimals.
fn is_on_grid(value: f64, decimals: u8, single: bool) -> bool {
    let rounded = round_to(value, decimals);
    #[allow(clippy::cast_possible_truncation, reason = "the column is of single precision")]
    let same = if single { rounded as f32 == value as f32 } else { rounded == value };
    // Beyond this every double is on every grid, which says nothing.
    let digits = if single { 16_777_216.0 } else { 9_007_199_254_740_992.0 };
    same && (decimals == 0 || value.abs() * scale(decimals) < digits)
}

pub(super) fn scale(decimals: u8) -> f64 {
    10f64.powi(i32::from(decimals))
}

/// The value on the grid of that many decimals nearest to `value`.
#[must_use]
pub fn round_to(value: f64, decimals: u8) -> f64 {
    let scaled = value * scale(decimals);
    if scaled.abs() < 9_007_199_254_740_992.0 { scaled.round() / scale(decimals) } else { value }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_not_a_number() {
        for bad in ["", "+", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "1 2", "nan", "inf", "1e1234567", "١"]
        {
            assert_eq!(parse_float(bad.as_bytes(), b'.'), None, "{bad}");
        }
        for word in ["nan", "NaN", "-inf", "Infinity", "+INF"] {
            assert!(is_not_finite_word(word.as_bytes()));
        }
        let integer = |text: &'static str| Spelled::of(text.as_bytes(), b'.').unwrap().integer();
        assert_eq!(integer("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(integer("9223372036854775808"), None);
        assert_eq!(integer("3.0"), Some(3));
        assert!(Spelled::of(b"007", b'.').unwrap().has_leading_zeros());
    }

    #[test]
    fn grids_are_found_in_binary_numbers() {
        assert_eq!(grid([1.0, 2.5, 0.1].into_iter(), false), Some(1));
        assert_eq!(grid([1.0, f64::from(0.1f32)].into_iter(), true), Some(1));
        assert_eq!(grid([std::f64::consts::PI].into_iter(), false), None);
        assert_eq!(grid([1e300].into_iter(), false), Some(0));
        assert_eq!(grid([1e-10].into_iter(), false), None);
    }
}
