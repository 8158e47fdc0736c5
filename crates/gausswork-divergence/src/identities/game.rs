//! The value of the game and its equilibrium, without the halves of J unless they are written.

use std::{error::Error, f64::consts::LN_2};

use super::{BOUND, Checked, Identity, Spec, Tally, build, middle, one_dimension, softplus};
use crate::{
    distribution::{
        Distribution,
        Family::{Beta, Cauchy, Exponential, Gamma, Laplace, Logistic, Normal, StudentT, Uniform},
        Univariate,
    },
    measure::{Divergence, measure},
    point::Point,
    quadrature::{self, expectation},
};

const UNIT: Spec = &[(1.0, Normal, &[0.0, 1.0])];
const MODES: Spec = &[(0.5, Normal, &[-2.0, 0.5]), (0.5, Normal, &[2.0, 0.5])];

/// Data and generator: overlapping, equal, nearly equal, far apart, dropping a mode, on different and disjoint sets.
pub(super) const PAIRS: &[(Spec, Spec)] = &[
    (UNIT, &[(1.0, Normal, &[1.0, 2.0])]),
    (UNIT, UNIT),
    (UNIT, &[(1.0, Normal, &[0.0, 1.001])]),
    (UNIT, &[(1.0, Normal, &[6.0, 1.0])]),
    (UNIT, &[(1.0, Normal, &[60.0, 0.5])]),
    (&[(1.0, Normal, &[0.0, 1e-3])], UNIT),
    (MODES, &[(1.0, Normal, &[0.0, 2.0])]),
    (MODES, &[(1.0, Normal, &[2.0, 0.5])]),
    (MODES, &[(0.9, Normal, &[-2.0, 0.4]), (0.1, Normal, &[3.0, 1.0])]),
    (&[(1.0, Gamma, &[2.0, 3.0])], &[(1.0, Gamma, &[0.5, 1.0])]),
    (&[(1.0, Gamma, &[3.0, 1.0])], &[(1.0, Normal, &[3.0, 1.7])]),
    (&[(1.0, Beta, &[2.0, 3.0])], &[(1.0, Uniform, &[0.0, 1.0])]),
    (&[(1.0, Laplace, &[0.0, 1.0])], &[(1.0, Logistic, &[0.5, 2.0])]),
    (&[(1.0, Cauchy, &[0.0, 1.0])], UNIT),
    (&[(1.0, StudentT, &[3.0, 0.0, 1.0])], &[(1.0, Normal, &[0.0, 1.2])]),
    (&[(1.0, Uniform, &[0.0, 1.0])], &[(1.0, Uniform, &[0.5, 1.5])]),
    (&[(1.0, Uniform, &[0.0, 1.0])], &[(1.0, Uniform, &[2.0, 3.0])]),
    (&[(1.0, Exponential, &[1.0])], &[(1.0, Uniform, &[0.0, 2.0])]),
];

/// Does something with every pair.
pub(super) fn each_pair(
    f: impl Fn(&mut Tally, &Distribution, &Distribution) -> Result<(), Box<dyn Error>>,
) -> Checked {
    let mut tally = Tally::default();
    for &(p, g) in PAIRS {
        f(&mut tally, &build(p)?, &build(g)?)?;
    }
    Ok(tally)
}

/// The logit of `D* = p/(p + g)`.
pub(super) fn best_logit(p: &dyn Univariate, g: &dyn Univariate, at: Point) -> f64 {
    p.ln_density(at) - g.ln_density(at)
}

/// `V(D*, G) = E_p[ln D*] + E_g[ln(1 − D*)]`, from logits.
fn best_value(p: &dyn Univariate, g: &dyn Univariate) -> f64 {
    let real = expectation(p, g, |at| -softplus(-best_logit(p, g, at))).value;
    let fake = expectation(g, p, |at| -softplus(best_logit(p, g, at))).value;
    real + fake
}

const BEST: &str = "best discriminator from its logit";
const BEST_STATEMENT: &str = "e^−softplus(−l) = p/(p + g),  e^−softplus(l) = g/(p + g),  l = ln p − ln g";

pub(super) fn best_discriminator() -> Identity {
    Identity::from(BEST, BEST_STATEMENT, BOUND, ratios(|l| (-softplus(-l)).exp()))
}

/// `claim` makes D of the logit.
fn ratios(claim: fn(f64) -> f64) -> Checked {
    each_pair(|tally, p, g| {
        let (a, b) = (one_dimension(p)?, one_dimension(g)?);
        for place in a.places().into_iter().chain(b.places()) {
            for k in -12..=12 {
                let at = Point::from(place.center + 0.7 * f64::from(k) * place.scale);
                let (x, y) = (a.ln_density(at).exp(), b.ln_density(at).exp());
                // The quotient of densities needs densities.
                if x < 1e-290 && y < 1e-290 {
                    continue;
                }
                let l = best_logit(a, b, at);
                tally.equal_in(claim(l), x / (x + y), 1e-290, || format!("D of {p}, {g} at {}", at.x));
                tally.equal_in(claim(-l), y / (x + y), 1e-290, || format!("1 − D of {p}, {g} at {}", at.x));
            }
        }
        Ok(())
    })
}

const VALUE: &str = "value of the game against the best discriminator";
const VALUE_STATEMENT: &str = "V(D*, G) = −ln 4 + 2 JSD(p ‖ g);  −ln 4 where p = g";

pub(super) fn value() -> Identity {
    Identity::from(VALUE, VALUE_STATEMENT, BOUND, values(|jsd| 2.0 * jsd - 2.0 * LN_2))
}

/// `claim` makes V of the Jensen–Shannon divergence.
fn values(claim: fn(f64) -> f64) -> Checked {
    each_pair(|tally, p, g| {
        let (a, b) = (one_dimension(p)?, one_dimension(g)?);
        let found = best_value(a, b);
        let m = middle(p, g)?;
        let m = one_dimension(&m)?;
        let by_kl = 0.5 * (quadrature::kl(a, m).value + quadrature::kl(b, m).value);
        tally.equal_in(found, claim(by_kl), LN_2, || format!("{p}, {g}, JSD from its definition"));
        let measured = measure(Divergence::JensenShannon, p, g, 0, 0)?.numeric.ok_or("no quadrature")?;
        tally.equal_in(found, claim(measured.value), LN_2, || format!("{p}, {g}, JSD as reported"));
        if p == g {
            tally.equal(claim(0.0), -(4f64.ln()), || format!("{p} at equilibrium"));
        }
        Ok(())
    })
}

const CROSS: &str = "discriminator's loss is a cross-entropy";
const CROSS_STATEMENT: &str = "J_D = −½ E_p[ln D*] − ½ E_g[ln(1−D*)] = −½ V = ln 2 − JSD;  ln 2 where p = g";

pub(super) fn cross_entropy() -> Identity {
    Identity::from(CROSS, CROSS_STATEMENT, BOUND, losses(|v| -0.5 * v))
}

/// `claim` makes J_D of V.
fn losses(claim: fn(f64) -> f64) -> Checked {
    each_pair(|tally, p, g| {
        let (a, b) = (one_dimension(p)?, one_dimension(g)?);
        let m = middle(p, g)?;
        let m = one_dimension(&m)?;
        // −ln D* = ln m + ln 2 − ln p: D* from densities, not from a logit.
        let real = expectation(a, m, |at| m.ln_density(at) + LN_2 - a.ln_density(at)).value;
        let fake = expectation(b, m, |at| m.ln_density(at) + LN_2 - b.ln_density(at)).value;
        let loss = 0.5 * (real + fake);
        tally.equal_in(loss, claim(best_value(a, b)), LN_2, || format!("{p}, {g}"));
        let jsd = measure(Divergence::JensenShannon, p, g, 0, 0)?.numeric.ok_or("no quadrature")?.value;
        tally.equal_in(loss, LN_2 - jsd, LN_2, || format!("{p}, {g}, from JSD"));
        if p == g {
            tally.equal(loss, LN_2, || format!("{p} at equilibrium"));
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::{super::refused, *};

    #[test]
    fn the_value_holds_the_divergence_twice() {
        assert!(refused(values(|jsd| jsd - 2.0 * LN_2)));
        assert!(refused(values(|jsd| 2.0 * jsd - LN_2)));
    }

    #[test]
    fn the_loss_has_the_halves_and_the_value_does_not() {
        assert!(refused(losses(|v| -v)));
    }

    #[test]
    fn a_discriminator_that_calls_real_what_is_fake_is_not_the_best() {
        assert!(refused(ratios(|l| (-softplus(l)).exp())));
        assert!(refused(ratios(|l| 0.5 + 0.5 * l.tanh())));
    }
}
