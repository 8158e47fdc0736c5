//! The kernel distance of two samples of features.

use faer::MatRef;
use rayon::prelude::*;

use super::error::FeatureError;
use super::score::FeatureScore;
use super::set::{Features, Number, Pair};
use crate::influence::{Influence, variance_of_mean};
use crate::score::{Metric, Score, Z95};

/// Rows of either sample that are multiplied at once.
const BLOCK: usize = 256;

/// The squared maximum mean discrepancy by the kernel `k(x, y) = (xᵀy/d + 1)³`, unbiased.
///
/// `MMD² = mean k(xᵢ, xⱼ) + mean k(yᵢ, yⱼ) − 2 mean k(xᵢ, yⱼ)`, over all pairs `i ≠ j` within a sample and all between them
/// (Gretton et al. 2012, lemma 6); with this kernel it is KID (Bińkowski et al. 2018), there averaged over subsets and often times 1,000.
/// It can be negative.
///
/// The standard error is that of the U-statistic, both orders of it: with `g` what is left of a kernel when its means over either
/// argument are taken out,
///
/// `Var = 4 Var a/n + 4 Var b/m + 2 E g²(x,x')/n(n−1) + 2 E g²(y,y')/m(m−1) + 4 E g²(x,y)/nm`,
///
/// `a(x) = E k(x,X) − E k(x,Y)` and `b` likewise, each `E g²` by its unbiased estimator (within a sample that of Székely & Rizzo 2014). So it is
/// right where the distributions are equal too, where the first two terms vanish.
///
/// # Errors
/// If a sample has fewer than four rows.
pub fn kernel<T: Number>(pair: &Pair<'_, T>) -> Result<Vec<FeatureScore>, FeatureError> {
    let sizes = pair.at_least(4, "a kernel distance and its error")?;
    let [n, m] = sizes.map(|rows| rows as f64);
    let [xx, yy] = [&pair.real, &pair.synthetic].map(|side| Sums::new(side, side).without_diagonal(side));
    let xy = Sums::new(&pair.real, &pair.synthetic);
    let value = xx.total() / (n * (n - 1.0)) + yy.total() / (m * (m - 1.0)) - 2.0 * xy.total() / (n * m);

    let influence = |within: &[f64], across: &[f64], [own, other]: [f64; 2]| {
        let mut phi: Vec<f64> =
            within.iter().zip(across).map(|(w, a)| 2.0 * (w / (own - 1.0) - a / other)).collect();
        let mean = phi.iter().sum::<f64>() / own;
        phi.iter_mut().for_each(|phi| *phi -= mean);
        phi
    };
    let real = influence(&xx.rows, &xy.rows, [n, m]);
    let synthetic = influence(&yy.rows, &xy.columns, [m, n]);
    // The influences of a sample hold the second-order terms twice, since each mean over the other rows is an estimate.
    let first = variance_of_mean(&real) + variance_of_mean(&synthetic);
    let second = 2.0 * xx.interaction_within() / (n * (n - 1.0))
        + 2.0 * yy.interaction_within() / (m * (m - 1.0))
        + 4.0 * xy.interaction_between() / (n * m);
    let error = (first - second).max(0.5 * first).sqrt();
    let mut score =
        Score::with_influence(Metric::KernelDistance, value, Influence { real, synthetic, rest: 0.0 }, sizes);
    score.standard_error = Some(error);
    score.interval = Some([value - Z95 * error, value + Z95 * error]);
    Ok(vec![FeatureScore::new(score, pair.extractor())])
}

/// Sums of a kernel over pairs of rows.
struct Sums {
    /// Of each row of the first sample, over the second.
    rows: Vec<f64>,
    /// Of each row of the second, over the first.
    columns: Vec<f64>,
    /// Of the squares.
    squares: f64,
}

impl Sums {
    fn new<T: Number>(a: &Features<'_, T>, b: &Features<'_, T>) -> Self {
        let starts: Vec<usize> = (0..a.rows()).step_by(BLOCK).collect();
        let strip = |start: usize| -> Self {
            let mine = start..(start + BLOCK).min(a.rows());
            let left = a.gather(mine.clone());
            let left = MatRef::from_row_major_slice(&left, mine.len(), a.width());
            let mut sums =
                Self { rows: vec![0.0; mine.len()], columns: Vec::with_capacity(b.rows()), squares: 0.0 };
            for start in (0..b.rows()).step_by(BLOCK) {
                let theirs = start..(start + BLOCK).min(b.rows());
                let right = b.gather(theirs.clone());
                let right = MatRef::from_row_major_slice(&right, theirs.len(), b.width());
                let products = left * right.transpose();
                for column in products.col_iter() {
                    let mut sum = 0.0;
                    for (row, &product) in sums.rows.iter_mut().zip(column.iter()) {
                        let k = cubic(product, a.width());
                        *row += k;
                        sum += k;
                        sums.squares += k * k;
                    }
                    sums.columns.push(sum);
                }
            }
            sums
        };
        let strips: Vec<Self> = starts.into_par_iter().map(strip).collect();
        let mut all = Self { rows: Vec::new(), columns: vec![0.0; b.rows()], squares: 0.0 };
        for strip in strips {
            all.rows.extend(strip.rows);
            all.columns.iter_mut().zip(strip.columns).for_each(|(sum, own)| *sum += own);
            all.squares += strip.squares;
        }
        all
    }

    /// Those of a sample with itself, over different rows only.
    fn without_diagonal<T: Number>(mut self, features: &Features<'_, T>) -> Self {
        for (row, (sum, column)) in self.rows.iter_mut().zip(&mut self.columns).enumerate() {
            let k = cubic(features.row(row).map(|x| x * x).sum(), features.width());
            *sum -= k;
            *column -= k;
            self.squares -= k * k;
        }
        self
    }

    fn total(&self) -> f64 {
        self.rows.iter().sum()
    }

    /// `E g²` of a sample with itself, unbiased: the squares of the U-centred kernel by n(n − 3).
    fn interaction_within(&self) -> f64 {
        let n = self.rows.len() as f64;
        let of_rows: f64 = self.rows.iter().map(|sum| sum * sum).sum();
        let left = self.squares - 2.0 * of_rows / (n - 2.0) + self.total().powi(2) / ((n - 1.0) * (n - 2.0));
        (left / (n * (n - 3.0))).max(0.0)
    }

    /// `E g²` of two samples, unbiased: the mean square of interaction of a two-way layout.
    fn interaction_between(&self) -> f64 {
        let [n, m] = [self.rows.len() as f64, self.columns.len() as f64];
        let of_rows: f64 = self.rows.iter().map(|sum| sum * sum).sum();
        let of_columns: f64 = self.columns.iter().map(|sum| sum * sum).sum();
        let left = self.squares - of_rows / m - of_columns / n + self.total().powi(2) / (n * m);
        (left / ((n - 1.0) * (m - 1.0))).max(0.0)
    }
}

fn cubic(product: f64, width: usize) -> f64 {
    let base = product / width as f64 + 1.0;
    base * base * base
}

#[cfg(test)]
mod tests;
