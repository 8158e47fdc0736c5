//! Fidelity and diversity by neighbourhoods.

use crate::influence::variance_of_mean;
use crate::nearest::{Points, least, smallest};
use crate::score::{Metric, Score};

/// Neighbours whose farthest is a row's radius.
const NEIGHBOURS: usize = 5;
/// Groups of synthetic rows that are left out in turn.
const GROUPS: usize = 20;
/// Levels of α and β.
const LEVELS: usize = 30;

/// α-precision, β-recall, density and coverage of synthetic points against real ones; none where there are too few.
///
/// The middle of a sample, from which α-precision measures distance, is the sample itself: a row's distance from it is
/// its mean distance to all rows, so that labels need no embedding.
#[must_use]
pub fn neighbourhood(real: &Points, synthetic: &Points) -> Vec<Score> {
    let sizes = [real.rows, synthetic.rows];
    if real.rows <= NEIGHBOURS || synthetic.rows <= NEIGHBOURS {
        return Vec::new();
    }
    let among_real = real.each(real, |row, d| {
        let near = smallest::<NEIGHBOURS>(d, Some(row));
        (near, mean(d))
    });
    let radii: Vec<f32> = among_real.iter().map(|(near, _)| near[NEIGHBOURS - 1]).collect();
    let to_real = synthetic.each(real, |_, d| {
        let balls = d.iter().zip(&radii).filter(|(d, radius)| d <= radius).count();
        (balls as f64 / NEIGHBOURS as f64, mean(d))
    });
    let closest = real.each(synthetic, |_, d| Closest::new(d));
    let among_synthetic = synthetic.each(synthetic, |_, d| mean(d));

    let balls: Vec<f64> = to_real.iter().map(|&(balls, _)| balls).collect();
    let density = balls.iter().sum::<f64>() / balls.len() as f64;
    let (coverage, coverage_error) = covered(&closest, &radii);

    let from_middle: Vec<f64> = among_real.iter().map(|&(_, d)| d).collect();
    let synthetic_from_middle: Vec<f64> = to_real.iter().map(|&(_, d)| d).collect();
    let radii = level_radii(&from_middle);
    let levels = |d: f64| radii.iter().position(|&radius| d <= radius).unwrap_or(LEVELS);
    let alpha = agreement(&synthetic_from_middle.iter().map(|&d| levels(d)).collect::<Vec<_>>());

    // A real row is recalled from the level on at which its closest synthetic row belongs, if that is close enough.
    let radii = level_radii(&among_synthetic);
    let recalled: Vec<usize> = closest
        .iter()
        .zip(&among_real)
        .map(|(&Closest { distance: d, row: at, .. }, (near, _))| {
            let level = radii.iter().position(|&radius| among_synthetic[at] <= radius);
            if d <= near[0] { level.unwrap_or(LEVELS) } else { LEVELS }
        })
        .collect();
    let beta = agreement(&recalled);
    vec![
        Score::with_error(Metric::AlphaPrecision, alpha.0, alpha.1 * std::f64::consts::SQRT_2, sizes),
        Score::with_error(Metric::BetaRecall, beta.0, beta.1, sizes),
        Score::with_error(Metric::Density, density, variance_of_mean(&balls).sqrt(), sizes),
        Score::with_error(Metric::Coverage, coverage, coverage_error, sizes),
    ]
}

/// The synthetic row that is closest to a real one.
struct Closest {
    distance: f32,
    row: usize,
    /// The group that it belongs to, and the least distance to a row of any other group.
    group: usize,
    otherwise: f32,
}

impl Closest {
    fn new(distances: &[f32]) -> Self {
        let (distance, row) = least(distances);
        let size = distances.len().div_ceil(GROUPS);
        let group = row / size;
        let others = distances.chunks(size).enumerate().filter(|(other, _)| *other != group);
        let otherwise = others.map(|(_, d)| least(d).0).fold(f32::INFINITY, f32::min);
        Self { distance, row, group, otherwise }
    }
}

/// The share of real neighbourhoods that are met, and its error: binomial in the real rows, and a jackknife that leaves out one
/// group of synthetic rows after another, since a thin spot among them misses many neighbourhoods at once.
fn covered(closest: &[Closest], radii: &[f32]) -> (f64, f64) {
    let n = closest.len() as f64;
    let without = |group: Option<usize>| {
        let met = closest.iter().zip(radii).filter(|(near, radius)| {
            let left_out = group == Some(near.group);
            (if left_out { near.otherwise } else { near.distance }) <= **radius
        });
        met.count() as f64 / n
    };
    let share = without(None);
    let jackknife: Vec<f64> = (0..GROUPS).map(|group| without(Some(group))).collect();
    let mean = jackknife.iter().sum::<f64>() / GROUPS as f64;
    let spread = jackknife.iter().map(|share| (share - mean).powi(2)).sum::<f64>();
    let of_synthetic = spread * (GROUPS - 1) as f64 / GROUPS as f64;
    (share, (share * (1.0 - share) / n + of_synthetic).sqrt())
}

fn mean(distances: &[f32]) -> f64 {
    distances.iter().map(|&d| f64::from(d)).sum::<f64>() / distances.len().max(1) as f64
}

/// The `k/LEVELS` quantiles of distances, `k = 1 … LEVELS`.
fn level_radii(distances: &[f64]) -> Vec<f64> {
    let mut sorted = distances.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    (1..=LEVELS).map(|k| sorted[(k * sorted.len()).div_ceil(LEVELS) - 1]).collect()
}

/// `1 − 2 ∫ |α − P(α)| dα` and its error, from the level (from 0; [`LEVELS`] for none) at which each row is within.
fn agreement(levels: &[usize]) -> (f64, f64) {
    let n = levels.len() as f64;
    let width = 1.0 / LEVELS as f64;
    let (mut gap, mut signs) = (0.0, [0.0; LEVELS]);
    for (k, sign) in signs.iter_mut().enumerate() {
        let share = levels.iter().filter(|&&level| level <= k).count() as f64 / n;
        let alpha = (k + 1) as f64 * width;
        gap += (alpha - share).abs() * width;
        *sign = if share > alpha { 1.0 } else { -1.0 };
    }
    // A row adds its sign to every level from its own on.
    let of = |&level: &usize| 2.0 * width * signs.iter().skip(level).sum::<f64>();
    let moved: Vec<f64> = levels.iter().map(of).collect();
    (1.0 - 2.0 * gap, variance_of_mean(&moved).sqrt())
}
