//! W3: a generative adversarial network of tables in the manner of CTGAN (Xu et al. 2019), without conditions or penalty.
//!
//! Generator: z of 128, two residual blocks `[relu(norm(L x)), x]` of 256 (so 384 and 640 wide), a linear layer to the 150
//! numbers of `columns.rs`; tanh of the reals, Gumbel-softmax (τ = .2) of the spans. Critic: 10 rows side by side, 1500-256-256-1,
//! LeakyReLU .2, dropout .5. Batch 500; the critic maximises `mean D(real) − mean D(fake)`, the generator `mean D(fake)`
//! on rows drawn anew; Adam 2e-4 (.5, .9) for each. Batch normalisation takes the moments of a shard here, of the batch in
//! PyTorch; running moments, which training does not read, are kept there only.

use burn::tensor::{Device, Tensor, TensorData};
use gausswork::fused::{Activation, activate as activated, spans_softmax};
use gausswork::nn::{BatchNorm, Leaves, Linear, Params};
use gausswork::noise::{Noise, Stream};
use gausswork::train::Threads;

use super::columns::{REALS, WIDTH, encode, spans};
use super::network::{Network, SHARDS, normals};
use super::rows::Rows;
use super::workload::{Setting, Step, Stepper, Workload};

const LATENT: usize = 128;
pub(super) const HIDDEN: usize = 256;
pub(super) const PAC: usize = 10;
pub(super) const BATCH: usize = 500;
const TAU: f32 = 0.2;

/// A linear layer, batch normalisation and ReLU beside the input.
struct Block {
    linear: Linear,
    norm: BatchNorm,
}

impl Block {
    fn new(params: &mut Params, name: &str, input: usize, noise: &Noise) -> Self {
        let linear = Linear::new(params, name, [input, HIDDEN], 1.0, noise);
        let norm = BatchNorm::new(params, &format!("{name}.norm"), HIDDEN, Activation::Relu, noise);
        Self { linear, norm }
    }

    fn forward(&self, leaves: &Leaves, x: Tensor<2>) -> Tensor<2> {
        let (y, _) = self.norm.train(leaves, self.linear.forward(leaves, x.clone()));
        Tensor::cat(vec![y, x], 1)
    }
}

/// CTGAN's generator.
pub(super) struct Generator {
    blocks: [Block; 2],
    output: Linear,
}

impl Generator {
    pub(super) fn new(params: &mut Params, noise: &Noise) -> Self {
        let blocks = [
            Block::new(params, "block.0", LATENT, noise),
            Block::new(params, "block.1", LATENT + HIDDEN, noise),
        ];
        let output = Linear::new(params, "output", [LATENT + 2 * HIDDEN, WIDTH], 1.0, noise);
        Self { blocks, output }
    }

    /// A shard of generated rows, `[BATCH / SHARDS, WIDTH]`.
    pub(super) fn generate(&self, leaves: &Leaves, noise: &Noise, draw: u64, shard: usize) -> Tensor<2> {
        let z = normals(noise, draw, shard, [BATCH / SHARDS, LATENT], &leaves.device());
        let hidden = self.blocks.iter().fold(z, |x, block| block.forward(leaves, x));
        activate(self.output.forward(leaves, hidden), noise, address(draw, shard, 0))
    }
}

struct Ctgan {
    generator: Network,
    critic: Network,
    of: Generator,
    layers: [Linear; 3],
    rows: Rows,
    noise: Noise,
}

pub(super) fn make(setting: &Setting) -> anyhow::Result<Box<dyn Workload>> {
    let noise = Noise::new(0);
    let (mut params, mut judge) = (Params::default(), Params::default());
    let of = Generator::new(&mut params, &noise);
    let mut layer = |name: &str, shape| Linear::new(&mut judge, name, shape, 1.0, &noise);
    let layers = [layer("0", [PAC * WIDTH, HIDDEN]), layer("1", [HIDDEN, HIDDEN]), layer("2", [HIDDEN, 1])];
    let [generator, critic] = [params, judge].map(|params| Network::new(params, 2e-4, [0.5, 0.9]));
    let rows = Rows::new(WIDTH, &noise, encode);
    let gan = Ctgan { generator, critic, of, layers, rows, noise };
    Ok(Box::new(Stepper::new(gan, setting)?))
}

impl Step for Ctgan {
    fn step(&mut self, step: u64, workers: &Threads) -> f64 {
        let Self { generator, critic, of, layers, rows, noise } = self;
        let (tracked, plain) = (Device::flex().autodiff(), Device::flex());
        let generate = |leaves: &Leaves, draw: u64, shard: usize| of.generate(leaves, noise, draw, shard);
        // The sum of the scores of the groups of rows.
        let judge = |leaves: &Leaves, x: Tensor<2>, draw: u64, shard: usize, part: u64| {
            let [n, _] = x.dims();
            let mut x = x.reshape([n / PAC, PAC * WIDTH]);
            for (i, layer) in layers[..2].iter().enumerate() {
                x = layer.activated(leaves, x, Activation::LeakyRelu(0.2));
                x = drop_half(x, noise, address(draw, shard, 1 + 2 * part + i as u64));
            }
            layers[2].forward(leaves, x).sum()
        };
        let groups = (BATCH / PAC) as f64;
        let generator_params = &generator.params;
        critic.descend(step, workers, |leaves, shard| {
            let fake = generate(&generator_params.leaves(&plain), 2 * step, shard).autodiff();
            let real = rows.shard(step, BATCH, shard, &tracked);
            let gap = judge(leaves, fake, 2 * step, shard, 0) - judge(leaves, real, 2 * step, shard, 1);
            gap.div_scalar(groups)
        });
        let critic_params = &critic.params;
        generator.descend(step, workers, |leaves, shard| {
            let fake = generate(leaves, 2 * step + 1, shard);
            // Constants here: the critic learns nothing from the generator's step.
            let constants = critic_params.leaves(&plain);
            judge(&constants, fake, 2 * step + 1, shard, 0).div_scalar(-groups)
        })
    }
}

/// Where a shard's draws of one purpose lie.
pub(super) fn address(draw: u64, shard: usize, purpose: u64) -> u64 {
    (draw * SHARDS as u64 + shard as u64) * 8 + purpose
}

fn drop_half(x: Tensor<2>, noise: &Noise, address: u64) -> Tensor<2> {
    let [rows, columns] = x.dims();
    let mut kept = vec![0.0; rows * columns];
    noise.fill_uniform(Stream::Latent, address, &mut kept);
    kept.iter_mut().for_each(|u| *u = if *u < 0.5 { 0.0 } else { 2.0 });
    let kept = Tensor::from_data(TensorData::new(kept, [rows, columns]), &x.device());
    x * kept
}

/// tanh of the reals, Gumbel-softmax of the spans.
fn activate(output: Tensor<2>, noise: &Noise, address: u64) -> Tensor<2> {
    let [rows, _] = output.dims();
    let real = activated(output.clone().narrow(1, 0, REALS), Activation::Tanh);
    let logits = output.narrow(1, REALS, WIDTH - REALS);
    let mut gumbel = vec![0.0; rows * (WIDTH - REALS)];
    noise.fill_gumbel(Stream::Latent, address, &mut gumbel);
    let gumbel: Tensor<2> = Tensor::from_data(TensorData::new(gumbel, logits.dims()), &logits.device());
    let lengths: Vec<usize> = spans().map(|(_, length)| length).collect();
    Tensor::cat(vec![real, spans_softmax(logits + gumbel, &lengths, TAU)], 1)
}
