//! The importance-weighted bound with any number of draws, by quadrature.

use super::{
    BOUND, Checked, Identity, ROUNDING, Tally,
    elbo::{Linear, prior},
};
use crate::{
    distribution::Univariate,
    families::Normal,
    forms::kl,
    point::{Place, Point},
    quadrature::{expectation, integrate},
};

const NAME: &str = "importance-weighted bound of one and two draws";
const STATEMENT: &str =
    "L_1 = ELBO;  E ln ½(w₁ + w₂) = ∫₀^∞ (e^−t − E[e^−tw/2]²) dt/t;  w = p(x|z) p(z)/q(z)";
const MORE: &str = "importance-weighted bound grows with its draws";
const MORE_STATEMENT: &str = "ELBO = L_1 ≤ L_2 ≤ L_3 ≤ … ≤ ln p(x),  L_K = E ln 1/K Σ w_k";

/// A model's (w, b, s), the x that was seen, and q's mean and deviation.
type Case = ([f64; 3], f64, [f64; 2]);

/// Where q is at the posterior, narrower, wider, and shifted.
const CASES: [Case; 6] = [
    ([1.0, 0.0, 1.0], 1.0, [0.5, 0.5]),
    ([1.0, 0.0, 1.0], 2.0, [0.0, 1.0]),
    ([2.0, -1.0, 1.0], 0.5, [0.9, 0.3]),
    ([-0.7, 3.0, 0.5], 1.0, [1.0, 1.5]),
    ([0.0, 0.0, 1.0], 0.0, [0.7, 1.0]),
    ([1.0, 0.0, 2.0], -3.0, [-0.6, 0.8]),
];

/// A model's weights at one x.
struct Weights {
    model: Linear,
    x: f64,
    q: Normal,
    prior: Normal,
    ln_evidence: f64,
}

impl Weights {
    fn new(([w, b, s], x, [m, v]): Case) -> Result<Self, crate::ParameterError> {
        let model = Linear { w, b, s };
        let ln_evidence = model.evidence()?.ln_density(Point::from(x));
        Ok(Self { model, x, q: Normal::new(m, v)?, prior: prior()?, ln_evidence })
    }

    /// `ln w − ln p(x)`, the logarithm of a number whose mean is one.
    fn ln(&self, z: Point) -> f64 {
        self.model.ln_likelihood(self.x, z.x) + self.prior.ln_density(z)
            - self.q.ln_density(z)
            - self.ln_evidence
    }

    /// `L_K` for any K: `ln y = ∫₀^∞ (e^−t − e^−ty) dt/t` turns the logarithm of a sum into a product of expectations.
    ///
    /// *Stability*: where t < 1 both terms are near one, and what is subtracted is their distance from it.
    fn bound(&self, draws: f64) -> f64 {
        let difference = |u: f64| {
            let t = u.exp();
            // t w/K from its logarithm: t may overflow where w vanishes.
            let product = |z: Point| (u - draws.ln() + self.ln(z)).exp();
            if t < 1.0 {
                let below_one = expectation(&self.q, &self.q, |z| (-product(z)).exp_m1()).value;
                return (-t).exp_m1() - (draws * below_one.ln_1p()).exp_m1();
            }
            (-t).exp() - expectation(&self.q, &self.q, |z| (-product(z)).exp()).value.powf(draws)
        };
        let place = Place { center: 0.0, scale: 1.0 };
        self.ln_evidence + integrate(difference, f64::NEG_INFINITY, f64::INFINITY, &[place], &[], 1e-13).value
    }

    /// `E ln ½(w₁ + w₂)` from its definition, an integral over the plane.
    fn two(&self) -> f64 {
        let inner = |a: f64| {
            expectation(&self.q, &self.q, |z| {
                let b = self.ln(z);
                a.max(b) + (0.5 * (-(a - b).abs()).exp_m1()).ln_1p()
            })
        };
        self.ln_evidence + expectation(&self.q, &self.q, |z| inner(self.ln(z)).value).value
    }

    fn at(&self) -> String {
        format!("{:?}, x = {}, {:?}", self.model, self.x, self.q)
    }
}

pub(super) fn two_draws() -> Identity {
    Identity::from(NAME, STATEMENT, BOUND, equal(|of| of.two()))
}

/// `claim` is the bound of two draws.
fn equal(claim: fn(&Weights) -> f64) -> Checked {
    let mut tally = Tally::default();
    for case in CASES {
        let weights = Weights::new(case)?;
        let elbo = weights.ln_evidence - kl(&weights.q, &weights.model.posterior(weights.x)?)?.value;
        tally.equal(weights.bound(1.0), elbo, || format!("{}, one draw", weights.at()));
        tally.equal(weights.bound(2.0), claim(&weights), || format!("{}, two draws", weights.at()));
    }
    Ok(tally)
}

pub(super) fn more_draws() -> Identity {
    Identity::from(MORE, MORE_STATEMENT, 10.0 * ROUNDING, monotone(&[1.0, 2.0, 3.0, 10.0, 1000.0]))
}

/// `draws` in the order in which the bound is claimed to grow.
fn monotone(draws: &[f64]) -> Checked {
    let mut tally = Tally::default();
    for case in &CASES[..4] {
        let weights = Weights::new(*case)?;
        let mut before = weights.bound(draws[0]);
        for &k in &draws[1..] {
            let next = weights.bound(k);
            tally.at_most(before, next, || format!("{}, K = {k}", weights.at()));
            before = next;
        }
        tally.at_most(before, weights.ln_evidence, || format!("{}, ln p(x)", weights.at()));
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::{super::refused, *};

    #[test]
    fn the_mean_of_two_bounds_is_not_the_bound_of_two_draws() {
        assert!(refused(equal(|of| of.bound(1.0))));
        assert!(refused(equal(|of| of.two() + 2f64.ln())));
    }

    #[test]
    fn fewer_draws_do_not_tighten_the_bound() {
        assert!(refused(monotone(&[5.0, 2.0])));
    }
}
