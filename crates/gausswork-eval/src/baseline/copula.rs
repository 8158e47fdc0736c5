use rand::RngExt as _;
use rand_distr::{Distribution as _, StandardNormal};
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF as _, Normal};

use crate::frame::{Frame, MISSING, Values};
use crate::random::{Draws, Purpose};

/// A Gaussian copula: every column's own distribution, and correlated normal scores between them.
///
/// `x_j = F_j⁻¹(Φ(z_j))`, `z ~ N(0, R)`, with `R` the correlation of the real rows' normal scores (Nelsen 2006, *An
/// Introduction to Copulas*, §2.3). Ties, labels and missing cells take a random place within their stretch of (0, 1).
#[must_use]
pub fn copula(real: &Frame, rows: usize, seed: u64) -> Frame {
    let mut draws = Draws::new(seed, Purpose::Copula);
    let margins: Vec<Margin> = real.columns.par_iter().map(Margin::new).collect();
    let normal = Normal::standard();
    let places: Vec<Vec<f64>> = (margins.iter())
        .map(|margin| (0..real.rows).map(|row| margin.place(row, draws.rng.random())).collect())
        .collect();
    let scores: Vec<Vec<f64>> = (places.par_iter())
        .map(|places| standardised(places.iter().map(|&u| normal.inverse_cdf(u)).collect()))
        .collect();
    let root = cholesky(&correlations(&scores));
    let noise: Vec<f64> = (0..rows * margins.len()).map(|_| StandardNormal.sample(&mut draws.rng)).collect();
    let column = |(j, margin): (usize, &Margin)| {
        let weights = &root[j];
        let score = |noise: &[f64]| weights.iter().zip(noise).map(|(w, g)| w * g).sum::<f64>();
        margin.values(noise.chunks_exact(margins.len()).map(|g| normal.cdf(score(g))))
    };
    Frame { rows, columns: margins.par_iter().enumerate().map(column).collect() }
}

/// A column's rows in ascending order, missing cells first.
struct Margin<'a> {
    values: &'a Values,
    order: Vec<u32>,
    /// For each row: where its stretch of equal cells begins, and how long it is.
    stretch: Vec<[u32; 2]>,
}

impl<'a> Margin<'a> {
    fn new(values: &'a Values) -> Self {
        let key = |row: u32| match values {
            Values::Numbers(values) => {
                let x = values[row as usize];
                if x.is_nan() { f64::NEG_INFINITY } else { x + 0.0 }
            }
            Values::Codes(codes) => match codes[row as usize] {
                MISSING => f64::NEG_INFINITY,
                code => f64::from(code),
            },
        };
        let rows = match values {
            Values::Numbers(values) => values.len(),
            Values::Codes(codes) => codes.len(),
        };
        let mut order: Vec<u32> = (0..rows as u32).collect();
        order.sort_unstable_by(|&a, &b| key(a).total_cmp(&key(b)).then(a.cmp(&b)));
        let mut stretch = vec![[0; 2]; rows];
        let mut first = 0;
        for run in order.chunk_by(|&a, &b| key(a) == key(b)) {
            run.iter().for_each(|&row| stretch[row as usize] = [first, run.len() as u32]);
            first += run.len() as u32;
        }
        Self { values, order, stretch }
    }

    /// A place of a row in (0, 1), within its stretch.
    fn place(&self, row: usize, uniform: f64) -> f64 {
        let [first, length] = self.stretch[row].map(f64::from);
        let n = self.order.len() as f64;
        ((first + uniform * length) / n).clamp(0.5 / n / n, 1.0 - 0.5 / n / n)
    }

    /// The cells at places in (0, 1).
    fn values(&self, places: impl Iterator<Item = f64>) -> Values {
        let n = self.order.len();
        let rows: Vec<u32> = places.map(|u| self.order[((u * n as f64) as usize).min(n - 1)]).collect();
        self.values.take(&rows)
    }
}

fn standardised(mut values: Vec<f64>) -> Vec<f64> {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation =
        (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt().max(f64::MIN_POSITIVE);
    values.iter_mut().for_each(|x| *x = (*x - mean) / deviation);
    values
}

fn correlations(scores: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / a.len().max(1) as f64;
    (0..scores.len())
        .into_par_iter()
        .map(|i| (0..=i).map(|j| if i == j { 1.0 } else { dot(&scores[i], &scores[j]) }).collect())
        .collect()
}

/// The lower root of a correlation matrix given by its lower triangle. Columns that others determine leave a pivot of
/// rounding; it counts as the least variance that keeps the root real.
fn cholesky(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut root: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for (i, row) in matrix.iter().enumerate() {
        let mut own: Vec<f64> = Vec::with_capacity(i + 1);
        for (j, &value) in row.iter().enumerate() {
            let done: f64 = if j < i {
                own.iter().zip(&root[j]).map(|(a, b)| a * b).sum()
            } else {
                own.iter().map(|a| a * a).sum()
            };
            let rest = value - done;
            own.push(if j < i { rest / root[j][j] } else { rest.max(1e-9).sqrt() });
        }
        root.push(own);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_multiplies_back() {
        let matrix = vec![vec![1.0], vec![0.5, 1.0], vec![-0.25, 0.125, 1.0]];
        let root = cholesky(&matrix);
        for (i, row) in matrix.iter().enumerate() {
            for (j, &value) in row.iter().enumerate() {
                let product: f64 = root[i].iter().zip(&root[j]).map(|(a, b)| a * b).sum();
                assert!((product - value).abs() < 1e-15, "{i} {j}");
            }
        }
    }
}
