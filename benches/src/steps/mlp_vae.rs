//! W1: the variational autoencoder of images of digits that every tutorial has.
//!
//! 784-512-512-(2×32)-512-512-784, ReLU, Bernoulli likelihood from logits, closed-form rate; batch 128; Adam
//! 1e-3 (.9, .999). The data are 8,192 rows of 784 coin flips, 1 with probability .3.

use burn::tensor::Device;
use gausswork::fused::bernoulli_loss;
use gausswork::nn::Params;
use gausswork::noise::Noise;
use gausswork::train::Threads;

use super::network::{Network, SHARDS, normals};
use super::rows::Rows;
use super::vae::Mlps;
use super::workload::{Setting, Step, Stepper, Workload};

const DATA: usize = 784;
const LATENT: usize = 32;
const BATCH: usize = 128;

struct MlpVae {
    network: Network,
    mlps: Mlps,
    rows: Rows,
    noise: Noise,
}

pub(super) fn make(setting: &Setting) -> anyhow::Result<Box<dyn Workload>> {
    let noise = Noise::new(0);
    let mut params = Params::default();
    let mlps = Mlps::new(&mut params, [DATA, 512, LATENT], &noise);
    let rows = Rows::new(DATA, &noise, |row| row.iter_mut().for_each(|x| *x = f32::from(u8::from(*x < 0.3))));
    let network = Network::new(params, 1e-3, [0.9, 0.999]);
    Ok(Box::new(Stepper::new(MlpVae { network, mlps, rows, noise }, setting)?))
}

impl Step for MlpVae {
    fn step(&mut self, step: u64, workers: &Threads) -> f64 {
        let Self { network, mlps, rows, noise } = self;
        let device = Device::flex().autodiff();
        network.descend(step, workers, |leaves, shard| {
            let x = rows.shard(step, BATCH, shard, &device);
            let epsilon = normals(noise, step, shard, [BATCH / SHARDS, LATENT], &device);
            let (posterior, logits) = mlps.forward(leaves, x.clone(), epsilon);
            let distortion = bernoulli_loss(logits, x).sum();
            (distortion + posterior.kl_from_standard().sum()).div_scalar(BATCH as f64)
        })
    }
}
