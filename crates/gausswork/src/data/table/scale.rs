//! The axis on which a numeric column's values lie: a grid of equal steps, or a line.

use serde::{Deserialize, Serialize};

use crate::layout::Support;

/// From a column's values to positions (cell numbers on a grid, the values themselves on a line) and back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Scale {
    /// Integers (and dates, and timestamps in ticks): `value = origin + step · position`.
    Integer {
        /// The value at position 0.
        origin: i64,
        /// Distance between two positions: the greatest common divisor of all differences.
        step: i64,
    },
    /// Decimal fractions: `value = (origin + step · position) / 10^decimals`.
    Decimal {
        /// Digits after the point.
        decimals: u8,
        /// The value at position 0, in units of the last digit.
        origin: i64,
        /// Distance between two positions, in units of the last digit.
        step: i64,
    },
    /// Any number.
    Continuous,
}

impl Scale {
    /// The grid of a set of integers.
    pub fn of_integers(values: impl Iterator<Item = i64> + Clone) -> Self {
        let (origin, step) = grid(values);
        Scale::Integer { origin, step }
    }

    /// The grid of decimal fractions with `decimals` digits, or a line where that is more than f64 resolves.
    pub fn of_decimals(values: impl Iterator<Item = f64> + Clone, decimals: Option<u8>) -> Self {
        let Some(decimals) = decimals else { return Scale::Continuous };
        let unit = 10f64.powi(i32::from(decimals));
        // Beyond 2^53 units the digits are not resolved.
        if values.clone().any(|v| (v * unit).abs() > 9.0e15) {
            return Scale::Continuous;
        }
        let (origin, step) = grid(values.map(|v| (v * unit).round() as i64));
        Scale::Decimal { decimals, origin, step }
    }

    /// Whether steps and digits are in their ranges.
    pub(super) fn is_sound(&self) -> bool {
        match self {
            Scale::Integer { step, .. } => *step > 0,
            Scale::Decimal { decimals, step, .. } => *step > 0 && *decimals <= 18,
            Scale::Continuous => true,
        }
    }

    /// Whether positions are cells or points.
    pub fn support(&self) -> Support {
        match self {
            Scale::Integer { .. } | Scale::Decimal { .. } => Support::Grid,
            Scale::Continuous => Support::Continuous,
        }
    }

    /// The position of an integer; off-grid values fall between two positions.
    pub fn position_of_integer(&self, value: i64) -> f64 {
        match self {
            Scale::Integer { origin, step } => {
                let distance = i128::from(value) - i128::from(*origin);
                distance as f64 / *step as f64
            }
            Scale::Decimal { .. } | Scale::Continuous => self.position_of_float(value as f64),
        }
    }

    /// The position of a float; off-grid values fall between two positions.
    pub fn position_of_float(&self, value: f64) -> f64 {
        match self {
            Scale::Integer { origin, step } => (value - *origin as f64) / *step as f64,
            Scale::Decimal { decimals, origin, step } => {
                let units = value * 10f64.powi(i32::from(*decimals));
                let position = (units - *origin as f64) / *step as f64;
                // The product is off by rounding; a position that is whole but for that is whole.
                let slack = 1e-9_f64.max(units.abs() * 4.0 * f64::EPSILON / *step as f64);
                if (position - position.round()).abs() <= slack { position.round() } else { position }
            }
            Scale::Continuous => value,
        }
    }

    /// The integer at a position.
    pub fn integer(&self, position: f64) -> i64 {
        match self {
            Scale::Integer { origin, step } => {
                origin.saturating_add(step.saturating_mul(position.round() as i64))
            }
            Scale::Decimal { .. } | Scale::Continuous => self.float(position).round() as i64,
        }
    }

    /// The float at a position, correctly rounded on a decimal grid.
    pub fn float(&self, position: f64) -> f64 {
        match self {
            Scale::Integer { .. } => self.integer(position) as f64,
            Scale::Decimal { decimals, origin, step } => {
                let units = origin.saturating_add(step.saturating_mul(position.round() as i64));
                units as f64 / 10f64.powi(i32::from(*decimals))
            }
            Scale::Continuous => position,
        }
    }
}

/// Least value and greatest common divisor of the differences (1 where there are none).
fn grid(values: impl Iterator<Item = i64> + Clone) -> (i64, i64) {
    let Some(origin) = values.clone().min() else { return (0, 1) };
    let mut step: u64 = 0;
    for value in values {
        step = gcd(step, value.abs_diff(origin));
        if step == 1 {
            break;
        }
    }
    (origin, i64::try_from(step.max(1)).unwrap_or(1))
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_is_the_common_divisor_of_the_differences() {
        assert_eq!(
            Scale::of_integers([30_000, 10_000, 70_000].into_iter()),
            Scale::Integer { origin: 10_000, step: 20_000 }
        );
        assert_eq!(Scale::of_integers([7].into_iter()), Scale::Integer { origin: 7, step: 1 });
    }

    #[test]
    fn decimals_come_back_exactly() {
        let values = [0.1, 0.35, -2.05, 1234.9];
        let scale = Scale::of_decimals(values.into_iter(), Some(2));
        for v in values {
            assert_eq!(scale.float(scale.position_of_float(v)), v);
        }
    }

    #[test]
    fn nanosecond_ticks_keep_every_digit() {
        let values = [1_700_000_000_000_000_001_i64, 1_700_000_000_000_000_003];
        let scale = Scale::of_integers(values.into_iter());
        for v in values {
            assert_eq!(scale.integer(scale.position_of_integer(v)), v);
        }
    }
}
