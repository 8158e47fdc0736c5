//! Mixtures.

use std::fmt;

use rand::Rng;

use super::{categorical::SUM_TOLERANCE, open01};
use crate::{
    distribution::{Distribution, Space, Univariate, number},
    error::{Expected, ParameterError},
    point::{Place, Point, Support},
};

/// `p(x) = Σ w_i p_i(x)`; the components may be of different families over the same kind of space.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixture {
    components: Vec<(f64, Distribution)>,
}

impl Mixture {
    /// The mixture of these distributions with these weights. A component that is a mixture is dissolved into its
    /// own. The sum of the weights may differ from one by 1e-9, and is made one.
    ///
    /// # Errors
    /// No component, a weight that is not a probability above 0, a sum other than one, components over different
    /// spaces or some of them discrete and some not.
    pub fn new(components: Vec<(f64, Distribution)>) -> Result<Self, ParameterError> {
        let family = "mixture";
        let shape = |problem: String| ParameterError::Shape { family, problem };
        let Some((_, first)) = components.first() else {
            return Err(shape("has no component".into()));
        };
        let kind = |d: &Distribution| (d.space(), d.univariate().map(|d| d.support().is_discrete()));
        let describe = |d: &Distribution| match kind(d) {
            (Space::Numbers, Some(true)) => "whole numbers".to_owned(),
            (space, _) => space.to_string(),
        };
        for (i, (weight, component)) in components.iter().enumerate() {
            ParameterError::unless(
                family,
                &format!("weight {}", i + 1),
                *weight,
                Expected::PositiveProbability,
            )?;
            if kind(component) != kind(first) {
                let (a, b) = (describe(first), describe(component));
                return Err(shape(format!("{first} lives in {a}, {component} in {b}")));
            }
        }
        let sum: f64 = components.iter().map(|(weight, _)| weight).sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(ParameterError::Sum { family, what: "weights", sum });
        }
        let flat = components.into_iter().flat_map(|(weight, component)| match component {
            Distribution::Mixture(inner) => {
                inner.components.into_iter().map(|(w, d)| (weight / sum * w, d)).collect()
            }
            other => vec![(weight / sum, other)],
        });
        Ok(Self { components: flat.collect() })
    }

    /// The weights and the components.
    pub fn components(&self) -> &[(f64, Distribution)] {
        &self.components
    }

    pub(crate) fn space(&self) -> Space {
        self.components.first().map_or(Space::Numbers, |(_, d)| d.space())
    }

    pub(crate) fn univariate(&self) -> Option<&dyn Univariate> {
        matches!(self.space(), Space::Numbers).then_some(self as &dyn Univariate)
    }

    /// `ln Σ w_i p_i(x)` at a vector.
    pub(crate) fn ln_density_at(&self, x: &[f64]) -> f64 {
        self.ln_sum(|d| d.ln_density_at(x))
    }

    /// `ln Σ w_i e^f(p_i)`.
    pub(crate) fn ln_sum(&self, f: impl Fn(&Distribution) -> f64) -> f64 {
        let terms: Vec<f64> = self.components.iter().map(|(w, d)| w.ln() + f(d)).collect();
        ln_sum_exp(&terms)
    }

    /// A component, drawn by its weight.
    pub(crate) fn choose(&self, rng: &mut dyn Rng) -> &Distribution {
        let mut left = open01(rng);
        let mut chosen = &self.components[0].1;
        for (weight, component) in &self.components {
            chosen = component;
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
        chosen
    }

    fn numbers(&self) -> impl Iterator<Item = (f64, &dyn Univariate)> {
        self.components.iter().filter_map(|(w, d)| d.univariate().map(|d| (*w, d)))
    }
}

/// `ln Σ e^t`, without overflow; −∞ for nothing.
pub(crate) fn ln_sum_exp(terms: &[f64]) -> f64 {
    let max = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if max.is_infinite() {
        return max;
    }
    max + terms.iter().map(|t| (t - max).exp()).sum::<f64>().ln()
}

impl Univariate for Mixture {
    fn ln_density(&self, at: Point) -> f64 {
        self.ln_sum(|d| d.univariate().map_or(f64::NEG_INFINITY, |d| d.ln_density(at)))
    }

    fn support(&self) -> Support {
        let supports = self.numbers().map(|(_, d)| d.support());
        let hull = |a: Support, b: Support| {
            if b.within(a) {
                return a;
            }
            if a.within(b) {
                return b;
            }
            let ((al, ah), (bl, bh)) = (a.ends(), b.ends());
            match (al.min(bl), ah.max(bh)) {
                (_, last) if a.is_discrete() => Support::Counts(last.is_finite().then_some(last as u64)),
                (low, high) if low.is_finite() && high.is_finite() => Support::Interval(low, high),
                (low, _) if low >= 0.0 => Support::Positive,
                _ => Support::Line,
            }
        };
        supports.reduce(hull).unwrap_or(Support::Line)
    }

    fn place(&self) -> Place {
        let places = self.places();
        let low = places.iter().map(|p| p.center - p.scale).fold(f64::INFINITY, f64::min);
        let high = places.iter().map(|p| p.center + p.scale).fold(f64::NEG_INFINITY, f64::max);
        Place { center: 0.5 * (low + high), scale: 0.5 * (high - low) }
    }

    /// The places of the components, in the chart of the whole.
    fn places(&self) -> Vec<Place> {
        let chart = self.support();
        self.numbers()
            .flat_map(|(_, d)| d.places().into_iter().map(|p| p.moved(d.support(), chart)))
            .collect()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.numbers().map(|(w, d)| w * d.cdf(x)).sum()
    }

    fn survival(&self, x: f64) -> f64 {
        self.numbers().map(|(w, d)| w * d.survival(x)).sum()
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        self.choose(rng).univariate().map_or(Point::from(f64::NAN), |d| d.draw(rng))
    }
}

impl fmt::Display for Mixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms: Vec<String> = self.components.iter().map(|(w, d)| format!("{}*{d}", number(*w))).collect();
        write!(f, "mixture({})", terms.join(" + "))
    }
}
