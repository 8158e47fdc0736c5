//! Mean and covariance of rows, the covariance as a factor.

use faer::{Mat, MatRef};

/// The first two moments of some rows.
///
/// The scatter `S = Σ (x − μ)(x − μ)ᵀ` is kept as a factor, `S = RᵀR`, as QR decompositions leave it.
///
/// *Stability*: `S` itself is never formed, which would square its condition; nothing is added to its diagonal, and fewer rows than features
/// are as good as any.
#[derive(Debug, Clone)]
pub(super) struct Scatter {
    pub(super) rows: usize,
    pub(super) mean: Vec<f64>,
    /// `R`, with as many rows as the scatter's rank may have.
    factor: Mat<f64>,
}

impl Scatter {
    /// Of rows of `width` numbers.
    pub(super) fn of(mut values: Vec<f64>, width: usize) -> Self {
        let rows = values.len() / width;
        let mut mean = vec![0.0; width];
        for row in values.chunks_exact(width) {
            mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        mean.iter_mut().for_each(|sum| *sum /= rows.max(1) as f64);
        for row in values.chunks_exact_mut(width) {
            row.iter_mut().zip(&mean).for_each(|(x, mean)| *x -= mean);
        }
        let centred = MatRef::from_row_major_slice(&values, rows, width);
        Self { rows, mean, factor: centred.qr().thin_R().to_owned() }
    }

    /// Of these and other rows: `S = S₁ + S₂ + δδᵀ n₁n₂/(n₁ + n₂)`, `δ = μ₂ − μ₁` (Chan, Golub & LeVeque 1983).
    pub(super) fn and(&self, other: &Self) -> Self {
        let width = self.mean.len();
        let [n, m] = [self.rows, other.rows].map(|rows| rows as f64);
        let share = m / (n + m).max(1.0);
        let apart: Vec<f64> = other.mean.iter().zip(&self.mean).map(|(b, a)| b - a).collect();
        let mean = self.mean.iter().zip(&apart).map(|(a, apart)| a + share * apart).collect();
        let [a, b] = [&self.factor, &other.factor];
        let weight = (n * share).sqrt();
        let stacked = Mat::from_fn(a.nrows() + b.nrows() + 1, width, |i, j| {
            if i < a.nrows() {
                a[(i, j)]
            } else if i < a.nrows() + b.nrows() {
                b[(i - a.nrows(), j)]
            } else {
                weight * apart[j]
            }
        });
        Self { rows: self.rows + other.rows, mean, factor: stacked.qr().thin_R().to_owned() }
    }

    /// A factor of the unbiased covariance, `RᵀR/(n − 1)`.
    pub(super) fn covariance_factor(&self) -> Mat<f64> {
        let scale = 1.0 / (self.rows.max(2) - 1) as f64;
        &self.factor * faer::Scale(scale.sqrt())
    }
}
