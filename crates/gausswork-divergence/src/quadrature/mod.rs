//! Integrals over one dimension, each with an estimate of its error.

mod kronrod;

use kronrod::adaptive;

use crate::{
    distribution::Univariate,
    point::{Place, Point, Support},
    series,
    special::{neg_exp_excess, relative_entropy_of_ln},
};

/// A number found numerically.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numeric {
    /// The number.
    pub value: f64,
    /// An estimate of its absolute error, on the large side.
    pub error: f64,
    /// How often the integrand or the summand was evaluated.
    pub evaluations: usize,
}

/// The places that get a map of their own, by position: of two that overlap, the narrower.
fn anchors(places: &[Place]) -> Vec<Place> {
    let mut by_scale = places.to_vec();
    by_scale.sort_by(|a, b| a.scale.total_cmp(&b.scale));
    let mut kept: Vec<Place> = Vec::new();
    for place in by_scale {
        if kept.iter().all(|other| (other.center - place.center).abs() > 8.0 * place.scale) {
            kept.push(place);
        }
    }
    kept.sort_by(|a, b| a.center.total_cmp(&b.center));
    if kept.is_empty() { vec![Place { center: 0.0, scale: 1.0 }] } else { kept }
}

/// `∫ f(u) du` from `low` to `high`, either of which may be infinite, for an integrand whose mass is at `places` and
/// that has features at `others`; until the error is within rounding, relative 1e-14, or below `floor`.
///
/// The range is cut half way between places; about each one the map `u = c + s sinh v` shows features as narrow as `s`
/// and tails that fall by a power at the same resolution. The `others` become ends of intervals.
pub fn integrate(
    f: impl Fn(f64) -> f64,
    low: f64,
    high: f64,
    places: &[Place],
    others: &[Place],
    floor: f64,
) -> Numeric {
    if low.is_nan() || high.is_nan() || low >= high {
        return Numeric { value: 0.0, error: 0.0, evaluations: 0 };
    }
    let proper = |place: &Place| place.center.is_finite() && place.scale > 0.0 && place.scale < f64::INFINITY;
    let keep = |places: &[Place]| places.iter().copied().filter(proper).collect::<Vec<Place>>();
    let (places, others) = (&keep(places)[..], &keep(others)[..]);
    // Between neighbouring numbers there is no room for such a place.
    if places.iter().any(|place| place.scale < 4.0 * f64::EPSILON * place.center.abs()) {
        return Numeric { value: f64::NAN, error: f64::INFINITY, evaluations: 0 };
    }
    let anchors: Vec<Place> =
        anchors(places).into_iter().map(|p| Place { center: p.center.clamp(low, high), ..p }).collect();
    let cuts: Vec<f64> = anchors.windows(2).map(|pair| 0.5 * (pair[0].center + pair[1].center)).collect();
    let pieces: Vec<Vec<f64>> = anchors
        .iter()
        .enumerate()
        .map(|(i, anchor)| {
            let from = if i == 0 { low } else { cuts[i - 1] };
            let to = cuts.get(i).copied().unwrap_or(high);
            breaks(*anchor, from, to, places.iter().chain(others))
        })
        .collect();
    // Rounding must not put a point on an end, where the integrand may have a pole.
    let (first, last) = (low.next_up(), high.next_down());
    let integrand = |piece: usize, v: f64| {
        let Place { center, scale } = anchors[piece];
        let value = f((center + scale * v.sinh()).max(first).min(last));
        // Zero times an overflowing slope is zero.
        if value == 0.0 { 0.0 } else { value * scale * v.cosh() }
    };
    adaptive(integrand, &pieces, floor)
}

/// The ends of the first intervals between `from` and `to`, in the map about an anchor.
fn breaks<'a>(anchor: Place, from: f64, to: f64, places: impl Iterator<Item = &'a Place>) -> Vec<f64> {
    let Place { center, scale } = anchor;
    // Beyond this u itself would overflow.
    let limit = (709.0 - scale.ln()).clamp(0.5, 690.0);
    let map = |u: f64| {
        if u.is_finite() { ((u - center) / scale).asinh().clamp(-limit, limit) } else { u.signum() * limit }
    };
    let (v_from, v_to) = (map(from), map(to));
    let steps = [0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 64.0, 128.0, 256.0];
    let mut breaks = vec![v_from, v_to, 0.0];
    breaks.extend(steps.iter().flat_map(|&v| [v, -v]));
    for place in places {
        for k in [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0] {
            breaks.extend([map(place.center + k * place.scale), map(place.center - k * place.scale)]);
        }
    }
    breaks.retain(|&v| v >= v_from && v <= v_to);
    breaks.sort_by(f64::total_cmp);
    breaks.dedup_by(|a, b| (*a - *b).abs() <= 1e-12 * (1.0 + b.abs()));
    breaks
}

/// `E_q[f(x)]`, in q's own chart; `p` tells where `f` has features.
pub fn expectation(q: &dyn Univariate, p: &dyn Univariate, f: impl Fn(Point) -> f64) -> Numeric {
    expectation_to(q, p, f, 0.0)
}

/// [`expectation`], good enough when its error is below `floor`.
fn expectation_to(q: &dyn Univariate, p: &dyn Univariate, f: impl Fn(Point) -> f64, floor: f64) -> Numeric {
    let chart = q.support();
    if chart.is_discrete() {
        return series::expectation(q, f);
    }
    let (low, high) = chart.chart_ends();
    let integrand = |u: f64| {
        let at = chart.at(u);
        let density = (q.ln_density(at) + chart.ln_slope(at)).exp();
        if density == 0.0 { 0.0 } else { density * f(at) }
    };
    let others: Vec<Place> = p.places().into_iter().map(|place| place.moved(p.support(), chart)).collect();
    integrate(integrand, low, high, &q.places(), &others, floor)
}

/// `∫ f(ln q(x), ln p(x)) dx` over a set that carries both; `f` has to be zero where both are −∞.
///
/// Where the densities cross is the end of an interval, since `f` may have a corner there.
pub fn over_both(q: &dyn Univariate, p: &dyn Univariate, f: impl Fn(f64, f64) -> f64) -> Numeric {
    let (a, b) = (q.support(), p.support());
    if a.is_discrete() {
        return series::over_both(q, p, f);
    }
    let chart = match (a, b) {
        _ if a == b => a,
        (Support::Positive | Support::From(_), Support::Positive | Support::From(_)) => Support::Positive,
        (Support::Unit, Support::Interval(low, high)) | (Support::Interval(low, high), Support::Unit)
            if low >= 0.0 && high <= 1.0 =>
        {
            Support::Unit
        }
        _ => Support::Line,
    };
    let ((a_low, a_high), (b_low, b_high)) = (a.ends(), b.ends());
    let (low, high) = match chart {
        Support::Line => (a_low.min(b_low), a_high.max(b_high)),
        other => other.chart_ends(),
    };
    let places: Vec<Place> = [(q, a), (p, b)]
        .into_iter()
        .flat_map(|(d, own)| d.places().into_iter().map(move |place| place.moved(own, chart)))
        .collect();
    let ln_ratio = |u: f64| q.ln_density(chart.at(u)) - p.ln_density(chart.at(u));
    let mut corners = crossings(ln_ratio, low, high, &places);
    // The ends of a support are jumps of its density.
    let ends = [a_low, a_high, b_low, b_high].into_iter().map(|end| chart.coordinate(Point::from(end)));
    corners.extend(
        ends.filter(|end| end.is_finite()).map(|center| Place { center, scale: 2.0 * narrowest(&places) }),
    );
    let integrand = |u: f64| {
        let at = chart.at(u);
        let slope = chart.ln_slope(at);
        f(q.ln_density(at) + slope, p.ln_density(at) + slope)
    };
    integrate(integrand, low, high, &places, &corners, 0.0)
}

fn narrowest(places: &[Place]) -> f64 {
    places.iter().map(|place| place.scale).fold(f64::INFINITY, f64::min)
}

/// Where a function changes its sign, to rounding, as far as a search about the places shows.
pub(crate) fn crossings(f: impl Fn(f64) -> f64, low: f64, high: f64, places: &[Place]) -> Vec<Place> {
    let steps = (-12..=24).map(|k| 2f64.powf(0.5 * f64::from(k)));
    let offsets: Vec<f64> = steps.flat_map(|k| [k, -k]).chain([0.0]).collect();
    let mut grid: Vec<f64> =
        places.iter().flat_map(|place| offsets.iter().map(|k| place.center + k * place.scale)).collect();
    grid.retain(|&u| u > low && u < high);
    grid.sort_by(f64::total_cmp);
    let values: Vec<f64> = grid.iter().map(|&u| f(u)).collect();
    let mut found = Vec::new();
    for i in 1..grid.len() {
        if values[i - 1] * values[i] < 0.0 {
            let (mut from, mut to) = (grid[i - 1], grid[i]);
            while 0.5 * (from + to) > from && 0.5 * (from + to) < to {
                let middle = 0.5 * (from + to);
                if f(middle) * values[i - 1] > 0.0 { from = middle } else { to = middle }
            }
            found.push(Place { center: from, scale: narrowest(places) });
        }
    }
    found
}

/// `P(low ≤ X ≤ high)` of a continuous distribution.
pub(crate) fn mass(d: &dyn Univariate, low: f64, high: f64) -> Numeric {
    let chart = d.support();
    let coordinate = |x: f64| chart.coordinate(Point::from(x));
    let density = |u: f64| {
        let at = chart.at(u);
        (d.ln_density(at) + chart.ln_slope(at)).exp()
    };
    integrate(density, coordinate(low), coordinate(high), &d.places(), &[], 1e-17)
}

/// `∫ q ln(q/p)`, to be compared with the closed form; +∞ where q has mass outside the support of p.
///
/// *Stability*: a small divergence is what remains of `q ln(q/p)` after positive and negative parts have cancelled.
/// Below 0.01, and where both have the same support, the integrand is `q (ln(q/p) + p/q − 1)`, which is nowhere
/// negative and has the same integral.
pub fn kl(q: &dyn Univariate, p: &dyn Univariate) -> Numeric {
    if !q.support().within(p.support()) {
        return Numeric { value: f64::INFINITY, error: 0.0, evaluations: 0 };
    }
    if q.support().is_discrete() {
        return series::over_both(q, p, relative_entropy_of_ln::<f64>);
    }
    let ln_ratio = |at: Point| q.ln_density(at) - p.ln_density(at);
    let signed = expectation_to(q, p, ln_ratio, 1e-16);
    if signed.value.abs() > 0.01 || q.support().ends() != p.support().ends() {
        return signed;
    }
    let positive = expectation_to(q, p, |at| neg_exp_excess(ln_ratio(at)), 1e-28);
    if positive.error <= signed.error || signed.value.is_nan() { positive } else { signed }
}

/// `−∫ q ln q`.
pub fn entropy(q: &dyn Univariate) -> Numeric {
    expectation(q, q, |at| -q.ln_density(at))
}

/// `−∫ q ln p`.
pub fn cross_entropy(q: &dyn Univariate, p: &dyn Univariate) -> Numeric {
    expectation(q, p, |at| -p.ln_density(at))
}
