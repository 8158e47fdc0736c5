//! Distributions of two-dimensional vectors against a product trapezoidal rule, which converges exponentially for
//! analytic integrands that vanish at both ends (Trefethen & Weideman 2014, SIAM Review 56).

use super::{Row, Subject, grid::grid, relative_error};
use crate::{
    distribution::{Distribution, Family},
    families::{Dirichlet, MultivariateNormal},
    forms::{kl_of, moments},
    point::{Place, Point},
    special::{LN_TWO_PI, digamma, neg_exp_excess, trigamma},
};

/// The lines of all families of vectors.
pub(super) fn check() -> Vec<Row> {
    let normals = [Family::DiagonalNormal, Family::MultivariateNormal];
    let pairs = normals.into_iter().flat_map(|q| normals.map(|p| (q, p)));
    pairs.chain([(Family::Dirichlet, Family::Dirichlet)]).map(|(q, p)| line(q, p)).collect()
}

fn line(q: Family, p: Family) -> Row {
    let mut row = Row::new(Subject::Pair, format!("{q} -> {p}"), 1e-10);
    for a in grid(q) {
        for b in grid(p) {
            let Ok(closed) = kl_of(&a, &b) else { continue };
            let numeric = match &a {
                Distribution::Dirichlet(d) => over_simplex(d, &b),
                _ => over_plane(&a, &b),
            };
            row.count(numeric.map_or(f64::NAN, |n| relative_error(closed.value, n)), || format!("{a} | {b}"));
        }
    }
    row
}

/// `w`, or for a small divergence the non-negative `w + e^−w − 1`, which has the same mean.
fn part(w: f64, small: bool) -> f64 {
    if small { neg_exp_excess(w) } else { w }
}

/// The signed integral, and the non-negative one where that is small.
fn best(integral: impl Fn(bool) -> f64) -> f64 {
    let signed = integral(false);
    if signed.abs() > 0.01 { signed } else { integral(true) }
}

/// `E_q[ln q − ln p]` over the standard coordinates of a normal q of two dimensions.
fn over_plane(q: &Distribution, p: &Distribution) -> Option<f64> {
    let (mu, covariance) = moments::<f64>(q.family(), &q.theta())?;
    let frame = MultivariateNormal::new(mu, covariance).ok()?;
    let h = 0.25;
    let points: Vec<f64> = (-40..=40).map(|k| f64::from(k) * h).collect();
    let integral = |small: bool| {
        let mut sum = 0.0;
        for &x in &points {
            for &y in &points {
                let at = frame.at_standard(&[x, y]);
                let weight = (-0.5 * (x * x + y * y) - LN_TWO_PI).exp();
                sum += weight * part(q.ln_density_at(&at) - p.ln_density_at(&at), small);
            }
        }
        sum * h * h
    };
    Some(best(integral))
}

/// The same over the simplex of three parts `x₁ = s, x₂ = (1 − s) t, x₃ = (1 − s)(1 − t)`, in the logits of s and t.
fn over_simplex(q: &Dirichlet, p: &Distribution) -> Option<f64> {
    let Distribution::Dirichlet(p) = p else { return None };
    let &[a, b, c] = q.alpha() else { return None };
    let axis = |a: f64, b: f64| {
        let place = Place { center: digamma(a) - digamma(b), scale: (trigamma(a) + trigamma(b)).sqrt() };
        // Where e^(au) and e^(−bu) are nothing, but no nearer than twelve deviations.
        let (low, high) = ((12.0 * place.scale).max(45.0 / a), (12.0 * place.scale).max(45.0 / b));
        let h = (0.25 * place.scale).min(0.3);
        let (first, last) = ((-low / h).floor() as i64, (high / h).ceil() as i64);
        let points: Vec<Point> =
            (first..=last).map(|k| Point::logistic(place.center + k as f64 * h)).collect();
        (points, h)
    };
    let ((outer, h_outer), (inner, h_inner)) = (axis(a, b + c), axis(b, c));
    let integral = |small: bool| {
        let mut sum = 0.0;
        for s in &outer {
            for t in &inner {
                let ln_x = [s.ln_x, s.ln_complement + t.ln_x, s.ln_complement + t.ln_complement];
                let ln_q = q.ln_density_of_ln(&ln_x);
                // dx₁ dx₂ = (1 − s) ds dt, and ds = s (1 − s) du.
                let ln_slope = s.ln_x + 2.0 * s.ln_complement + t.ln_x + t.ln_complement;
                let weight = (ln_q + ln_slope).exp();
                if weight > 0.0 {
                    sum += weight * part(ln_q - p.ln_density_of_ln(&ln_x), small);
                }
            }
        }
        sum * h_outer * h_inner
    };
    Some(best(integral))
}
