//! What an extractor is trained for.

use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::fused::log_mass;

/// Dimensions in which images are told apart.
const DIMENSIONS: usize = 64;
/// τ, by which cosines are divided.
const TEMPERATURE: f64 = 0.2;
/// What is added to a squared length before its root is taken.
const TINY: f64 = 1e-12;
/// A logit that is as good as none.
const NEVER: f32 = -1e9;

/// What an extractor is trained for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lesson {
    /// To say which label an image has: the outputs are logits of these.
    Labels(Vec<String>),
    /// To tell images apart, where there are no labels: a distorted view of an image must be nearer to another view of the same
    /// image than to views of others (SimCLR, Chen et al. 2020, arXiv:2002.05709, eq. 1).
    Instances,
}

impl Lesson {
    /// The outputs that it takes.
    pub fn outputs(&self) -> usize {
        match self {
            Self::Labels(names) => names.len(),
            Self::Instances => DIMENSIONS,
        }
    }

    /// Views that it takes of each image.
    pub fn views(&self) -> usize {
        match self {
            Self::Labels(_) => 1,
            Self::Instances => 2,
        }
    }
}

/// `Σ −log p(label|x)` of logits `[images, labels]`, nats, and how many images have their label on top.
pub(super) fn of_labels(logits: Tensor<2>, codes: &[u32]) -> (Tensor<1>, usize) {
    let device = logits.device();
    let data = TensorData::new(codes.iter().map(|&code| i64::from(code)).collect(), [codes.len(), 1]);
    let right = top(&logits).iter().zip(codes).filter(|(top, code)| top == code).count();
    let codes = Tensor::<2, Int>::from_data(data, &device);
    (log_mass(logits, codes).sum().neg(), right)
}

/// `Σᵢ −log exp(cos(zᵢ, zⱼ)/τ) / Σ_{k≠i} exp(cos(zᵢ, z_k)/τ)` over all views, `j` the other view of the image that `i` is one of, and how
/// many of them have the other one on top; `z` is `[2 · images, dimensions]`, first one view of each image, then the other.
pub(super) fn of_instances(z: Tensor<2>) -> (Tensor<1>, usize) {
    let ([views, _], device) = (z.dims(), z.device());
    let length = z.clone().powi_scalar(2).sum_dim(1).add_scalar(TINY).sqrt();
    let z = z / length;
    let own = identity(views, &device);
    let logits = z.clone().matmul(z.transpose()).div_scalar(TEMPERATURE) + own;
    let codes: Vec<u32> = (0..views).map(|view| ((view + views / 2) % views) as u32).collect();
    of_labels(logits, &codes)
}

/// [`NEVER`] on the diagonal: no view is held against itself.
fn identity(size: usize, device: &Device) -> Tensor<2> {
    let mut values = vec![0.0; size * size];
    values.iter_mut().step_by(size + 1).for_each(|value| *value = NEVER);
    Tensor::from_data(TensorData::new(values, [size, size]), device)
}

/// The place of the greatest number of each row.
pub(super) fn top(rows: &Tensor<2>) -> Vec<u32> {
    let [_, width] = rows.dims();
    let values: Vec<f32> = rows.clone().inner().into_data().iter::<f32>().collect();
    let of_row = |row: &[f32]| {
        let best = row.iter().enumerate().fold((0, f32::NEG_INFINITY), |best, (place, &value)| {
            if value > best.1 { (place, value) } else { best }
        });
        best.0 as u32
    };
    values.chunks_exact(width.max(1)).map(of_row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(values: Vec<f32>, shape: [usize; 2]) -> Tensor<2> {
        Tensor::from_data(TensorData::new(values, shape), &Device::flex())
    }

    #[test]
    fn losses_are_those_of_the_formulas() {
        let (loss, right) = of_labels(on(vec![0.0, 3.0_f32.ln(), 0.0, 0.0], [2, 2]), &[1, 0]);
        // −log 3/4 − log 1/2; a tie is the first label's.
        assert!((loss.into_scalar::<f32>() - (8.0_f32 / 3.0).ln()).abs() < 1e-6);
        assert_eq!(right, 2);

        // Views at angles of 0°, 90°, 60° and 180°, of any length: those of one image are the first and third, second and fourth.
        let root = 3.0_f32.sqrt();
        let (loss, right) = of_instances(on(vec![2.0, 0.0, 0.0, 5.0, 1.0, root, -0.5, 0.0], [4, 2]));
        let cos = |degrees: f64| (degrees.to_radians().cos() / TEMPERATURE).exp();
        let expected: f64 = [
            (60.0, [90.0, 60.0, 180.0]),
            (90.0, [90.0, 30.0, 90.0]),
            (60.0, [60.0, 30.0, 120.0]),
            (90.0, [180.0, 90.0, 120.0]),
        ]
        .iter()
        .map(|(pair, all)| all.iter().map(|&degrees| cos(degrees)).sum::<f64>().ln() - cos(*pair).ln())
        .sum();
        assert!((f64::from(loss.into_scalar::<f32>()) - expected).abs() < 1e-4, "{expected}");
        assert_eq!(right, 2);
    }
}
