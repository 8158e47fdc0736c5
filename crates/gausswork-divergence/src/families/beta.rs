//! Distributions on an interval.

use rand::Rng;
use statrs::function::beta::checked_beta_reg;

use super::{gamma::draw_ln, ln_at_zero, open01, scalar_family};
use crate::{
    distribution::Univariate,
    point::{Place, Point, Support},
    special::{LN_TWO_PI, digamma, log_uniform_normaliser, logit, relative_entropy, stirling, trigamma},
};

scalar_family! {
    /// `ln p(x) = (alpha − 1) ln x + (beta − 1) ln(1 − x) − ln B(alpha, beta)`, 0 < x < 1.
    Beta "beta" {
        /// The exponent of x, plus one.
        alpha: Positive,
        /// The exponent of 1 − x, plus one.
        beta: Positive,
    }
}

scalar_family! {
    /// `p(x) ∝ lambda^x (1 − lambda)^(1−x)`, 0 < x < 1 (Loaiza-Ganem & Cunningham 2019): what a Bernoulli
    /// likelihood becomes when it is normalised over grey values.
    ContinuousBernoulli "continuous_bernoulli" {
        /// The parameter; not the mean.
        lambda: OpenUnit,
    }
}

scalar_family! {
    /// `p(x) = 1/(high − low)` between them.
    Uniform "uniform" {
        /// The lower end.
        low: Finite,
        /// The upper end.
        high: Above(low),
    }
}

impl Univariate for Beta {
    /// *Stability*: with s = alpha + beta and m = alpha/s, `ln p + ln x + ln(1−x)` is `−s KL(m ‖ x)` of two
    /// Bernoulli distributions and terms that stay small for large parameters.
    fn ln_density(&self, at: Point) -> f64 {
        if !(0.0..=1.0).contains(&at.x) {
            return f64::NEG_INFINITY;
        }
        let (a, b) = (self.alpha, self.beta);
        // At an end the density is the other exponent's normaliser, 0 or infinite: 1/B(1, b) is b.
        if at.ln_x == f64::NEG_INFINITY {
            return ln_at_zero(a - 1.0, b.ln());
        }
        if at.ln_complement == f64::NEG_INFINITY {
            return ln_at_zero(b - 1.0, a.ln());
        }
        let s = a + b;
        let (m, n) = (a / s, b / s);
        let complement = at.ln_complement.exp();
        let near = |mean: f64, x: f64, ln_x: f64| {
            if (x - mean).abs() < 0.3 * mean {
                relative_entropy(mean, x)
            } else {
                mean * (mean.ln() - ln_x) - mean + x
            }
        };
        let kl = near(m, at.x, at.ln_x) + near(n, complement, at.ln_complement);
        let rest = stirling(s, 0) - stirling(a, 0) - stirling(b, 0);
        -s * kl + 0.5 * (a.ln() + n.ln() - LN_TWO_PI) + rest - at.ln_x - at.ln_complement
    }

    fn support(&self) -> Support {
        Support::Unit
    }

    fn place(&self) -> Place {
        let (a, b) = (self.alpha, self.beta);
        Place { center: digamma(a) - digamma(b), scale: (trigamma(a) + trigamma(b)).sqrt() }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        if x >= 1.0 { 1.0 } else { checked_beta_reg(self.alpha, self.beta, x).unwrap_or(f64::NAN) }
    }

    fn survival(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 1.0;
        }
        if x >= 1.0 { 0.0 } else { checked_beta_reg(self.beta, self.alpha, 1.0 - x).unwrap_or(f64::NAN) }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        Point::logistic(draw_ln(self.alpha, rng) - draw_ln(self.beta, rng))
    }
}

impl ContinuousBernoulli {
    /// The logit `ln(lambda/(1 − lambda))`.
    pub fn logit(&self) -> f64 {
        logit(self.lambda)
    }
}

impl Univariate for ContinuousBernoulli {
    fn ln_density(&self, at: Point) -> f64 {
        let eta = self.logit();
        if (0.0..=1.0).contains(&at.x) { eta * at.x - log_uniform_normaliser(eta) } else { f64::NEG_INFINITY }
    }

    fn support(&self) -> Support {
        Support::Interval(0.0, 1.0)
    }

    fn place(&self) -> Place {
        Place { center: 0.5, scale: (1.0 / self.logit().abs()).min(0.5) }
    }

    fn cdf(&self, x: f64) -> f64 {
        let (eta, x) = (self.logit(), x.clamp(0.0, 1.0));
        if eta.abs() < 1e-8 {
            return x;
        }
        if eta > 0.0 {
            (eta * (x - 1.0)).exp() * (-eta * x).exp_m1() / (-eta).exp_m1()
        } else {
            (eta * x).exp_m1() / eta.exp_m1()
        }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let (eta, u) = (self.logit(), open01(rng));
        if eta.abs() < 1e-8 {
            return Point::from(u);
        }
        // The inverse of the distribution function, from the end that keeps the exponential small.
        let x = (u * (-eta.abs()).exp_m1()).ln_1p() / -eta.abs();
        Point::from(if eta < 0.0 { x } else { 1.0 - x })
    }
}

impl Univariate for Uniform {
    fn ln_density(&self, at: Point) -> f64 {
        let inside = at.x >= self.low && at.x <= self.high;
        if inside { -(self.high - self.low).ln() } else { f64::NEG_INFINITY }
    }

    fn support(&self) -> Support {
        Support::Interval(self.low, self.high)
    }

    fn place(&self) -> Place {
        Place { center: 0.5 * self.low + 0.5 * self.high, scale: 0.5 * (self.high - self.low) }
    }

    fn cdf(&self, x: f64) -> f64 {
        ((x - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        Point::from(self.low + (self.high - self.low) * open01(rng))
    }
}
