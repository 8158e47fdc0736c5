//! The numbers that closed forms are written in: `f64`, and dual numbers for exact derivatives.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// What a closed form needs of a number: arithmetic, and functions that know their derivative.
pub trait Real:
    Copy
    + From<f64>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// The number itself, for comparisons.
    fn value(self) -> f64;

    /// The derivative it carries; 0 for a plain number.
    fn slope(self) -> f64;

    /// `f(self)`, whose derivative is `df`.
    fn map(self, f: impl Fn(f64) -> f64, df: impl Fn(f64) -> f64) -> Self;

    /// `f(self, other)`, whose partial derivatives are `dx` and `dy`.
    fn map2(
        self,
        other: Self,
        f: impl Fn(f64, f64) -> f64,
        dx: impl Fn(f64, f64) -> f64,
        dy: impl Fn(f64, f64) -> f64,
    ) -> Self;

    /// `eˣ`.
    fn exp(self) -> Self {
        self.map(f64::exp, f64::exp)
    }

    /// `ln x`.
    fn ln(self) -> Self {
        self.map(f64::ln, f64::recip)
    }

    /// `ln(1 + x)`.
    fn ln_1p(self) -> Self {
        self.map(f64::ln_1p, |x| 1.0 / (1.0 + x))
    }

    /// `√x`.
    fn sqrt(self) -> Self {
        self.map(f64::sqrt, |x| 0.5 / x.sqrt())
    }

    /// `x²`.
    fn square(self) -> Self {
        self * self
    }

    /// `1/x`.
    fn recip(self) -> Self {
        Self::from(1.0) / self
    }

    /// `|x|`; the derivative at 0 is taken as 0, where the forms here have their minimum.
    fn abs(self) -> Self {
        self.map(f64::abs, |x| if x == 0.0 { 0.0 } else { x.signum() })
    }
}

impl Real for f64 {
    fn value(self) -> f64 {
        self
    }

    fn slope(self) -> f64 {
        0.0
    }

    fn map(self, f: impl Fn(f64) -> f64, _: impl Fn(f64) -> f64) -> Self {
        f(self)
    }

    fn map2(
        self,
        other: Self,
        f: impl Fn(f64, f64) -> f64,
        _: impl Fn(f64, f64) -> f64,
        _: impl Fn(f64, f64) -> f64,
    ) -> Self {
        f(self, other)
    }
}

/// A dual number `value + slope·ε`, `ε² = 0`: the slope is carried through every operation exactly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dual {
    /// The number.
    pub value: f64,
    /// Its derivative with respect to the parameter that was seeded with slope 1.
    pub slope: f64,
}

impl From<f64> for Dual {
    fn from(value: f64) -> Self {
        Self { value, slope: 0.0 }
    }
}

impl Real for Dual {
    fn value(self) -> f64 {
        self.value
    }

    fn slope(self) -> f64 {
        self.slope
    }

    fn map(self, f: impl Fn(f64) -> f64, df: impl Fn(f64) -> f64) -> Self {
        Self { value: f(self.value), slope: chain(self.slope, || df(self.value)) }
    }

    fn map2(
        self,
        other: Self,
        f: impl Fn(f64, f64) -> f64,
        dx: impl Fn(f64, f64) -> f64,
        dy: impl Fn(f64, f64) -> f64,
    ) -> Self {
        let (x, y) = (self.value, other.value);
        Self { value: f(x, y), slope: chain(self.slope, || dx(x, y)) + chain(other.slope, || dy(x, y)) }
    }
}

/// The slope times the derivative; a constant stays one even where the derivative is infinite.
fn chain(slope: f64, derivative: impl Fn() -> f64) -> f64 {
    if slope == 0.0 { 0.0 } else { slope * derivative() }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, slope: self.slope + other.slope }
    }
}

impl Sub for Dual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, slope: self.slope - other.slope }
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.map2(other, |x, y| x * y, |_, y| y, |x, _| x)
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.map2(other, |x, y| x / y, |_, y| 1.0 / y, |x, y| -(x / y) / y)
    }
}

impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, slope: -self.slope }
    }
}

impl Add<f64> for Dual {
    type Output = Self;
    fn add(self, other: f64) -> Self {
        self + Self::from(other)
    }
}

impl Sub<f64> for Dual {
    type Output = Self;
    fn sub(self, other: f64) -> Self {
        self - Self::from(other)
    }
}

impl Mul<f64> for Dual {
    type Output = Self;
    fn mul(self, other: f64) -> Self {
        Self { value: self.value * other, slope: self.slope * other }
    }
}

impl Div<f64> for Dual {
    type Output = Self;
    fn div(self, other: f64) -> Self {
        Self { value: self.value / other, slope: self.slope / other }
    }
}
