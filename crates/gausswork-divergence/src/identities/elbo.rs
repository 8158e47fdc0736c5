//! The evidence lower bound: one number, three ways.

use std::error::Error;

use super::{BOUND, Checked, Identity, Tally, relative_entropy_of_ln, softplus};
use crate::{
    distribution::Univariate,
    error::ParameterError,
    families::Normal,
    forms::kl,
    point::Point,
    quadrature::{expectation, integrate},
    special::{LN_TWO_PI, ln_gamma},
};

/// `z ~ N(0, 1)`, `x | z ~ N(wz + b, s²)`: everything about it is known in closed form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Linear {
    pub(super) w: f64,
    pub(super) b: f64,
    pub(super) s: f64,
}

impl Linear {
    pub(super) fn ln_likelihood(self, x: f64, z: f64) -> f64 {
        let residual = (x - self.w * z - self.b) / self.s;
        -0.5 * (residual * residual + LN_TWO_PI) - self.s.ln()
    }

    /// `p(x) = N(b, w² + s²)`.
    pub(super) fn evidence(self) -> Result<Normal, ParameterError> {
        Normal::new(self.b, self.w.hypot(self.s))
    }

    /// `p(z|x)`.
    pub(super) fn posterior(self, x: f64) -> Result<Normal, ParameterError> {
        let total = self.w.hypot(self.s);
        Normal::new(self.w / total * ((x - self.b) / total), self.s / total)
    }
}

pub(super) fn prior() -> Result<Normal, ParameterError> {
    Normal::new(0.0, 1.0)
}

const NAME: &str = "evidence lower bound, linear-Gaussian model";
const STATEMENT: &str = "∫ q ln p(x,z)/q dz = E_q[ln p(x|z)] − KL(q ‖ p(z)) = ln p(x) − KL(q ‖ p(z|x))";

pub(super) fn linear_gaussian() -> Identity {
    Identity::from(NAME, STATEMENT, BOUND, of_linear(|evidence, to_posterior, _| evidence - to_posterior))
}

/// `claim` makes the bound of ln p(x), KL(q ‖ posterior) and KL(posterior ‖ q).
fn of_linear(claim: fn(f64, f64, f64) -> f64) -> Checked {
    let models = [
        (0.0, 0.0, 1.0),
        (1.0, 0.0, 1.0),
        (2.0, -1.0, 0.5),
        (-0.7, 3.0, 0.1),
        (1e3, 0.0, 1e-2),
        (1e-4, 5.0, 10.0),
    ];
    let mut tally = Tally::default();
    for (w, b, s) in models {
        let model = Linear { w, b, s };
        for x in [-3.0, 0.2, 50.0] {
            let posterior = model.posterior(x)?;
            let fixed = [(0.0, 1.0), (1.0, 0.5), (-2.0, 1e-3), (0.3, 30.0)];
            for q in fixed.into_iter().map(|(m, v)| Normal::new(m, v)).chain([Ok(posterior)]) {
                let (q, prior) = (q?, prior()?);
                let joint = |z: Point| model.ln_likelihood(x, z.x) + prior.ln_density(z) - q.ln_density(z);
                let integral = expectation(&q, &posterior, joint).value;
                let distortion = expectation(&q, &posterior, |z| model.ln_likelihood(x, z.x)).value;
                let rate = kl(&q, &prior)?.value;
                let evidence = model.evidence()?.ln_density(Point::from(x));
                let (to, from) = (kl(&q, &posterior)?.value, kl(&posterior, &q)?.value);
                let size = distortion.abs().max(rate).max(evidence.abs());
                let at = |side: &'static str| move || format!("{model:?}, x = {x}, {q:?}, {side}");
                tally.equal_in(integral, distortion - rate, size, at("distortion and rate"));
                tally.equal_in(integral, claim(evidence, to, from), size, at("evidence and gap"));
            }
        }
    }
    Ok(tally)
}

/// A likelihood without a closed evidence.
#[derive(Debug, Clone, Copy)]
enum Curved {
    /// x = 1 with logit `a tanh(cz) + d`.
    Bernoulli { a: f64, c: f64, d: f64 },
    /// A count with rate `e^(az + b)`.
    Poisson { a: f64, b: f64 },
}

impl Curved {
    fn ln_likelihood(self, x: f64, z: f64) -> f64 {
        match self {
            Self::Bernoulli { a, c, d } => {
                let logit = a * (c * z).tanh() + d;
                x * logit - softplus(logit)
            }
            Self::Poisson { a, b } => x * (a * z + b) - (a * z + b).exp() - ln_gamma(x + 1.0),
        }
    }
}

const CURVED: &str = "evidence lower bound, non-linear models";
const CURVED_STATEMENT: &str =
    "E_q[ln p(x|z)] − KL(q ‖ p(z)) = ln ∫ p(z) p(x|z) dz − KL(q ‖ p(z) p(x|z)/p(x))";

pub(super) fn nonlinear() -> Identity {
    Identity::from(CURVED, CURVED_STATEMENT, BOUND, of_curved(|evidence, gap| evidence - gap))
}

/// `claim` makes the bound of ln p(x) and KL(q ‖ posterior).
fn of_curved(claim: fn(f64, f64) -> f64) -> Checked {
    let bernoulli = [(3.0, 1.0, 0.0), (-8.0, 0.5, 2.0), (30.0, 4.0, -5.0)];
    let poisson = [(0.5, 0.0), (1.5, 2.0), (-1.0, -4.0)];
    let binary =
        bernoulli.into_iter().flat_map(|(a, c, d)| [0.0, 1.0].map(|x| (Curved::Bernoulli { a, c, d }, x)));
    let counts =
        poisson.into_iter().flat_map(|(a, b)| [0.0, 3.0, 60.0].map(|x| (Curved::Poisson { a, b }, x)));
    let mut tally = Tally::default();
    for (model, x) in binary.chain(counts) {
        for (m, v) in [(0.0, 1.0), (1.0, 0.5), (-0.5, 2.0), (0.3, 0.05)] {
            one_curved(&mut tally, model, x, &Normal::new(m, v)?, claim)?;
        }
    }
    Ok(tally)
}

fn one_curved(
    tally: &mut Tally,
    model: Curved,
    x: f64,
    q: &Normal,
    claim: fn(f64, f64) -> f64,
) -> Result<(), Box<dyn Error>> {
    let prior = prior()?;
    let whole = |f: &dyn Fn(f64) -> f64| {
        integrate(f, f64::NEG_INFINITY, f64::INFINITY, &prior.places(), &q.places(), 0.0).value
    };
    let ln_joint = |z: f64| prior.ln_density(Point::from(z)) + model.ln_likelihood(x, z);
    let evidence = whole(&|z| ln_joint(z).exp()).ln();
    // Not E_q[ln q/posterior], from which ln p(x) would cancel: this one is right only for the right evidence.
    let gap = whole(&|z| relative_entropy_of_ln(q.ln_density(Point::from(z)), ln_joint(z) - evidence));
    let distortion = expectation(q, &prior, |z| model.ln_likelihood(x, z.x)).value;
    let rate = kl(q, &prior)?.value;
    let size = distortion.abs().max(rate).max(evidence.abs());
    tally.equal_in(distortion - rate, claim(evidence, gap), size, || format!("{model:?}, x = {x}, {q:?}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::refused, *};

    #[test]
    fn the_gap_is_neither_nothing_nor_the_divergence_the_other_way() {
        assert!(refused(of_linear(|evidence, _, _| evidence)));
        assert!(refused(of_linear(|evidence, _, from_posterior| evidence - from_posterior)));
        assert!(refused(of_linear(|evidence, to_posterior, _| evidence + to_posterior)));
    }

    #[test]
    fn an_evidence_in_other_units_is_refused() {
        assert!(refused(of_curved(|evidence, _| evidence)));
        assert!(refused(of_curved(|evidence, gap| evidence / std::f64::consts::LN_2 - gap)));
    }
}
