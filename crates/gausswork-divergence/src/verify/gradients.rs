//! Derivatives by dual numbers against finite differences of the closed form.

use super::{Row, Subject, grid::grid};
use crate::{
    distribution::{Distribution, Family},
    forms::{OUTSIDE, RESOLVED, kl_gradient, kl_of},
};

/// Truncation and rounding of the five-point formula at its best step: `h⁴ ~ ε/h`, so about `ε^(4/5)`, times the size of
/// the fifth derivative.
const BOUND: f64 = 1e-7;

/// The line of an ordered pair of families; none if they have no closed form with a gradient.
pub(super) fn check(q: Family, p: Family) -> Vec<Row> {
    let mut row = Row::new(Subject::Gradient, format!("{q} -> {p}"), BOUND);
    row.note = "finite differences reach no further";
    for a in grid(q) {
        for b in grid(p) {
            let Ok(closed) = kl_of(&a, &b) else { continue };
            if closed.formula == OUTSIDE || closed.formula == RESOLVED || !closed.value.is_finite() {
                continue;
            }
            let Ok((of_q, of_p)) = kl_gradient(&a, &b) else { continue };
            let sizes = scales(&a, &b);
            for (of_first, gradient) in [(true, of_q), (false, of_p)] {
                let d = if of_first { &a } else { &b };
                for (i, &slope) in gradient.iter().enumerate() {
                    let value = |moved: &Distribution| {
                        let pair = if of_first { (moved, &b) } else { (&a, moved) };
                        kl_of(pair.0, pair.1).ok().map(|kl| kl.value).filter(|kl| kl.is_finite())
                    };
                    if let Some(error) = disagreement(d, i, slope, &sizes, &value) {
                        let name = if of_first { "q" } else { "p" };
                        row.count(error, || format!("{a} | {b}, parameter {} of {name}", i + 1));
                    }
                }
            }
        }
    }
    if row.cases == 0 { Vec::new() } else { vec![row] }
}

/// The scales on which the divergence of a pair may change: its parameters, their reciprocals and complements.
fn scales(q: &Distribution, p: &Distribution) -> Vec<f64> {
    let (a, b) = (q.theta(), p.theta());
    let sizes = a.iter().chain(b.iter()).map(|x| x.abs()).filter(|&x| x > 0.0);
    let mut sizes: Vec<f64> =
        sizes.flat_map(|x| [x, 1.0 / x, (1.0 - x).abs()]).filter(|&x| x > 0.0).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup_by(|a, b| *a < 2.0 * *b);
    sizes
}

/// The disagreement with finite differences at the best of several steps h, relative to the derivative or to a
/// hundredth of `KL/h`; `None` where the parameter cannot be moved both ways, as a count or a bound of the support.
fn disagreement(
    d: &Distribution,
    i: usize,
    slope: f64,
    sizes: &[f64],
    kl: &dyn Fn(&Distribution) -> Option<f64>,
) -> Option<f64> {
    let mut best: Option<f64> = None;
    for &size in sizes {
        for step in [1e-2, 1e-3, 1e-4] {
            let h = step * size;
            let at = |k: f64| moved(d, i, k * h).and_then(|d| kl(&d));
            let (Some(a), Some(b), Some(c), Some(e)) = (at(-2.0), at(-1.0), at(1.0), at(2.0)) else {
                continue;
            };
            let finite = (8.0 * (c - b) - (e - a)) / (12.0 * h);
            let scale = slope.abs().max(finite.abs()).max(1e-2 * (a + b + c + e) / h);
            let error = if scale == 0.0 { 0.0 } else { (slope - finite).abs() / scale };
            best = Some(best.map_or(error, |best: f64| best.min(error)));
        }
    }
    best
}

/// The distribution with one parameter changed; of a covariance an entry below the diagonal and its mirror image.
fn moved(d: &Distribution, i: usize, by: f64) -> Option<Distribution> {
    let mut theta = d.theta().to_vec();
    theta[i] += by;
    match d {
        Distribution::MultivariateNormal(normal) => {
            let n = normal.mu().len();
            if i >= n {
                let (row, column) = ((i - n) / n, (i - n) % n);
                if column > row {
                    return None;
                }
                if column < row {
                    theta[n + column * n + row] += by;
                }
            }
        }
        // A count does not move by a part of one.
        Distribution::Binomial(_) if i == 0 => return None,
        // Moving one probability alone leaves the simplex: `with` would make the sum one again.
        Distribution::Categorical(_) => return None,
        _ => {}
    }
    d.family().with(&theta).ok()
}
