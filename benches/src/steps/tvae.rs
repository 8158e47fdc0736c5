//! W4: a variational autoencoder of tables in the manner of TVAE (Xu et al. 2019).
//!
//! 150-128-128-(2×128)-128-128-150, ReLU, on the encoded columns of `columns.rs`; batch 500; Adam 1e-3 (.9, .999). A real
//! number costs `½((x − tanh y)/σ)² + log σ` with a learned σ per column, a span its cross-entropy; the rate is closed.

use burn::tensor::{Device, Tensor};
use gausswork::fused::spans_loss;
use gausswork::nn::{Init, Leaves, ParamId, Params};
use gausswork::noise::Noise;
use gausswork::train::Threads;

use super::columns::{REALS, WIDTH, encode, spans};
use super::network::{Network, SHARDS, normals};
use super::rows::Rows;
use super::vae::Mlps;
use super::workload::{Setting, Step, Stepper, Workload};

const LATENT: usize = 128;
const BATCH: usize = 500;

struct Tvae {
    network: Network,
    mlps: Mlps,
    log_sigma: ParamId,
    rows: Rows,
    noise: Noise,
}

pub(super) fn make(setting: &Setting) -> anyhow::Result<Box<dyn Workload>> {
    let noise = Noise::new(0);
    let mut params = Params::default();
    let mlps = Mlps::new(&mut params, [WIDTH, 128, LATENT], &noise);
    let log_sigma = params.add("log_sigma", &[REALS], Init::Values(vec![-2.3; REALS]), &noise);
    let rows = Rows::new(WIDTH, &noise, encode);
    let network = Network::new(params, 1e-3, [0.9, 0.999]);
    Ok(Box::new(Stepper::new(Tvae { network, mlps, log_sigma, rows, noise }, setting)?))
}

impl Step for Tvae {
    fn step(&mut self, step: u64, workers: &Threads) -> f64 {
        let Self { network, mlps, log_sigma, rows, noise } = self;
        let device = Device::flex().autodiff();
        network.descend(step, workers, |leaves, shard| {
            let x = rows.shard(step, BATCH, shard, &device);
            let epsilon = normals(noise, step, shard, [BATCH / SHARDS, LATENT], &device);
            let (posterior, output) = mlps.forward(leaves, x.clone(), epsilon);
            let distortion = distortion(leaves, *log_sigma, x, output);
            (distortion + posterior.kl_from_standard().sum()).div_scalar(BATCH as f64)
        })
    }
}

/// `−log p(x|z)` up to a constant, summed over rows and columns.
fn distortion(leaves: &Leaves, log_sigma: ParamId, x: Tensor<2>, output: Tensor<2>) -> Tensor<1> {
    let [rows, _] = x.dims();
    let part = |first, length| (x.clone().narrow(1, first, length), output.clone().narrow(1, first, length));
    let (real, mean) = part(0, REALS);
    let log_sigma = leaves.get::<1>(log_sigma).reshape([1, REALS]);
    let standard = (real - mean.tanh()) * log_sigma.clone().neg().exp();
    let sum = standard.powi_scalar(2).mul_scalar(0.5).sum() + log_sigma.sum().mul_scalar(rows as f64);
    let (one_hot, logits) = part(REALS, WIDTH - REALS);
    let lengths: Vec<usize> = spans().map(|(_, length)| length).collect();
    sum + spans_loss(logits, one_hot, &lengths).sum()
}
