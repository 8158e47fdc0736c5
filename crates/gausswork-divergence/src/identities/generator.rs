//! What the generator is told: by the minimax loss, and by the non-saturating one.
//!
//! Per sample and with the halves of J, the minimax loss is ½ ln(1 − D) = −½ softplus(l), the non-saturating one
//! −½ ln D = ½ softplus(−l).

use std::error::Error;

use super::{
    BOUND, Checked, Identity, ROUNDING, Spec, Tally, build, game, limit, middle, one_dimension, softplus,
};
use crate::{
    distribution::{Distribution, Family},
    families::Mixture,
    point::Point,
    quadrature::{self, expectation},
    real::Dual,
};

/// A generator's loss of one logit, with the halves of J.
type Loss = fn(Dual) -> Dual;

const MINIMAX: Loss = |l| softplus(l) * -0.5;
const NON_SATURATING: Loss = |l| softplus(-l) * 0.5;

fn slope(loss: Loss, l: f64) -> f64 {
    loss(Dual { value: l, slope: 1.0 }).slope
}

fn logits() -> impl Iterator<Item = f64> {
    (-160..=160).map(|k| 0.25 * f64::from(k)).chain([-700.0, -300.0, -100.0, 100.0, 300.0, 700.0])
}

const RATIO: &str = "ratio of the generator's two gradients";
const RATIO_STATEMENT: &str = "|∂NS/∂l| / |∂MM/∂l| = (1 − D)/D = e^−l, at any scale of the losses";

pub(super) fn ratio() -> Identity {
    Identity::from(RATIO, RATIO_STATEMENT, ROUNDING, ratios(MINIMAX))
}

fn ratios(minimax: Loss) -> Checked {
    let mut tally = Tally::default();
    for l in logits() {
        let found = slope(NON_SATURATING, l).abs() / slope(minimax, l).abs();
        let d = Point::logistic(l);
        tally.equal(found, (d.ln_complement - d.ln_x).exp(), || format!("(1 − D)/D at l = {l}"));
        tally.equal(found, (-l).exp(), || format!("e^−l at l = {l}"));
    }
    Ok(tally)
}

const LIMITS: &str = "a sure discriminator starves one loss and feeds the other";
const LIMITS_STATEMENT: &str =
    "∂MM/∂l = −½D → 0 and ∂NS/∂l = −½(1 − D) → −½ as l → −∞;  0 and −1 without the halves";

pub(super) fn limits() -> Identity {
    Identity::from(LIMITS, LIMITS_STATEMENT, ROUNDING, gradients(MINIMAX))
}

fn gradients(minimax: Loss) -> Checked {
    let mut tally = Tally::default();
    for l in logits() {
        let d = Point::logistic(l);
        let (mm, ns) = (slope(minimax, l), slope(NON_SATURATING, l));
        tally.equal(mm, -0.5 * d.x, || format!("∂MM/∂l at {l}"));
        tally.equal(ns, -0.5 * d.ln_complement.exp(), || format!("∂NS/∂l at {l}"));
        tally.at_most_in(mm.abs(), 0.5 * l.exp(), l.exp(), || format!("∂MM/∂l → 0 at {l}"));
        tally.at_most_in((ns + 0.5).abs(), 0.5 * l.exp(), 1.0, || format!("∂NS/∂l → −½ at {l}"));
    }
    Ok(tally)
}

/// A generator with one parameter, what it learns, and where. Densities are smooth, so that differences in θ have
/// even expansions; a Laplace distribution's corner would leave a term in |h|³.
struct Case {
    data: Spec,
    generator: fn(f64) -> Result<Distribution, Box<dyn Error>>,
    theta: f64,
}

const UNIT: Spec = &[(1.0, Family::Normal, &[0.0, 1.0])];
const MODES: Spec = &[(0.5, Family::Normal, &[-2.0, 0.5]), (0.5, Family::Normal, &[2.0, 0.5])];

fn cases() -> Vec<Case> {
    let location = |theta| Ok(Family::Normal.with(&[theta, 1.0])?);
    let two = |theta| {
        let parts = [[-2.0, 0.5], [theta, 0.5]].map(|theta| Family::Normal.with(&theta).map(|d| (0.5, d)));
        Ok(Mixture::new(parts.into_iter().collect::<Result<_, _>>()?)?.into())
    };
    vec![
        Case { data: UNIT, generator: location, theta: 0.5 },
        Case { data: UNIT, generator: location, theta: 1.0 },
        Case { data: UNIT, generator: location, theta: 4.0 },
        Case { data: MODES, generator: location, theta: 1.3 },
        Case { data: UNIT, generator: |theta| Ok(Family::Normal.with(&[0.0, theta])?), theta: 2.0 },
        Case { data: MODES, generator: two, theta: 1.0 },
        Case {
            data: &[(1.0, Family::Gamma, &[2.0, 3.0])],
            generator: |theta| Ok(Family::Gamma.with(&[theta, 1.0])?),
            theta: 1.5,
        },
        Case { data: UNIT, generator: |theta| Ok(Family::Logistic.with(&[theta, 1.0])?), theta: 1.0 },
    ]
}

/// `d/dθ f(g_θ)`. Errors inside become NaN, which no comparison survives.
fn derivative(case: &Case, f: impl Fn(&Distribution) -> Result<f64, Box<dyn Error>>) -> f64 {
    let of = |theta: f64| (case.generator)(theta).and_then(|g| f(&g)).unwrap_or(f64::NAN);
    limit(|h| (of(case.theta + h) - of(case.theta - h)) / (2.0 * h), 0.1)
}

/// The gradient with respect to θ of `E_g[loss(l)]`, where l is the best logit at the case's own θ and stays.
fn with_fixed_discriminator(case: &Case, loss: fn(f64) -> f64) -> Result<f64, Box<dyn Error>> {
    let (p, frozen) = (build(case.data)?, (case.generator)(case.theta)?);
    let (p, frozen) = (one_dimension(&p)?, one_dimension(&frozen)?);
    Ok(derivative(case, |g| {
        let g = one_dimension(g)?;
        Ok(expectation(g, p, |at| loss(game::best_logit(p, frozen, at))).value)
    }))
}

/// The gradients of JSD(p ‖ g) and KL(g ‖ p).
fn of_divergences(case: &Case) -> Result<(f64, f64), Box<dyn Error>> {
    let p = build(case.data)?;
    let jsd = derivative(case, |g| {
        let m = middle(&p, g)?;
        let (a, b, m) = (one_dimension(&p)?, one_dimension(g)?, one_dimension(&m)?);
        Ok(0.5 * (quadrature::kl(a, m).value + quadrature::kl(b, m).value))
    });
    let reverse = derivative(case, |g| Ok(quadrature::kl(one_dimension(g)?, one_dimension(&p)?).value));
    Ok((jsd, reverse))
}

const ENVELOPE: &str = "minimax gradient at the best discriminator";
const ENVELOPE_STATEMENT: &str = "∂/∂θ E_g[ln(1 − D)] at D = D*, held fixed, = ∂/∂θ 2 JSD(p ‖ g)";

pub(super) fn minimax_gradient() -> Identity {
    Identity::from(ENVELOPE, ENVELOPE_STATEMENT, BOUND, fixed(|l| -softplus(l), |jsd, _| 2.0 * jsd))
}

const REVERSE: &str = "non-saturating gradient at the best discriminator";
const REVERSE_STATEMENT: &str = "∂/∂θ E_g[−ln D] at D = D*, held fixed, = ∂/∂θ [KL(g ‖ p) − 2 JSD(p ‖ g)]";

pub(super) fn non_saturating_gradient() -> Identity {
    let checked = fixed(|l| softplus(-l), |jsd, reverse| reverse - 2.0 * jsd);
    Identity::from(REVERSE, REVERSE_STATEMENT, BOUND, checked)
}

/// `claim` makes the gradient of those of JSD(p ‖ g) and KL(g ‖ p).
fn fixed(loss: fn(f64) -> f64, claim: fn(f64, f64) -> f64) -> Checked {
    let mut tally = Tally::default();
    for case in cases() {
        let (jsd, reverse) = of_divergences(&case)?;
        let g = (case.generator)(case.theta)?;
        tally.equal(with_fixed_discriminator(&case, loss)?, claim(jsd, reverse), || {
            format!("{g}, θ = {}", case.theta)
        });
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::{super::refused, *};

    #[test]
    fn the_non_saturating_loss_under_the_name_of_minimax_is_found_out() {
        assert!(refused(ratios(NON_SATURATING)));
        assert!(refused(gradients(NON_SATURATING)));
        assert!(refused(fixed(|l| softplus(-l), |jsd, _| 2.0 * jsd)));
    }

    #[test]
    fn halves_that_are_not_said_are_found_out() {
        assert!(refused(gradients(|l| -softplus(l))));
        assert!(refused(fixed(|l| -softplus(l), |jsd, _| jsd)));
    }

    #[test]
    fn the_non_saturating_gradient_is_not_that_of_the_divergence_from_the_data() {
        assert!(refused(fixed(|l| softplus(-l), |_, reverse| reverse)));
    }
}
