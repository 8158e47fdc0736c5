//! Closed forms against draws, which come from samplers that do not know our densities.

use super::{Row, Subject, grid::grid};
use crate::{distribution::Family, forms::kl_of, monte_carlo, quadrature};

const DRAWS: u64 = 20_000;
/// The mean of draws is off by five standard errors once in 1.7 million cases; there are some hundred.
const BOUND: f64 = 5.0;

/// The line of a family: its pairs that are near enough for a mean of logarithms to be nearly normal.
pub(super) fn check(family: Family) -> Vec<Row> {
    let mut row = Row::new(Subject::Law, format!("draws, {family} -> {family}, in standard errors"), BOUND);
    for q in grid(family) {
        for p in grid(family) {
            let Ok(closed) = kl_of(&q, &p) else { continue };
            if q == p || closed.value > 1.0 {
                continue;
            }
            let Ok(estimate) = monte_carlo::kl(&q, &p, DRAWS, 0) else { continue };
            // The true standard error in one dimension: an outcome of one in a million may not have been drawn.
            let square = q.univariate().zip(p.univariate()).map(|(q, p)| {
                quadrature::expectation(q, p, |at| (q.ln_density(at) - p.ln_density(at)).powi(2)).value
            });
            let exact = square.map(|square| ((square - closed.value.powi(2)).max(0.0) / DRAWS as f64).sqrt());
            // Where every draw has the same logarithm, as of uniform distributions, rounding remains.
            let error = exact.unwrap_or(estimate.standard_error).max(1e-13 * closed.value);
            row.count((estimate.value - closed.value).abs() / error, || format!("{q} | {p}"));
        }
    }
    if row.cases == 0 { Vec::new() } else { vec![row] }
}
