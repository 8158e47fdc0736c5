//! Why p/(p + g) is the best discriminator: what any other one loses.

use super::{BOUND, Checked, Identity, Tally, game, limit, one_dimension, softplus};
use crate::{
    distribution::{Distribution, Univariate},
    point::Point,
    quadrature::expectation,
    special::relative_entropy,
};

type Direction = (&'static str, fn(f64) -> f64);

/// Directions in which the logit is moved: bounded, so that every logit stays one that a network could have.
const DIRECTIONS: [Direction; 5] = [
    ("1", |_| 1.0),
    ("tanh x", f64::tanh),
    ("sin 3x", |x| (3.0 * x).sin()),
    ("e^−x²", |x| (-x * x).exp()),
    ("x/(1 + x²)", |x| x / (1.0 + x * x)),
];

/// `E_p[f] + E_g[f]`.
fn under_both(p: &dyn Univariate, g: &dyn Univariate, f: impl Fn(Point) -> f64) -> f64 {
    expectation(p, g, &f).value + expectation(g, p, &f).value
}

/// `V(D*) − V(D)` where D has the logit `l + h φ`, as the difference of losses.
fn drop(p: &dyn Univariate, g: &dyn Univariate, h: f64, phi: fn(f64) -> f64) -> f64 {
    let lost = |at: Point, sign: f64| {
        let l = sign * game::best_logit(p, g, at);
        let moved = l + sign * h * phi(at.x);
        softplus(moved) - softplus(l)
    };
    expectation(p, g, |at| lost(at, -1.0)).value + expectation(g, p, |at| lost(at, 1.0)).value
}

const GAP: &str = "what a discriminator loses against the best";
const GAP_STATEMENT: &str = "V(D*) − V(D) = ∫ (p + g) KL(D* ‖ D) dx ≥ 0, KL of two Bernoulli distributions";

pub(super) fn gap() -> Identity {
    Identity::from(GAP, GAP_STATEMENT, BOUND, gaps(bernoulli_kl))
}

/// From D, with its complement in full precision.
fn bernoulli_kl(a: Point, b: Point) -> f64 {
    relative_entropy(a.x, b.x) + relative_entropy(a.ln_complement.exp(), b.ln_complement.exp())
}

/// `claim` makes the loss at a point of D* and D.
fn gaps(claim: fn(Point, Point) -> f64) -> Checked {
    game::each_pair(|tally, p, g| {
        let (a, b) = (one_dimension(p)?, one_dimension(g)?);
        for (name, phi) in DIRECTIONS {
            for h in [-3.0, -0.5, 0.5, 3.0] {
                let dropped = drop(a, b, h, phi);
                let at = || format!("{p}, {g}, φ = {name}, h = {h}");
                let claimed = under_both(a, b, |x| {
                    let l = game::best_logit(a, b, x);
                    // Beyond, both D underflow, and what is lost is below e^−600.
                    if l.abs() > 600.0 {
                        return 0.0;
                    }
                    claim(Point::logistic(l), Point::logistic(l + h * phi(x.x)))
                });
                // V itself is of the size of ln 4, and both of its terms were evaluated.
                tally.equal_in(dropped, claimed, h * h, at);
                tally.at_most_in(0.0, dropped, 1.0, at);
            }
        }
        Ok(())
    })
}

const CURVATURE: &str = "second order of that loss";
const CURVATURE_STATEMENT: &str = "V(D*) − ½[V(l + hφ) + V(l − hφ)] → ½ h² ∫ (p + g) D*(1 − D*) φ² dx";

pub(super) fn curvature() -> Identity {
    Identity::from(CURVATURE, CURVATURE_STATEMENT, BOUND, curvatures(0.5))
}

/// `factor` is the claimed coefficient of h².
fn curvatures(factor: f64) -> Checked {
    game::each_pair(|tally, p, g| {
        let (a, b) = (one_dimension(p)?, one_dimension(g)?);
        for (name, phi) in &DIRECTIONS[..3] {
            second_order(tally, (p, a), (g, b), name, *phi, factor);
        }
        Ok(())
    })
}

fn second_order(
    tally: &mut Tally,
    (p, a): (&Distribution, &dyn Univariate),
    (g, b): (&Distribution, &dyn Univariate),
    name: &str,
    phi: fn(f64) -> f64,
    factor: f64,
) {
    let expected = under_both(a, b, |x| {
        let d = Point::logistic(game::best_logit(a, b, x));
        (d.ln_x + d.ln_complement).exp() * phi(x.x).powi(2)
    });
    let per_square = limit(|h| 0.5 * (drop(a, b, h, phi) + drop(a, b, -h, phi)) / (h * h), 0.5);
    // Rounding leaves 1e-16/h² of V's own size, which hides curvatures below it.
    tally.equal_in(per_square, factor * expected, 0.1, || format!("{p}, {g}, φ = {name}"));
}

#[cfg(test)]
mod tests {
    use super::{super::refused, *};

    #[test]
    fn the_loss_is_the_divergence_from_the_best_and_not_to_it() {
        assert!(refused(gaps(|best, other| bernoulli_kl(other, best))));
        assert!(refused(gaps(|best, other| 0.5 * bernoulli_kl(best, other))));
    }

    #[test]
    fn the_second_order_has_its_half() {
        assert!(refused(curvatures(1.0)));
        assert!(refused(curvatures(-0.5)));
    }
}
