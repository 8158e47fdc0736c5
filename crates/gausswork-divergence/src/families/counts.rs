//! Distributions over whole numbers.

use rand::{Rng, RngExt};
use rand_distr::Distribution as _;
use statrs::function::{beta::checked_beta_reg, gamma::checked_gamma_ur};

use super::{open01, scalar_family, x_ln_y};
use crate::{
    distribution::Univariate,
    point::{Place, Point, Support},
    special::{ln_factorial_rest, relative_entropy},
};

scalar_family! {
    /// 1 with probability p, otherwise 0.
    Bernoulli "bernoulli" {
        /// The probability of 1.
        p: Probability,
    }
}

scalar_family! {
    /// The number of successes in n independent trials.
    Binomial "binomial" {
        /// The number of trials.
        n: Count,
        /// The probability of a success.
        p: Probability,
    }
}

scalar_family! {
    /// The number of failures before the first success, `p (1 − p)^k`, k = 0, 1 ….
    Geometric "geometric" {
        /// The probability of a success.
        p: PositiveProbability,
    }
}

scalar_family! {
    /// `rate^k e^−rate / k!`, k = 0, 1 ….
    Poisson "poisson" {
        /// The mean.
        rate: Positive,
    }
}

/// The whole number at a point, or `None` off the numbers 0, 1 … 2⁵³.
fn count(at: Point) -> Option<f64> {
    (at.x >= 0.0 && at.x.fract() == 0.0 && at.x <= 9_007_199_254_740_992.0).then_some(at.x)
}

impl Univariate for Bernoulli {
    fn ln_density(&self, at: Point) -> f64 {
        match at.x {
            0.0 => (-self.p).ln_1p(),
            1.0 => self.p.ln(),
            _ => f64::NEG_INFINITY,
        }
    }

    fn support(&self) -> Support {
        Support::Counts(Some(u64::from(self.p > 0.0)))
    }

    fn place(&self) -> Place {
        Place { center: self.p.round(), scale: 1.0 }
    }

    fn cdf(&self, x: f64) -> f64 {
        match x {
            x if x < 0.0 => 0.0,
            x if x < 1.0 => 1.0 - self.p,
            _ => 1.0,
        }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        Point::from(f64::from(u8::from(open01(rng) < self.p)))
    }
}

impl Univariate for Binomial {
    /// *Stability*: with Stirling's formula, `−n KL(k/n ‖ p)` and terms that stay small (Loader 2000).
    fn ln_density(&self, at: Point) -> f64 {
        let (n, p) = (self.n, self.p);
        let Some(k) = count(at).filter(|&k| k <= n) else { return f64::NEG_INFINITY };
        if k == 0.0 || k == n {
            return x_ln_y(k, p) + if k == n { 0.0 } else { (n - k) * (-p).ln_1p() };
        }
        let deviance = relative_entropy(k, n * p) + relative_entropy(n - k, n * (1.0 - p));
        ln_factorial_rest(n) - ln_factorial_rest(k) - ln_factorial_rest(n - k) - deviance
    }

    fn support(&self) -> Support {
        Support::Counts(Some(if self.p > 0.0 { self.n as u64 } else { 0 }))
    }

    fn place(&self) -> Place {
        Place { center: (self.n * self.p).round(), scale: (self.n * self.p * (1.0 - self.p)).sqrt().max(1.0) }
    }

    fn cdf(&self, x: f64) -> f64 {
        let k = x.floor();
        if k < 0.0 {
            return 0.0;
        }
        if k >= self.n || self.p == 0.0 {
            return 1.0;
        }
        if self.p == 1.0 {
            0.0
        } else {
            checked_beta_reg(self.n - k, k + 1.0, 1.0 - self.p).unwrap_or(f64::NAN)
        }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let draw = rand_distr::Binomial::new(self.n as u64, self.p);
        Point::from(draw.map_or(f64::NAN, |binomial| binomial.sample(rng) as f64))
    }
}

impl Univariate for Geometric {
    fn ln_density(&self, at: Point) -> f64 {
        let Some(k) = count(at) else { return f64::NEG_INFINITY };
        self.p.ln() + if k == 0.0 { 0.0 } else { k * (-self.p).ln_1p() }
    }

    fn support(&self) -> Support {
        Support::Counts((self.p == 1.0).then_some(0))
    }

    fn place(&self) -> Place {
        Place { center: 0.0, scale: (1.0 / self.p).max(1.0) }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { -((x.floor() + 1.0) * (-self.p).ln_1p()).exp_m1() }
    }

    fn survival(&self, x: f64) -> f64 {
        if x < 0.0 { 1.0 } else { ((x.floor() + 1.0) * (-self.p).ln_1p()).exp() }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        if self.p == 1.0 {
            return Point::from(0.0);
        }
        Point::from((open01(rng).ln() / (-self.p).ln_1p()).floor())
    }
}

impl Univariate for Poisson {
    /// *Stability*: with Stirling's formula, `−(k ln(k/rate) − k + rate)` and terms that stay small (Loader 2000).
    fn ln_density(&self, at: Point) -> f64 {
        let Some(k) = count(at) else { return f64::NEG_INFINITY };
        -relative_entropy(k, self.rate) - ln_factorial_rest(k)
    }

    fn support(&self) -> Support {
        Support::Counts(None)
    }

    fn place(&self) -> Place {
        Place { center: self.rate.round(), scale: self.rate.sqrt().max(1.0) }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { checked_gamma_ur(x.floor() + 1.0, self.rate).unwrap_or(f64::NAN) }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let draw = rand_distr::Poisson::new(self.rate);
        Point::from(draw.map_or(f64::NAN, |poisson| rng.sample(poisson)))
    }
}
