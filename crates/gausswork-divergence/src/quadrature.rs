//! Integrals over one dimension, each with an estimate of its error.

use std::{cmp::Ordering, collections::BinaryHeap};

use crate::{
    distribution::Univariate,
    point::{Place, Point, Support},
    series,
    special::neg_exp_excess,
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

/// One interval of one piece of the range.
#[derive(Debug, Clone, Copy)]
struct Panel {
    piece: usize,
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

/// The Kronrod rule on one interval. Its error is taken as the difference from the Gauss rule, which is that of the less
/// exact of the two: too large for smooth integrands, but not too small for those with kinks.
fn panel(f: &impl Fn(usize, f64) -> f64, piece: usize, low: f64, high: f64) -> Panel {
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    let center = f(piece, middle);
    let (mut kronrod, mut gauss, mut size) = (KRONROD_CENTER * center, 0.0, KRONROD_CENTER * center.abs());
    for (node, k, g) in KRONROD {
        let (below, above) = (f(piece, middle - half * node), f(piece, middle + half * node));
        kronrod += k * (below + above);
        gauss += g * (below + above);
        size += k * (below.abs() + above.abs());
    }
    let error = (kronrod - gauss).abs();
    let noise = 8.0 * f64::EPSILON * size;
    Panel { piece, low, high, value: kronrod * half, error: error.max(noise) * half, noise: noise * half }
}

/// The sum over pieces of `∫ f(piece, v) dv`, each from its first to its last break, halving the worst interval until
/// the error is within rounding, relative 1e-14, or below `floor`.
fn adaptive(f: impl Fn(usize, f64) -> f64, pieces: &[Vec<f64>], floor: f64) -> Numeric {
    let intervals = |(i, breaks): (usize, &Vec<f64>)| {
        breaks.windows(2).map(|pair| (i, pair[0], pair[1])).collect::<Vec<_>>()
    };
    let start = pieces.iter().enumerate().flat_map(intervals);
    let mut heap: BinaryHeap<Panel> = start.map(|(piece, low, high)| panel(&f, piece, low, high)).collect();
    let mut done: Vec<Panel> = Vec::new();
    let mut evaluations = 21 * heap.len();
    let (mut value, mut error) = totals(heap.iter());
    while let Some(worst) = heap.pop() {
        let wanted = (TOLERANCE * value.abs()).max(floor);
        let enough = error <= wanted || worst.error <= 1e-3 * wanted;
        if enough || value.is_nan() || heap.len() + done.len() > MAX_PANELS {
            heap.push(worst);
            break;
        }
        let middle = 0.5 * (worst.low + worst.high);
        if worst.error <= worst.noise || middle <= worst.low || middle >= worst.high {
            done.push(worst);
            continue;
        }
        let (left, right) = (panel(&f, worst.piece, worst.low, middle), panel(&f, worst.piece, middle, worst.high));
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
    panels.sort_by(|a, b| a.piece.cmp(&b.piece).then(a.low.total_cmp(&b.low)));
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    for panel in &panels {
        let next = sum + panel.value;
        lost += if sum.abs() >= panel.value.abs() { (sum - next) + panel.value } else { (panel.value - next) + sum };
        sum = next;
    }
    (sum + lost, panels.iter().map(|panel| panel.error).sum())
}

/// The places that get a map of their own, by position: of two that overlap, the narrower.
fn anchors(places: &[Place]) -> Vec<Place> {
    let mut by_scale: Vec<Place> = places.iter().copied().filter(|p| p.scale > 0.0).collect();
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
    if low >= high {
        return Numeric { value: 0.0, error: 0.0, evaluations: 0 };
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
    let limit = 690.0 - scale.ln().max(0.0);
    let map = |u: f64| if u.is_finite() { ((u - center) / scale).asinh().clamp(-limit, limit) } else { u.signum() * limit };
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
    let places = all.len();
    // The ends of a support are jumps of its density.
    let ends = [a_low, a_high, b_low, b_high].into_iter().map(|end| chart.coordinate(Point::from(end)));
    let scale = all.iter().map(|place| place.scale).fold(f64::INFINITY, f64::min);
    all.extend(ends.filter(|end| end.is_finite()).map(|center| Place { center, scale: 2.0 * scale }));
    let integrand = |u: f64| {
        let at = chart.at(u);
        let slope = chart.ln_slope(at);
        f(q.ln_density(at) + slope, p.ln_density(at) + slope)
    };
    let (anchors, others) = all.split_at(places);
    integrate(integrand, low, high, anchors, others, 0.0)
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
        return series::over_both(q, p, |ln_q, ln_p| match ln_q - ln_p {
            _ if ln_q == f64::NEG_INFINITY => ln_p.exp(),
            w if w.abs() < 0.5 => ln_q.exp() * neg_exp_excess(w),
            w => ln_q.exp() * (w - 1.0) + ln_p.exp(),
        });
    }
    let ln_ratio = |at: Point| q.ln_density(at) - p.ln_density(at);
    let signed = expectation_to(q, p, ln_ratio, 1e-16);
    if signed.value.abs() > 0.01 || q.support().ends() != p.support().ends() {
        return signed;
    }
    let excess = |w: f64| if w.abs() < 0.5 { neg_exp_excess(w) } else { w + (-w).exp_m1() };
    let positive = expectation_to(q, p, |at| excess(ln_ratio(at)), 1e-28);
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
