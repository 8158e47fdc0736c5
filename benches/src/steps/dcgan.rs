//! W2: a generative adversarial network of images (Radford et al. 2016), 32×32×1.
//!
//! Generator: z of 100, a linear layer to 256×4×4 (a transposed convolution of one pixel), transposed convolutions of 4×4 with
//! stride 2 to 128×8×8, 64×16×16 and 1×32×32, batch normalisation and ReLU between them, tanh at the end. Critic: convolutions of
//! 4×4 with stride 2 to 64×16×16, 128×8×8 and 256×4×4, then one of 4×4, which is a linear layer, to a logit; LeakyReLU .2, batch
//! normalisation but after the first. Batch 64; log-loss from logits; Adam 2e-4 (.5, .999). A step is one of the critic, on real
//! images and on generated ones, each normalised by itself, and one of the generator, on the same latents: their images are made
//! again, which PyTorch need not do. Batch normalisation takes the moments of a shard here, of the batch in PyTorch; running
//! moments, which training does not read, are kept there only. The data are 8,192 images of uniform noise on (−1, 1).

use burn::tensor::{Device, Tensor};
use gausswork::fused::{Activation, Window, bernoulli_loss};
use gausswork::nn::{BatchNorm, Conv2d, ConvConfig, ConvTranspose2d, Leaves, Linear, Params};
use gausswork::noise::Noise;
use gausswork::train::Threads;

use super::network::{Network, SHARDS, normals};
use super::rows::Rows;
use super::workload::{Setting, Step, Stepper, Workload};

const LATENT: usize = 100;
const SIDE: usize = 32;
const BATCH: usize = 64;
const LEAKY: Activation = Activation::LeakyRelu(0.2);
/// Numbers of the smallest features, 4×4×256.
const FEATURES: usize = 4 * 4 * 256;

fn conv(channels: usize, features: usize, bias: bool) -> ConvConfig {
    ConvConfig { channels, features, window: Window::square(4, 2, 1), bias, gain: 1.0 }
}

/// A latent to an image in [−1, 1].
struct Generator {
    start: Linear,
    up: [ConvTranspose2d; 3],
    norms: [BatchNorm; 3],
}

impl Generator {
    fn new(p: &mut Params, noise: &Noise) -> Self {
        let start = Linear::new(p, "start", [LATENT, FEATURES], 1.0, noise);
        let up = [
            ConvTranspose2d::new(p, "up.0", conv(128, 256, false), noise),
            ConvTranspose2d::new(p, "up.1", conv(64, 128, false), noise),
            ConvTranspose2d::new(p, "up.2", conv(1, 64, true), noise),
        ];
        let norms =
            [256, 128, 64].map(|n| BatchNorm::new(p, &format!("norm.{n}"), n, Activation::Relu, noise));
        Self { start, up, norms }
    }

    fn forward(&self, leaves: &Leaves, z: Tensor<2>) -> Tensor<4> {
        let rows = z.dims()[0];
        let mut x: Tensor<4> = self.start.forward(leaves, z).reshape([rows, 4, 4, 256]);
        for (i, (norm, up)) in self.norms.iter().zip(&self.up).enumerate() {
            let last = if i == 2 { Activation::Tanh } else { Activation::Identity };
            x = up.forward(leaves, norm.train(leaves, x).0, [8 << i; 2], last);
        }
        x
    }
}

/// An image to the logit of its being real.
struct Critic {
    down: [Conv2d; 3],
    norms: [BatchNorm; 2],
    end: Linear,
}

impl Critic {
    fn new(p: &mut Params, noise: &Noise) -> Self {
        let down = [
            Conv2d::new(p, "down.0", conv(1, 64, true), noise),
            Conv2d::new(p, "down.1", conv(64, 128, false), noise),
            Conv2d::new(p, "down.2", conv(128, 256, false), noise),
        ];
        let norms = [128, 256].map(|n| BatchNorm::new(p, &format!("norm.{n}"), n, LEAKY, noise));
        Self { down, norms, end: Linear::new(p, "end", [FEATURES, 1], 1.0, noise) }
    }

    /// A shard's part of the mean loss over the batch, if all its images are real (1) or none is (0).
    fn loss(&self, leaves: &Leaves, images: Tensor<4>, real: f32) -> Tensor<1> {
        let rows = images.dims()[0];
        let mut x = self.down[0].forward(leaves, images, LEAKY);
        for (down, norm) in self.down[1..].iter().zip(&self.norms) {
            (x, _) = norm.train(leaves, down.forward(leaves, x, Activation::Identity));
        }
        let logits = self.end.forward(leaves, x.reshape([rows, FEATURES]));
        let targets = Tensor::full(logits.dims(), real, &logits.device());
        bernoulli_loss(logits, targets).sum().div_scalar(BATCH as f64)
    }
}

struct Dcgan {
    networks: [Network; 2],
    generator: Generator,
    critic: Critic,
    rows: Rows,
    noise: Noise,
}

pub(super) fn make(setting: &Setting) -> anyhow::Result<Box<dyn Workload>> {
    let noise = Noise::new(0);
    let (mut params, mut judge) = (Params::default(), Params::default());
    let (generator, critic) = (Generator::new(&mut params, &noise), Critic::new(&mut judge, &noise));
    let networks = [params, judge].map(|params| Network::new(params, 2e-4, [0.5, 0.999]));
    let rows = Rows::new(SIDE * SIDE, &noise, |image| image.iter_mut().for_each(|x| *x = 2.0 * *x - 1.0));
    Ok(Box::new(Stepper::new(Dcgan { networks, generator, critic, rows, noise }, setting)?))
}

impl Step for Dcgan {
    fn step(&mut self, step: u64, workers: &Threads) -> f64 {
        let Self { networks: [player, judge], generator, critic, rows, noise } = self;
        let (tracked, plain) = (Device::flex().autodiff(), Device::flex());
        let generate = |leaves: &Leaves, shard: usize| {
            generator.forward(leaves, normals(noise, step, shard, [BATCH / SHARDS, LATENT], &leaves.device()))
        };
        let weights = &player.params;
        judge.descend(step, workers, |leaves, shard| {
            let fake = generate(&weights.leaves(&plain), shard).autodiff();
            let real = rows.shard(step, BATCH, shard, &tracked).reshape([BATCH / SHARDS, SIDE, SIDE, 1]);
            critic.loss(leaves, real, 1.0) + critic.loss(leaves, fake, 0.0)
        });
        let weights = &judge.params;
        player.descend(step, workers, |leaves, shard| {
            // Constants here: the critic learns nothing from the generator's step.
            critic.loss(&weights.leaves(&plain), generate(leaves, shard), 1.0)
        })
    }
}
