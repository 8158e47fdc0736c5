//! A network with its optimiser, trained as the library trains: shards on threads, one pass of Adam.

use burn::tensor::{Device, Tensor};
use gausswork::learner::Collective as _;
use gausswork::nn::{Adam, AdamConfig, Leaves, Params};
use gausswork::noise::{Noise, Stream};
use gausswork::train::Threads;

/// Pieces of a batch, each worked on by one thread.
pub(super) const SHARDS: usize = 2;

/// Parameters and their optimiser.
#[derive(Debug)]
pub(super) struct Network {
    /// The live weights.
    pub(super) params: Params,
    adam: Adam,
    rate: f64,
}

impl Network {
    /// A network that learns by Adam at a rate, with the betas given.
    pub(super) fn new(params: Params, rate: f64, [beta1, beta2]: [f64; 2]) -> Self {
        let config = AdamConfig { beta1, beta2, clip: f64::INFINITY, average: None, ..AdamConfig::default() };
        let adam = Adam::new(params.values(), config);
        Self { params, adam, rate }
    }

    /// One update by the gradient of the shards' losses, which add up to that of the batch; their sum.
    pub(super) fn descend(
        &mut self,
        step: u64,
        workers: &Threads,
        loss: impl Fn(&Leaves, usize) -> Tensor<1> + Sync,
    ) -> f64 {
        let device = Device::flex().autodiff();
        let params = &self.params;
        let (gradient, losses) = workers.sum(SHARDS, &|shard| {
            let leaves = params.leaves(&device);
            let loss = loss(&leaves, shard);
            let mut gradients = loss.backward();
            let gradient = params.gradient(&leaves, &mut gradients);
            (gradient, vec![loss.inner().into_scalar::<f32>().into()])
        });
        self.adam.step(step, self.rate, &gradient, self.params.values_mut(), workers);
        losses.iter().sum()
    }
}

/// Standard normals `[rows, n]` for one shard of a step.
pub(super) fn normals(
    noise: &Noise,
    step: u64,
    shard: usize,
    [rows, n]: [usize; 2],
    device: &Device,
) -> Tensor<2> {
    let mut values = vec![0.0; rows * n];
    noise.fill_normal(Stream::Latent, step * SHARDS as u64 + shard as u64, &mut values);
    Tensor::from_data(burn::tensor::TensorData::new(values, [rows, n]), device)
}
