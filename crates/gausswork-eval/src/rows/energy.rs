//! Energy distance and maximum mean discrepancy, with permutation tests.

use rayon::prelude::*;

use crate::nearest::Points;
use crate::random::{Draws, Purpose};
use crate::score::{Metric, Score};

const PERMUTATIONS: usize = 199;

/// Energy distance, MMD² and the p-values of both, of points whose number the caller keeps small: time and memory grow with
/// its square. None where a sample has fewer than two points.
///
/// Both are differences of mean kernels, unbiased: `E k(X,X') + E k(Y,Y') − 2 E k(X,Y)` without the diagonal, with `k = −d`
/// for the energy distance, which the Gower distance makes a metric (it is of negative type), and `k =
/// exp(−d/median d)` for MMD.
#[must_use]
pub fn energy(real: &Points, synthetic: &Points, seed: u64) -> Vec<Score> {
    let (n, m) = (real.rows, synthetic.rows);
    if n < 2 || m < 2 {
        return Vec::new();
    }
    let (rr, rs) = (real.each(real, |_, d| d.to_vec()), real.each(synthetic, |_, d| d.to_vec()));
    let (sr, ss) = (synthetic.each(real, |_, d| d.to_vec()), synthetic.each(synthetic, |_, d| d.to_vec()));
    let upper = rr.into_iter().zip(rs).map(|(a, b)| [a, b].concat());
    let lower = sr.into_iter().zip(ss).map(|(a, b)| [a, b].concat());
    let distances: Vec<Vec<f32>> = upper.chain(lower).collect();
    let mut between: Vec<f32> =
        distances.iter().enumerate().flat_map(|(i, row)| row[..i].iter().copied()).collect();
    let middle = between.len() / 2;
    let median = f64::from(*between.select_nth_unstable_by(middle, f32::total_cmp).1).max(1e-6);
    let mapped = |of: &(dyn Fn(f64) -> f64 + Sync)| -> Vec<Vec<f32>> {
        distances.par_iter().map(|row| row.iter().map(|&d| of(f64::from(d)) as f32).collect()).collect()
    };
    let mut scores = Vec::new();
    let kernels = [
        (Metric::Energy, Metric::EnergyP, mapped(&|d| -d)),
        (Metric::Mmd, Metric::MmdP, mapped(&|d| (-d / median).exp())),
    ];
    for (statistic, p_value, kernel) in kernels {
        let labels: Vec<f32> = (0..n + m).map(|i| if i < n { 1.0 } else { 0.0 }).collect();
        let observed = discrepancy(&kernel, &labels, [n, m]);
        let mut draws = Draws::new(seed, Purpose::Permutation);
        let shuffled: Vec<Vec<f32>> = (0..PERMUTATIONS)
            .map(|_| {
                let mut labels = labels.clone();
                draws.shuffle(&mut labels);
                labels
            })
            .collect();
        let beyond: usize = shuffled
            .par_iter()
            .map(|labels| usize::from(discrepancy(&kernel, labels, [n, m]) >= observed))
            .sum();
        scores.push(Score::exact(statistic, observed, [n, m]));
        let p = (1 + beyond) as f64 / (1 + PERMUTATIONS) as f64;
        scores.push(Score::exact(p_value, p, [n, m]));
    }
    scores
}

/// The unbiased discrepancy of the rows labelled 1 from those labelled 0.
fn discrepancy(kernel: &[Vec<f32>], labels: &[f32], [n, m]: [usize; 2]) -> f64 {
    let (mut within, mut across, mut others) = (0.0_f64, 0.0_f64, 0.0_f64);
    for (i, row) in kernel.iter().enumerate() {
        let [mut ones, mut all] = [0.0_f32; 2];
        for (k, label) in row.iter().zip(labels) {
            ones += k * label;
            all += k;
        }
        let (ones, zeros, own) = (f64::from(ones), f64::from(all - ones), f64::from(row[i]));
        if labels[i] > 0.5 {
            within += ones - own;
            across += zeros;
        } else {
            others += zeros - own;
        }
    }
    let [n, m] = [n, m].map(|size| size as f64);
    within / (n * (n - 1.0)) + others / (m * (m - 1.0)) - 2.0 * across / (n * m)
}
