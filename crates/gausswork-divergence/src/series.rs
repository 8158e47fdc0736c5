//! Sums over the whole numbers, with a bound on what is left out.

use crate::{distribution::Univariate, point::Point, quadrature::Numeric};

/// No sum has more terms.
const MAX_TERMS: usize = 5_000_000;

/// `Σ_k f(k)` for k from `center` upwards and downwards to 0, as far as `last`.
///
/// The upper tail ends when the terms fall geometrically, at least as fast as they last did, and their bound
/// `|f(k)| r/(1 − r)` is below rounding: exact for tails that fall as a geometric or a Poisson distribution's.
pub fn sum(f: impl Fn(f64) -> f64, center: f64, scale: f64, last: f64) -> Numeric {
    let center = center.clamp(0.0, last.min(9e15)).floor();
    let (mut total, mut lost, mut size) = (0.0_f64, 0.0, 0.0);
    let mut evaluations = 0;
    let mut add = |term: f64| {
        let next = total + term;
        lost += if total.abs() >= term.abs() { (total - next) + term } else { (term - next) + total };
        total = next;
        size += term.abs();
        size
    };
    let mut remainder = 0.0;
    for down in [false, true] {
        let (mut k, mut before) = (if down { center - 1.0 } else { center }, f64::INFINITY);
        while k >= 0.0 && k <= last && evaluations < MAX_TERMS {
            let term = f(k);
            evaluations += 1;
            if !term.is_finite() {
                return Numeric { value: term, error: 0.0, evaluations };
            }
            let size = add(term);
            let ratio = term.abs() / before;
            let far = (k - center).abs() > 6.0 * scale;
            if far && ratio < 1.0 && term.abs() * ratio / (1.0 - ratio) <= 1e-18 * size {
                remainder += term.abs() * ratio / (1.0 - ratio);
                break;
            }
            if far && term == 0.0 && before == 0.0 {
                break;
            }
            before = term.abs();
            k += if down { -1.0 } else { 1.0 };
        }
    }
    let unfinished = if evaluations >= MAX_TERMS { f64::INFINITY } else { 0.0 };
    let error = remainder + 4.0 * f64::EPSILON * size + unfinished;
    Numeric { value: total + lost, error, evaluations }
}

/// `E_q[f(k)]` of a discrete distribution.
pub(crate) fn expectation(q: &dyn Univariate, f: impl Fn(Point) -> f64) -> Numeric {
    let term = |k: f64| {
        let at = Point::from(k);
        let density = q.ln_density(at).exp();
        if density == 0.0 { 0.0 } else { density * f(at) }
    };
    let place = q.place();
    sum(term, place.center, place.scale, q.support().ends().1)
}

/// `Σ_k f(ln q(k), ln p(k))`.
pub(crate) fn over_both(q: &dyn Univariate, p: &dyn Univariate, f: impl Fn(f64, f64) -> f64) -> Numeric {
    let term = |k: f64| f(q.ln_density(Point::from(k)), p.ln_density(Point::from(k)));
    let (a, b) = (q.place(), p.place());
    let center = 0.5 * (a.center + b.center);
    let scale = a.scale.max(b.scale) + (a.center - b.center).abs();
    sum(term, center, scale, q.support().ends().1.max(p.support().ends().1))
}
