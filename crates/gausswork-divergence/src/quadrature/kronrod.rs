//! Adaptive Gauss–Kronrod quadrature over finite intervals.

use std::{cmp::Ordering, collections::BinaryHeap};

use super::Numeric;

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
pub(super) fn adaptive(f: impl Fn(usize, f64) -> f64, pieces: &[Vec<f64>], floor: f64) -> Numeric {
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
        let (left, right) =
            (panel(&f, worst.piece, worst.low, middle), panel(&f, worst.piece, middle, worst.high));
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
        lost += if sum.abs() >= panel.value.abs() {
            (sum - next) + panel.value
        } else {
            (panel.value - next) + sum
        };
        sum = next;
    }
    (sum + lost, panels.iter().map(|panel| panel.error).sum())
}
