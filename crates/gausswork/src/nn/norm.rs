//! Normalisation over the batch and over the features.

use burn::tensor::Tensor;

use super::params::{Init, Leaves, ParamId, Params};
use crate::fused::{Activation, Normalisation, batch_norm, batch_norm_by, layer_norm};
use crate::noise::Noise;

/// Whether a network is learning or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Learning: normalisation by the batch.
    Train,
    /// Used: normalisation by running moments.
    Evaluate,
}

/// Batch normalisation over the last dimension (Ioffe & Szegedy 2015), with an activation.
///
/// While training, each shard normalises by the mean and the variance of its own rows (all positions of its images are rows), so
/// shards need not wait for each other in the middle of a step; their number is part of the model. For
/// evaluation, the moments of whole batches are averaged over steps, `r ← r + momentum · (batch − r)`: a shard hands out
/// [`BatchNorm::sums`] among its figures, those are added in shard order, and [`BatchNorm::update`] takes the total.
///
/// The running moments are an entry of [`Params`] like the weights, so that a model file and a checkpoint hold them. No
/// loss depends on them while training, hence their gradient is zero and Adam leaves them as they are, bit for bit; a
/// weight average averages them too.
#[derive(Debug, Clone)]
pub struct BatchNorm {
    /// γ, `[features]`.
    pub scale: ParamId,
    /// β, `[features]`.
    pub shift: ParamId,
    /// Running mean and variance, `[2, features]`.
    pub running: ParamId,
    /// Weight of the newest batch in the running moments.
    pub momentum: f32,
    /// What is added to the variance, and what is applied to the result.
    pub normalisation: Normalisation,
    features: usize,
}

impl BatchNorm {
    /// A layer that starts with γ = 1, β = 0, running mean 0 and variance 1.
    pub fn new(
        params: &mut Params,
        name: &str,
        features: usize,
        activation: Activation,
        noise: &Noise,
    ) -> Self {
        let start = [vec![0.0; features], vec![1.0; features]].concat();
        let ones = Init::Values(vec![1.0; features]);
        Self {
            scale: params.add(format!("{name}.scale"), &[features], ones, noise),
            shift: params.add(format!("{name}.shift"), &[features], Init::Zeros, noise),
            running: params.add(format!("{name}.running"), &[2, features], Init::Values(start), noise),
            momentum: 0.1,
            normalisation: Normalisation { epsilon: 1e-5, activation },
            features,
        }
    }

    /// Normalises by the moments of `x`, and returns them, `[2, features]`.
    pub fn train<const D: usize>(&self, leaves: &Leaves, x: Tensor<D>) -> (Tensor<D>, Tensor<2>) {
        batch_norm(x, leaves.get(self.scale), leaves.get(self.shift), self.normalisation)
    }

    /// Normalises by the running moments.
    pub fn evaluate<const D: usize>(&self, leaves: &Leaves, x: Tensor<D>) -> Tensor<D> {
        let running = leaves.get(self.running);
        batch_norm_by(x, running, leaves.get(self.scale), leaves.get(self.shift), self.normalisation)
    }

    /// From the moments of a shard of `rows` rows, `rows · m` and `rows · (v + m²)` of each feature: numbers that add up over
    /// shards.
    pub fn sums(&self, moments: Tensor<2>, rows: usize) -> Vec<f64> {
        let data = moments.into_data();
        let moments: Vec<f64> = data.iter::<f64>().collect();
        let (mean, variance) = moments.split_at(self.features.min(moments.len()));
        let rows = rows as f64;
        let squares = mean.iter().zip(variance).map(|(m, v)| rows * (v + m * m));
        mean.iter().map(|m| rows * m).chain(squares).collect()
    }

    /// Moves the running moments towards those of a batch of `rows` rows, whose [`BatchNorm::sums`] these are; the variance
    /// is the unbiased one, `rows / (rows − 1)` times the mean square deviation.
    pub fn update(&self, params: &mut Params, sums: &[f64], rows: usize) {
        if rows == 0 || sums.len() != 2 * self.features {
            return;
        }
        let (momentum, n) = (f64::from(self.momentum), rows as f64);
        let (of_mean, of_square) = sums.split_at(self.features);
        let (mean, variance) = params.get_mut(self.running).split_at_mut(self.features);
        for (i, (mean, variance)) in mean.iter_mut().zip(variance).enumerate() {
            let m = of_mean[i] / n;
            let v = (of_square[i] / n - m * m).max(0.0) * (n / (n - 1.0).max(1.0));
            let moved = |old: f32, new: f64| (f64::from(old) + momentum * (new - f64::from(old))) as f32;
            (*mean, *variance) = (moved(*mean, m), moved(*variance, v));
        }
    }
}

/// Layer normalisation over the last dimension (Ba, Kiros & Hinton 2016).
#[derive(Debug, Clone)]
pub struct LayerNorm {
    /// γ, `[features]`.
    pub scale: ParamId,
    /// β, `[features]`.
    pub shift: ParamId,
    /// ε, added to the variance.
    pub epsilon: f32,
}

impl LayerNorm {
    /// A layer that starts with γ = 1 and β = 0.
    pub fn new(params: &mut Params, name: &str, features: usize, noise: &Noise) -> Self {
        let ones = Init::Values(vec![1.0; features]);
        Self {
            scale: params.add(format!("{name}.scale"), &[features], ones, noise),
            shift: params.add(format!("{name}.shift"), &[features], Init::Zeros, noise),
            epsilon: 1e-5,
        }
    }

    /// Normalises every row along the last dimension.
    pub fn forward<const D: usize>(&self, leaves: &Leaves, x: Tensor<D>) -> Tensor<D> {
        layer_norm(x, leaves.get(self.scale), leaves.get(self.shift), self.epsilon)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Adam, AdamConfig};
    use crate::noise::Stream;
    use burn::tensor::{Device, TensorData};

    #[test]
    fn running_moments_are_those_of_the_whole_batch_and_no_optimiser_moves_them() {
        let noise = Noise::new(1);
        let mut params = Params::default();
        let mut norm = BatchNorm::new(&mut params, "norm", 3, Activation::Identity, &noise);
        norm.momentum = 1.0;
        let device = Device::flex().autodiff();
        let mut values = vec![0.0; 30];
        noise.fill_normal(Stream::Test, 0, &mut values);
        let start = params.get(norm.running).to_vec();
        let leaves = params.leaves(&device);
        // Shards of unequal size.
        let (mut sums, mut gradient) = (vec![0.0; 6], Vec::new());
        for rows in [0..6, 6..10] {
            let part = values[rows.start * 3..rows.end * 3].to_vec();
            let x = Tensor::<2>::from_data(TensorData::new(part, [rows.len(), 3]), &device);
            let (y, moments) = norm.train(&leaves, x);
            let more = norm.sums(moments, rows.len());
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            gradient = params.gradient(&leaves, &mut y.square().sum().backward());
        }
        let mut adam = Adam::new(params.values(), AdamConfig::default());
        adam.step(0, 0.1, &gradient, params.values_mut(), &crate::learner::Alone);
        assert_eq!(params.get(norm.running), start);
        assert!(params.get(norm.scale).iter().all(|&scale| scale != 1.0));
        norm.update(&mut params, &sums, 10);
        for j in 0..3 {
            let column: Vec<f64> = (0..10).map(|i| values[i * 3 + j].into()).collect();
            let m = column.iter().sum::<f64>() / 10.0;
            let v = column.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / 9.0;
            let found = params.get(norm.running);
            // A few roundings of f32 numbers of size one.
            assert!((f64::from(found[j]) - m).abs() < 1e-6 && (f64::from(found[3 + j]) - v).abs() < 1e-5);
        }
        // With these, evaluation gives what training gave on the whole batch, but for the unbiased variance.
        let leaves = params.leaves(&Device::flex());
        let x = Tensor::<2>::from_data(TensorData::new(values, [10, 3]), &Device::flex());
        let shift: Tensor<1> = leaves.get(norm.shift);
        let centred = |y: Tensor<2>| y - shift.clone().reshape([1, 3]);
        let (trained, _) = norm.train(&leaves, x.clone());
        let ratio = centred(norm.evaluate(&leaves, x)) / centred(trained);
        for ratio in ratio.into_data().iter::<f64>() {
            assert!((ratio - (9.0_f64 / 10.0).sqrt()).abs() < 1e-4, "{ratio}");
        }
    }
}
