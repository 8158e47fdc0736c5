//! Where rows are along a few fixed directions, and how far they spread.

use burn::tensor::{Device, Tensor, TensorData};

use super::model::{Data, Gan};
use crate::noise::{Noise, Stream};

/// Most directions along which samples are followed.
pub(super) const DIRECTIONS: usize = 8;
/// Rows from which the data's means and standard deviations along the directions are taken.
const ROWS: usize = 4096;

/// Fixed directions in the space that the discriminator sees, and where the data are along them.
///
/// Of at most eight numbers these are the axes; of more, eight directions drawn once from N(0, I).
#[derive(Debug, Clone)]
pub(super) struct Directions {
    /// `[width, count]`.
    weights: Vec<f32>,
    width: usize,
    /// The data's mean along each.
    centre: Vec<f64>,
    /// The data's standard deviation along each; 1 where it is 0.
    scale: Vec<f64>,
}

impl Directions {
    /// Directions for the rows of a game, measured on `rows` of its data, evenly chosen.
    pub(super) fn new(gan: &Gan, data: Data<'_>, rows: &[u32], noise: &Noise) -> Self {
        // What a row is told is no place of it.
        let width = gan.seen_width() - gan.condition_width();
        let count = width.min(DIRECTIONS);
        let mut weights = vec![0.0; width * count];
        if width > count {
            noise.fill_normal(Stream::Init, u64::MAX - 1, &mut weights);
        } else {
            (0..count).for_each(|axis| weights[axis * count + axis] = 1.0);
        }
        let mut new = Self { weights, width, centre: vec![0.0; count], scale: vec![1.0; count] };
        let some = rows.len().min(ROWS);
        let rows: Vec<u32> = (0..some).map(|i| rows[i * rows.len() / some]).collect();
        if rows.is_empty() || width == 0 {
            return new;
        }
        let along: Vec<f64> = new.along(gan.real(data, &rows, &Device::flex())).to_data().iter().collect();
        let mean = |direction: usize, f: &dyn Fn(f64) -> f64| {
            along.iter().skip(direction).step_by(count).map(|&x| f(x)).sum::<f64>() / some as f64
        };
        for direction in 0..count {
            let centre = mean(direction, &|x| x);
            let deviation = mean(direction, &|x| (x - centre).powi(2)).sqrt();
            new.centre[direction] = centre;
            new.scale[direction] = if deviation > 0.0 { deviation } else { 1.0 };
        }
        new
    }

    /// How many.
    pub(super) fn count(&self) -> usize {
        self.centre.len()
    }

    /// `x · d` for each row and direction, `[rows, count]`.
    fn along(&self, x: Tensor<2>) -> Tensor<2> {
        let shape = [self.width, self.count()];
        let weights = Tensor::<2>::from_data(TensorData::new(self.weights.clone(), shape), &x.device());
        x.narrow(1, 0, self.width).matmul(weights)
    }

    /// Sums over the rows of `x: [rows, width]`, for [`Directions::position`].
    pub(super) fn sums(&self, x: Tensor<2>) -> Vec<f64> {
        self.along(x).sum_dim(0).into_data().iter().collect()
    }

    /// The means of rows from their sums, from the data's mean and in the data's standard deviations.
    pub(super) fn position<'a>(&'a self, sums: &'a [f64], rows: usize) -> impl Iterator<Item = f64> + 'a {
        let places = self.centre.iter().zip(&self.scale).zip(sums);
        places.map(move |((centre, scale), sum)| (sum / rows.max(1) as f64 - centre) / scale)
    }
}

/// `Σ ‖x‖²` and `Σ x` over the rows of `x: [rows, width]`, `1 + width` numbers, for [`spread`].
pub(super) fn moments(x: &Tensor<2>) -> Vec<f64> {
    let squares = x.clone().square().sum_dim(1).into_data().iter::<f64>().sum();
    let mut out = vec![squares];
    out.extend(x.clone().sum_dim(0).into_data().iter::<f64>());
    out
}

/// `√Σ_j var(x_j)` of rows from the sums of their moments.
pub(super) fn spread(moments: &[f64], rows: usize) -> f64 {
    let n = rows.max(1) as f64;
    let Some((squares, sums)) = moments.split_first() else { return 0.0 };
    let of_mean: f64 = sums.iter().map(|sum| (sum / n).powi(2)).sum();
    // Rounding must not make a variance negative.
    (squares / n - of_mean).max(0.0).sqrt()
}
