//! Where a density is evaluated, and where a distribution lives.

use std::fmt;

/// A number together with its logarithms, each accurate where the others have run out of digits.
///
/// A gamma distribution of shape 0.001 has half of its mass below 1e-300, and a beta distribution may have as
/// much above 1 − 1e-300: there densities are functions of `ln x` and `ln(1 − x)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The number.
    pub x: f64,
    /// `ln x`; NaN below 0.
    pub ln_x: f64,
    /// `ln(1 − x)`; NaN above 1.
    pub ln_complement: f64,
}

impl From<f64> for Point {
    fn from(x: f64) -> Self {
        Self { x, ln_x: x.ln(), ln_complement: (-x).ln_1p() }
    }
}

impl Point {
    /// The point `e^u`.
    pub fn exp(u: f64) -> Self {
        let x = u.exp();
        Self { x, ln_x: u, ln_complement: (-x).ln_1p() }
    }

    /// The point `1/(1 + e^−u)`.
    pub fn logistic(u: f64) -> Self {
        // −ln(1 + e^−|u|) is the logarithm of the larger of x and 1 − x.
        let larger = -(-u.abs()).exp().ln_1p();
        let smaller = larger - u.abs();
        let (ln_x, ln_complement) = if u >= 0.0 { (larger, smaller) } else { (smaller, larger) };
        Self { x: ln_x.exp(), ln_x, ln_complement }
    }
}

/// The set that carries a distribution of one dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Support {
    /// All real numbers.
    Line,
    /// The numbers above 0.
    Positive,
    /// The numbers from this positive one upwards.
    From(f64),
    /// The numbers between 0 and 1.
    Unit,
    /// The numbers between two others.
    Interval(f64, f64),
    /// The whole numbers from 0, up to the last one if there is one.
    Counts(Option<u64>),
}

impl Support {
    /// Whether the distribution has a probability for every point rather than a density.
    pub fn is_discrete(self) -> bool {
        matches!(self, Self::Counts(_))
    }

    /// The least and the greatest point, possibly infinite.
    pub fn ends(self) -> (f64, f64) {
        match self {
            Self::Line => (f64::NEG_INFINITY, f64::INFINITY),
            Self::Positive => (0.0, f64::INFINITY),
            Self::From(low) => (low, f64::INFINITY),
            Self::Unit => (0.0, 1.0),
            Self::Interval(low, high) => (low, high),
            Self::Counts(last) => (0.0, last.map_or(f64::INFINITY, |last| last as f64)),
        }
    }

    /// Whether `other` covers this set but for a set of measure zero.
    pub fn within(self, other: Self) -> bool {
        let ((low, high), (other_low, other_high)) = (self.ends(), other.ends());
        self.is_discrete() == other.is_discrete() && low >= other_low && high <= other_high
    }

    /// The point at coordinate `u` of the chart in which the distribution is integrated: u itself, `e^u`, or
    /// `1/(1 + e^−u)`.
    pub(crate) fn at(self, u: f64) -> Point {
        match self {
            Self::Line | Self::Interval(..) | Self::Counts(_) => Point::from(u),
            Self::Positive | Self::From(_) => Point::exp(u),
            Self::Unit => Point::logistic(u),
        }
    }

    /// `ln |dx/du|` at a point.
    pub(crate) fn ln_slope(self, at: Point) -> f64 {
        match self {
            Self::Line | Self::Interval(..) | Self::Counts(_) => 0.0,
            Self::Positive | Self::From(_) => at.ln_x,
            Self::Unit => at.ln_x + at.ln_complement,
        }
    }

    /// The coordinate of a point.
    pub(crate) fn coordinate(self, at: Point) -> f64 {
        match self {
            Self::Line | Self::Interval(..) | Self::Counts(_) => at.x,
            Self::Positive | Self::From(_) => at.ln_x,
            Self::Unit => at.ln_x - at.ln_complement,
        }
    }

    /// The ends of the chart.
    pub(crate) fn chart_ends(self) -> (f64, f64) {
        match self {
            Self::From(low) => (low.ln(), f64::INFINITY),
            Self::Interval(low, high) => (low, high),
            Self::Counts(_) => self.ends(),
            Self::Line | Self::Positive | Self::Unit => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }
}

impl fmt::Display for Support {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line => f.write_str("the real numbers"),
            Self::Positive => f.write_str("the numbers above 0"),
            Self::From(low) => write!(f, "the numbers from {low}"),
            Self::Unit => f.write_str("the numbers between 0 and 1"),
            Self::Interval(low, high) => write!(f, "the numbers between {low} and {high}"),
            Self::Counts(None) => f.write_str("the whole numbers from 0"),
            Self::Counts(Some(last)) => write!(f, "the whole numbers from 0 to {last}"),
        }
    }
}

/// Roughly where a distribution has its mass, in the coordinate of its chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// A point near the middle.
    pub center: f64,
    /// The order of magnitude of the spread.
    pub scale: f64,
}

impl Place {
    /// The same place in another chart.
    pub(crate) fn moved(self, from: Support, to: Support) -> Self {
        let point = |u| from.at(u);
        let within = |u: f64| if u.is_finite() { u } else { u.signum() * 1e3 };
        let center = within(to.coordinate(point(self.center)));
        let above = within(to.coordinate(point(self.center + self.scale)));
        let below = within(to.coordinate(point(self.center - self.scale)));
        let scale = 0.5 * (above - below);
        if scale.is_nan() || scale <= 0.0 || center.is_nan() {
            return Self { center: 0.0, scale: 1.0 };
        }
        Self { center, scale }
    }
}
