//! Divergences other than Kullback's in closed form against quadrature.

use super::{Row, Subject, grid::grid, relative_error};
use crate::{
    distribution::Family,
    measure::Divergence,
    other::{closed, numeric},
};

/// The divergences that have closed forms.
const KINDS: [Divergence; 7] = [
    Divergence::Renyi { alpha: 0.5 },
    Divergence::Renyi { alpha: 3.0 },
    Divergence::Hellinger,
    Divergence::ChiSquared,
    Divergence::TotalVariation,
    Divergence::Wasserstein1,
    Divergence::Wasserstein2,
];

/// The lines of a family.
pub(super) fn check(family: Family) -> Vec<Row> {
    let line = |&divergence: &Divergence| {
        let order =
            if let Divergence::Renyi { alpha } = divergence { format!(" {alpha}") } else { String::new() };
        let mut row = Row::new(Subject::Kind, format!("{}{order}, {family}", divergence.name()), 1e-10);
        for q in grid(family) {
            for p in grid(family) {
                let (Some(x), Some(y)) = (q.univariate(), p.univariate()) else { continue };
                if q == p {
                    continue;
                }
                let Ok(exact) = closed(divergence, &q, &p) else { continue };
                let Ok(found) = numeric::numeric(divergence, x, y) else { continue };
                // Beyond e^700 a power of the densities' ratio is not a number.
                let both_huge = exact.value > 600.0 && found.value > 600.0;
                if exact.value == f64::INFINITY || both_huge {
                    continue;
                }
                let error = (exact.value - found.value).abs() - found.error;
                let scale = exact.value.abs().max(1e-20);
                let beyond = relative_error(exact.value, found.value).min((error / scale).max(0.0));
                row.count(beyond, || format!("{q} | {p}"));
            }
        }
        row
    };
    KINDS.iter().map(line).filter(|row| row.cases > 0).collect()
}
