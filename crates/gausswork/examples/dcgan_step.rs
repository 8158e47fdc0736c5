//! Steps per second of a small DCGAN: images of 32 × 32 × 1, 64, 128 and 256 channels, batch 64 in two shards, one step of the
//! discriminator and one of the generator, Adam for each.
//!
//! `cargo run --release --example dcgan_step [steps]`

use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};
use gausswork::fused::{Activation, Window, bernoulli_loss};
use gausswork::learner::Collective;
use gausswork::nn::{
    Adam, AdamConfig, BatchNorm, Conv2d, ConvConfig, ConvTranspose2d, Leaves, Linear, Params,
};
use gausswork::noise::{Noise, Stream};
use gausswork::train::Threads;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LATENT: usize = 64;
const BATCH: usize = 64;
const SHARDS: usize = 2;
const ROWS: usize = BATCH / SHARDS;
const LEAKY: Activation = Activation::LeakyRelu(0.2);

fn conv(channels: usize, features: usize, bias: bool) -> ConvConfig {
    ConvConfig { channels, features, window: Window::square(4, 2, 1), bias, gain: 1.0 }
}

/// A latent to an image in [−1, 1].
struct Generator {
    params: Params,
    start: Linear,
    up: [ConvTranspose2d; 3],
    norms: [BatchNorm; 3],
}

impl Generator {
    fn new(noise: &Noise) -> Self {
        let mut params = Params::default();
        let p = &mut params;
        let start = Linear::new(p, "start", [LATENT, 4 * 4 * 256], 1.0, noise);
        let up = [
            ConvTranspose2d::new(p, "up.0", conv(128, 256, false), noise),
            ConvTranspose2d::new(p, "up.1", conv(64, 128, false), noise),
            ConvTranspose2d::new(p, "up.2", conv(1, 64, true), noise),
        ];
        let norm =
            |p: &mut Params, n: usize| BatchNorm::new(p, &format!("norm.{n}"), n, Activation::Relu, noise);
        let norms = [norm(p, 256), norm(p, 128), norm(p, 64)];
        Self { params, start, up, norms }
    }

    /// The images, and the sums of the normalisations' moments.
    fn forward(&self, leaves: &Leaves, z: Tensor<2>) -> (Tensor<4>, Vec<f64>) {
        let rows = z.dims()[0];
        let mut sums = Vec::new();
        let mut x: Tensor<4> = self.start.forward(leaves, z).reshape([rows, 4, 4, 256]);
        for (i, (norm, up)) in self.norms.iter().zip(&self.up).enumerate() {
            let size = 4 << i;
            let (normal, moments) = norm.train(leaves, x);
            sums.extend(norm.sums(moments, rows * size * size));
            let last = if i == 2 { Activation::Tanh } else { Activation::Identity };
            x = up.forward(leaves, normal, [2 * size; 2], last);
        }
        (x, sums)
    }

    fn update(&mut self, mut sums: &[f64], rows: usize) {
        for (i, norm) in self.norms.iter().enumerate() {
            let size = 4 << i;
            let (own, rest) = sums.split_at(2 * (256 >> i));
            norm.update(&mut self.params, own, rows * size * size);
            sums = rest;
        }
    }
}

/// An image to the logit of its being real.
struct Discriminator {
    params: Params,
    down: [Conv2d; 3],
    norms: [BatchNorm; 2],
    end: Linear,
}

impl Discriminator {
    fn new(noise: &Noise) -> Self {
        let mut params = Params::default();
        let p = &mut params;
        let down = [
            Conv2d::new(p, "down.0", conv(1, 64, true), noise),
            Conv2d::new(p, "down.1", conv(64, 128, false), noise),
            Conv2d::new(p, "down.2", conv(128, 256, false), noise),
        ];
        let norm = |p: &mut Params, n: usize| BatchNorm::new(p, &format!("norm.{n}"), n, LEAKY, noise);
        let norms = [norm(p, 128), norm(p, 256)];
        let end = Linear::new(p, "end", [4 * 4 * 256, 1], 1.0, noise);
        Self { params, down, norms, end }
    }

    fn forward(&self, leaves: &Leaves, x: Tensor<4>) -> Tensor<2> {
        let rows = x.dims()[0];
        let mut x = self.down[0].forward(leaves, x, LEAKY);
        for (down, norm) in self.down[1..].iter().zip(&self.norms) {
            (x, _) = norm.train(leaves, down.forward(leaves, x, Activation::Identity));
        }
        self.end.forward(leaves, x.reshape([rows, 4 * 4 * 256]))
    }
}

/// Mean loss over the batch if all these rows are real (1) or none is (0).
fn loss(logits: Tensor<2>, real: f32) -> Tensor<1> {
    let targets = Tensor::full(logits.dims(), real, &logits.device());
    bernoulli_loss(logits, targets).sum() / BATCH as f32
}

fn value(x: &Tensor<1>) -> f64 {
    x.clone().inner().into_scalar::<f64>()
}

/// The steps' networks, optimisers and stand-in for data.
struct Gan {
    generator: Generator,
    discriminator: Discriminator,
    optimisers: [Adam; 2],
    noise: Noise,
}

impl Gan {
    fn new(noise: Noise) -> Self {
        let (generator, discriminator) = (Generator::new(&noise), Discriminator::new(&noise));
        let config = AdamConfig { beta1: 0.5, beta2: 0.999, clip: f64::INFINITY, ..AdamConfig::default() };
        let optimisers = [&discriminator.params, &generator.params].map(|p| Adam::new(p.values(), config));
        Self { generator, discriminator, optimisers, noise }
    }

    fn latents(&self, step: u64, shard: usize, device: &Device) -> Tensor<2> {
        let mut z = vec![0.0; ROWS * LATENT];
        self.noise.fill_normal(Stream::Latent, step * SHARDS as u64 + shard as u64, &mut z);
        Tensor::from_data(TensorData::new(z, [ROWS, LATENT]), device)
    }

    /// One step of both; their losses.
    fn step(&mut self, step: u64, workers: &Threads, images: &[f32]) -> [f64; 2] {
        let (tracked, plain) = (Device::flex().autodiff(), Device::flex());
        let rate = 2e-4;
        let this = &*self;
        let (gradient, of_discriminator) = workers.sum(SHARDS, &|shard| {
            let z = this.latents(2 * step, shard, &plain);
            let (fake, _) = this.generator.forward(&this.generator.params.leaves(&plain), z);
            let leaves = this.discriminator.params.leaves(&tracked);
            let part = images[shard * ROWS * 1024..(shard + 1) * ROWS * 1024].to_vec();
            let real = Tensor::<4>::from_data(TensorData::new(part, [ROWS, 32, 32, 1]), &tracked);
            let loss = loss(this.discriminator.forward(&leaves, real), 1.0)
                + loss(this.discriminator.forward(&leaves, fake.autodiff()), 0.0);
            let mut gradients = loss.backward();
            (this.discriminator.params.gradient(&leaves, &mut gradients), vec![value(&loss)])
        });
        self.optimisers[0].step(step, rate, &gradient, self.discriminator.params.values_mut(), workers);
        let this = &*self;
        let (gradient, figures) = workers.sum(SHARDS, &|shard| {
            let z = this.latents(2 * step + 1, shard, &tracked);
            let leaves = this.generator.params.leaves(&tracked);
            let (fake, sums) = this.generator.forward(&leaves, z);
            // The discriminator's weights are constants here: their gradients are not computed.
            let judge = this.discriminator.params.leaves(&plain);
            let loss = loss(this.discriminator.forward(&judge, fake), 1.0);
            let mut gradients = loss.backward();
            let gradient = this.generator.params.gradient(&leaves, &mut gradients);
            (gradient, [value(&loss)].into_iter().chain(sums).collect())
        });
        self.optimisers[1].step(step, rate, &gradient, self.generator.params.values_mut(), workers);
        self.generator.update(&figures[1..], BATCH);
        [of_discriminator[0], figures[0]]
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let steps: u64 = std::env::args().nth(1).map_or(Ok(20), |n| n.parse())?;
    let noise = Noise::new(1);
    let mut images = vec![0.0; BATCH * 32 * 32];
    noise.fill_uniform(Stream::Test, 0, &mut images);
    images.iter_mut().for_each(|x| *x = 2.0 * *x - 1.0);
    let workers = Threads::new(2)?;
    let mut gan = Gan::new(noise);
    let mut losses = [0.0; 2];
    for step in 0..3 {
        losses = gan.step(step, &workers, &images);
    }
    println!("losses after 3 steps: {losses:?}");
    let start = Instant::now();
    for step in 3..3 + steps {
        losses = gan.step(step, &workers, &images);
    }
    let rate = steps as f64 / start.elapsed().as_secs_f64();
    println!("{rate:.2} steps/s, losses {losses:?}");
    Ok(())
}
