//! Integrals over one dimension, each with an estimate of its error.

use std::{cmp::Ordering, collections::BinaryHeap};

use crate::{
    distribution::Univariate,
    point::{Place, Point, Support},
    series,
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

/// Positive abscissae and weights of the 21-point Kronrod rule, outermost first; every other one belongs to the
/// 10-point Gauss rule, whose weights are the third numbers (Kronrod 1965; Piessens et al. 1983, QUADPACK).
const KRONROD: [(f64, f64, f64); 10] = [
    (0.995_657_163_025_808_1, 0.011_694_638_867_371_874, 0.0),
    (0.973_906_528_517_171_7, 0.032_558_162_307_964_725, 0.066_671_344_308_688_14),
    (0.930_157_491_355_708_2, 0.054_755_896_574_351_995, 0.0),
    (0.865_063_366_688_984_5, 0.075_039_674_810_919_96, 0.149_451_349_150_580_6),
    (0.780_817_726_586_416_9, 0.093_125_454_583_697_6, 0.0),
    (0.679_409_568_299_024_4, 0.109_387_158_802_297_64, 0.219_086_362_515_982_04),
    (0.562_757_134_668_604_7, 0.123_491_976_262_065_84, 0.0),
    (0.433_395_394_129_247_2, 0.134_709_217_311_473_34, 0.269_266_719_309_996_35),
    (0.294_392_862_701_460_2, 0.142_775_938_577_060_09, 0.0),
    (0.148_874_338_981_631_22, 0.147_739_104_901_338_49, 0.295_524_224_714_752_87),
];
const KRONROD_CENTER: f64 = 0.149_445_554_002_916_9;

/// More panels than this, and the error is what it is.
const MAX_PANELS: usize = 4000;
/// Relative error at which the refinement stops.
const TOLERANCE: f64 = 1e-14;

/// One interval of the transformed range.
#[derive(Debug, Clone, Copy)]
struct Panel {
    low: f64,
    high: f64,
    value: f64,
    error: f64,
    /// What rounding alone may have done.
    noise: f64,
}

impl PartialEq for Panel {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Panel {}
impl PartialOrd for Panel {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Panel {
    fn cmp(&self, other: &Self) -> Ordering {
        self.error.total_cmp(&other.error)
    }
}

fn panel(f: &impl Fn(f64) -> f64, low: f64, high: f64) -> Panel {
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    let center = f(middle);
    let (mut kronrod, mut gauss, mut size) = (KRONROD_CENTER * center, 0.0, KRONROD_CENTER * center.abs());
    let mut values = [0.0; 21];
    values[20] = center;
    for (i, (node, k, g)) in KRONROD.into_iter().enumerate() {
        let (below, above) = (f(middle - half * node), f(middle + half * node));
        (values[2 * i], values[2 * i + 1]) = (below, above);
        kronrod += k * (below + above);
        gauss += g * (below + above);
        size += k * (below.abs() + above.abs());
    }
    // QUADPACK's estimate: the difference of the rules, scaled by how much the integrand varies.
    let mean = 0.5 * kronrod;
    let spread = KRONROD_CENTER * (center - mean).abs()
        + KRONROD
            .into_iter()
            .enumerate()
            .map(|(i, (_, k, _))| k * ((values[2 * i] - mean).abs() + (values[2 * i + 1] - mean).abs()))
            .sum::<f64>();
    let mut error = (kronrod - gauss).abs();
    if spread > 0.0 && error > 0.0 {
        error = spread * (200.0 * error / spread).powf(1.5).min(1.0);
    }
    let noise = 8.0 * f64::EPSILON * size;
    Panel { low, high, value: kronrod * half, error: error.max(noise) * half, noise: noise * half }
}

/// `∫ f` over the panels between neighbouring `breaks`, halving the worst until the error is within
/// rounding, or relative 1e-14.
///
/// Values of `f` that are not finite make the result NaN.
pub fn adaptive(f: impl Fn(f64) -> f64, breaks: &[f64]) -> Numeric {
    let mut heap: BinaryHeap<Panel> = breaks.windows(2).map(|pair| panel(&f, pair[0], pair[1])).collect();
    let mut done: Vec<Panel> = Vec::new();
    let mut evaluations = 21 * heap.len();
    let (mut value, mut error) = totals(heap.iter());
    while let Some(worst) = heap.pop() {
        let negligible = error <= TOLERANCE * value.abs() || worst.error <= 1e-3 * TOLERANCE * value.abs();
        if negligible || value.is_nan() || heap.len() + done.len() > MAX_PANELS {
            heap.push(worst);
            break;
        }
        let middle = 0.5 * (worst.low + worst.high);
        if worst.error <= worst.noise || middle <= worst.low || middle >= worst.high {
            done.push(worst);
            continue;
        }
        let (left, right) = (panel(&f, worst.low, middle), panel(&f, middle, worst.high));
        evaluations += 42;
        value += left.value + right.value - worst.value;
        error += left.error + right.error - worst.error;
        heap.push(left);
        heap.push(right);
    }
    let (value, error) = totals(heap.iter().chain(&done));
    Numeric { value, error, evaluations }
}

/// The compensated sums of the values and errors (Neumaier 1974), in the order of the range.
fn totals<'a>(panels: impl Iterator<Item = &'a Panel>) -> (f64, f64) {
    let mut panels: Vec<&Panel> = panels.collect();
    panels.sort_by(|a, b| a.low.total_cmp(&b.low));
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    for panel in &panels {
        let next = sum + panel.value;
        lost += if sum.abs() >= panel.value.abs() { (sum - next) + panel.value } else { (panel.value - next) + sum };
        sum = next;
    }
    (sum + lost, panels.iter().map(|panel| panel.error).sum())
}

/// `∫ f(u) du` from `low` to `high`, either of which may be infinite, for an integrand with features at `places`.
///
/// The range is mapped by `u = c + s sinh v` about the narrowest place, so that everything from features as narrow
/// as `s` to tails that fall by a power is seen at the same resolution; the other places become ends of panels.
pub fn integrate(f: impl Fn(f64) -> f64, low: f64, high: f64, places: &[Place]) -> Numeric {
    let narrowest = places.iter().copied().filter(|p| p.scale > 0.0).min_by(|a, b| a.scale.total_cmp(&b.scale));
    let anchor = narrowest.unwrap_or(Place { center: 0.0, scale: 1.0 });
    let (c, s) = (anchor.center.clamp(low, high), anchor.scale);
    let to_v = |u: f64| if u.is_finite() { ((u - c) / s).asinh() } else { u.signum() * 690.0 };
    // Beyond |v| = 690 - ln s the number u itself would overflow.
    let limit = 690.0 - s.ln().max(0.0);
    let (v_low, v_high) = (to_v(low).max(-limit), to_v(high).min(limit));
    let steps = [0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 64.0, 128.0, 256.0];
    let mut breaks = vec![v_low, v_high, 0.0];
    breaks.extend(steps.iter().flat_map(|&v| [v, -v]));
    for place in places {
        for k in [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0] {
            breaks.extend([to_v(place.center + k * place.scale), to_v(place.center - k * place.scale)]);
        }
    }
    breaks.retain(|&v| v >= v_low && v <= v_high);
    breaks.sort_by(f64::total_cmp);
    breaks.dedup_by(|a, b| (*a - *b).abs() <= 1e-12 * (1.0 + b.abs()));
    let integrand = |v: f64| {
        let value = f((c + s * v.sinh()).clamp(low, high));
        // Zero times an overflowing slope is zero.
        if value == 0.0 { 0.0 } else { value * s * v.cosh() }
    };
    adaptive(integrand, &breaks)
}

/// The places of both, in the chart of the first.
fn places(q: &dyn Univariate, p: &dyn Univariate) -> Vec<Place> {
    let chart = q.support();
    let moved = p.places().into_iter().map(|place| place.moved(p.support(), chart));
    q.places().into_iter().chain(moved).collect()
}

/// `E_q[f(x)]`, in q's own chart; `p` tells where `f` has features.
pub fn expectation(q: &dyn Univariate, p: &dyn Univariate, f: impl Fn(Point) -> f64) -> Numeric {
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
    integrate(integrand, low, high, &places(q, p))
}

/// `∫ f(ln q(x), ln p(x)) dx` over a set that carries both; `f` has to be zero where both are −∞.
pub fn over_both(q: &dyn Univariate, p: &dyn Univariate, f: impl Fn(f64, f64) -> f64) -> Numeric {
    let (a, b) = (q.support(), p.support());
    if a.is_discrete() {
        return series::over_both(q, p, f);
    }
    let chart = match (a, b) {
        _ if a == b => a,
        (Support::Positive | Support::From(_), Support::Positive | Support::From(_)) => Support::Positive,
        (Support::Unit, Support::Interval(low, high)) | (Support::Interval(low, high), Support::Unit)
            if low >= 0.0 && high <= 1.0 => Support::Unit,
        _ => Support::Line,
    };
    let ((a_low, a_high), (b_low, b_high)) = (a.ends(), b.ends());
    let (low, high) = match chart {
        Support::Line => (a_low.min(b_low), a_high.max(b_high)),
        other => other.chart_ends(),
    };
    let mut all: Vec<Place> = q.places().into_iter().map(|place| place.moved(a, chart)).collect();
    all.extend(p.places().into_iter().map(|place| place.moved(b, chart)));
    // The ends of a support are jumps of its density.
    let ends = [a_low, a_high, b_low, b_high].into_iter().map(|end| chart.coordinate(Point::from(end)));
    let scale = all.iter().map(|place| place.scale).fold(f64::INFINITY, f64::min);
    all.extend(ends.filter(|end| end.is_finite()).map(|center| Place { center, scale: 2.0 * scale }));
    let integrand = |u: f64| {
        let at = chart.at(u);
        let slope = chart.ln_slope(at);
        f(q.ln_density(at) + slope, p.ln_density(at) + slope)
    };
    integrate(integrand, low, high, &all)
}

/// `P(low ≤ X ≤ high)` of a continuous distribution.
pub(crate) fn mass(d: &dyn Univariate, low: f64, high: f64) -> Numeric {
    let chart = d.support();
    let coordinate = |x: f64| chart.coordinate(Point::from(x));
    let density = |u: f64| {
        let at = chart.at(u);
        (d.ln_density(at) + chart.ln_slope(at)).exp()
    };
    integrate(density, coordinate(low), coordinate(high), &d.places())
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
    let ln_ratio = |at: Point| q.ln_density(at) - p.ln_density(at);
    let signed = expectation(q, p, ln_ratio);
    if signed.value.abs() > 0.01 || q.support() != p.support() {
        return signed;
    }
    let positive = expectation(q, p, |at| {
        let w = ln_ratio(at);
        if w.abs() < 0.5 { crate::special::neg_exp_excess(w) } else { w + (-w).exp_m1() }
    });
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
