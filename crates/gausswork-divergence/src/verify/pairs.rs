//! Closed forms of the Kullback–Leibler divergence and of entropies against quadrature.

use super::{Row, Subject, grid::grid, relative_error};
use crate::{
    distribution::{Family, Univariate},
    forms::{self, OUTSIDE, cross_entropy, entropy},
    quadrature,
};

/// The bound of every pair.
const BOUND: f64 = 1e-10;

/// The line of an ordered pair of families; none if they have no closed form.
pub(super) fn check(q: Family, p: Family) -> Vec<Row> {
    let mut row = Row::new(Subject::Pair, format!("{q} -> {p}"), BOUND);
    let mut law = Row::new(Subject::Law, format!("KL = cross-entropy - entropy, {q} -> {p}"), BOUND);
    for a in grid(q) {
        for b in grid(p) {
            let (Some(x), Some(y)) = (a.univariate(), b.univariate()) else { return Vec::new() };
            let Ok(closed) = forms::kl_of(&a, &b) else { continue };
            let at = || format!("{a} | {b}");
            if closed.formula == OUTSIDE {
                row.count(if covers(x, y) { f64::INFINITY } else { 0.0 }, at);
                continue;
            }
            if closed.value == f64::INFINITY {
                row.count(if diverges(x, y) { 0.0 } else { f64::INFINITY }, at);
                continue;
            }
            row.count(relative_error(closed.value, quadrature::kl(x, y).value), at);
            if let (Ok(cross), Ok(entropy)) = (cross_entropy(&a, &b), entropy(&a)) {
                // Relative to what is subtracted: near q = p only the stable form has digits.
                let size = 1.0 + cross.value.abs() + entropy.value.abs();
                law.count((cross.value - entropy.value - closed.value).abs() / size, at);
            }
        }
    }
    let only_outside = grid(q).iter().all(|a| grid(p).iter().all(|b| forms::leaves_support(a, b)));
    if only_outside {
        row.note = "+∞: the support of q leaves that of p";
    }
    [row, law].into_iter().filter(|row| row.cases > 0).collect()
}

/// Whether p has a density wherever q has one, as far as a search shows: about the middle of q, ever further out, and at
/// the ends of its support. It must not, where KL is said to be infinite for lack of support.
fn covers(q: &dyn Univariate, p: &dyn Univariate) -> bool {
    let chart = q.support();
    if chart.is_discrete() != p.support().is_discrete() {
        return false;
    }
    let place = q.place();
    let (low, high) = chart.chart_ends();
    let offsets = (-3..=60).map(|k| place.scale * 2f64.powi(k)).flat_map(|by| [by, -by]);
    let coordinates: Vec<f64> = if chart.is_discrete() {
        (0..=2000).map(f64::from).collect()
    } else {
        offsets.map(|by| (place.center + by).clamp(low, high)).collect()
    };
    coordinates.into_iter().map(|u| chart.at(u)).all(|at| {
        let has = |d: &dyn Univariate| d.ln_density(at) > f64::NEG_INFINITY;
        !has(q) || has(p)
    })
}

/// Whether `∫ q ln(q/p)` over ever longer ranges keeps growing: over ranges whose lengths in the coordinate of
/// `u = c + s sinh v` double, the last addition is no smaller than the one before it.
fn diverges(q: &dyn Univariate, p: &dyn Univariate) -> bool {
    let chart = q.support();
    if chart.is_discrete() {
        // A probability of zero under p at a number that q has.
        return quadrature::kl(q, p).value == f64::INFINITY;
    }
    let place = q.place();
    let integrand = |u: f64| {
        let at = chart.at(u);
        let ln_q = q.ln_density(at) + chart.ln_slope(at);
        let ratio = q.ln_density(at) - p.ln_density(at);
        // A ratio beyond all numbers where q falls by a power: their product has no bound.
        if ratio == f64::INFINITY && ln_q > -1e5 {
            return ratio;
        }
        if ln_q.exp() == 0.0 { 0.0 } else { ln_q.exp() * ratio }
    };
    let (low, high) = chart.chart_ends();
    let up_to = |v: f64| {
        let reach = place.scale * v.sinh();
        let (from, to) = ((place.center - reach).max(low), (place.center + reach).min(high));
        quadrature::integrate(integrand, from, to, &[place], &p.places(), 0.0).value
    };
    let (a, b, c) = (up_to(20.0), up_to(40.0), up_to(80.0));
    !c.is_finite() || (b > a && c - b >= 0.99 * (b - a))
}

/// The entropies of a family, and that its densities integrate to one.
pub(super) fn entropies(family: Family) -> Vec<Row> {
    let mut mass = Row::new(Subject::Law, format!("total probability, {family}"), 1e-12);
    let mut row = Row::new(Subject::Law, format!("entropy, {family}"), BOUND);
    for d in grid(family) {
        let Some(x) = d.univariate() else { continue };
        mass.count((quadrature::expectation(x, x, |_| 1.0).value - 1.0).abs(), || d.to_string());
        if let Ok(closed) = entropy(&d) {
            let numeric = quadrature::entropy(x).value;
            // An entropy may be zero by accident of its unit.
            row.count((closed.value - numeric).abs() / closed.value.abs().max(0.01), || d.to_string());
        }
    }
    [mass, row].into_iter().filter(|row| row.cases > 0).collect()
}

/// `KL(p ‖ p) = 0` by the forms themselves, which [`kl`](crate::kl()) does not ask for equal distributions.
pub(super) fn zeros(family: Family) -> Vec<Row> {
    // A term of second order in a rounding error, times a parameter of the grid.
    let bound = f64::EPSILON * f64::EPSILON * 1e6;
    let mut row = Row::new(Subject::Law, format!("KL(p ‖ p) = 0, {family}"), bound);
    for d in grid(family) {
        let theta = d.theta();
        if let Some((value, ..)) = forms::closed::<f64>(family, &theta, family, &theta) {
            row.count(if value >= 0.0 { value } else { f64::NAN }, || d.to_string());
        }
    }
    if row.cases == 0 { Vec::new() } else { vec![row] }
}
