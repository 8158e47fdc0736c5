//! Autoencoders of images through the learner of the library, as `gausswork fit` drives it: images gathered, coins flipped anew at each step,
//! noise, shards, gradient norm, clipping, Adam and weight average.
//!
//! `image-mlp` is the recipe of the importance-weighted autoencoders' tables: 784-400-(2×40)-400-784, ReLU. `image-conv` has two
//! convolutions of 4×4 with stride 2, 28×28×1 to 14×14×32 to 7×7×64, a linear layer to 2×40, and their mirror image. Batch 100; Bernoulli
//! likelihood of coin flips of the grey levels; closed-form rate; Adam 1e-3 (.9, .99), clipped at norm 5, average .999. The data are
//! 8,192 images of uniform noise.

use gausswork::data::image::{
    Channels, ImageBatch, ImageFrame, ImageSet, ImageShape, NpyNumbers, ReadImages,
};
use gausswork::data::image::{LabelShares, Range, read, write_npy};
use gausswork::learner::Learner as _;
use gausswork::nn::image::{Architecture, ImageNetwork};
use gausswork::nn::{AdamConfig, Nonlinearity};
use gausswork::noise::{Noise, Stream};
use gausswork::train::Threads;
use gausswork::vae::image::{
    EncoderGradient, ImageLearner, ImageObjective, ImageVae, ImageVaeConfig, Moments,
};

use burn::tensor::Device;

use super::network::SHARDS;
use super::workload::{Setting, Step, Stepper, Workload};

const SHAPE: ImageShape = ImageShape { height: 28, width: 28, channels: Channels::Grey };
const IMAGES: usize = 8192;
const BATCH: usize = 100;
const LATENT: usize = 40;

struct ImageVaes {
    learner: ImageLearner<'static>,
}

fn make(setting: &Setting, architecture: Architecture) -> anyhow::Result<Box<dyn Workload>> {
    let noise = Noise::new(0);
    let mut values = vec![0.0; IMAGES * SHAPE.values()];
    noise.fill_uniform(Stream::Test, 0, &mut values);
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("images.npy");
    write_npy(&path, &ImageBatch { shape: SHAPE, values: &values }, Range::BYTE, NpyNumbers::U8)?;
    // The learner borrows the set for as long as the process lives.
    let set: &'static ImageSet = Box::leak(Box::new(read(&path, &ReadImages::default())?));
    let network = ImageNetwork {
        architecture,
        width: 32,
        dense: Vec::new(),
        nonlinearity: Nonlinearity::Relu,
        ..ImageNetwork::default()
    };
    let objective = ImageObjective { gradient: Some(EncoderGradient::Total), ..ImageObjective::default() };
    let config = ImageVaeConfig { latent: Some(LATENT), network, objective, ..ImageVaeConfig::default() };
    let all: Vec<u32> = (0..IMAGES as u32).collect();
    let vae =
        ImageVae::new(config, ImageFrame::of(set), LabelShares::none(), &Moments::of(set, &all)?, &noise);
    let sizes = [BATCH, SHARDS];
    let learner =
        ImageLearner::new(vae, set, [all, Vec::new()], sizes, AdamConfig::default(), noise, Device::flex());
    Ok(Box::new(Stepper::new(ImageVaes { learner }, setting)?))
}

pub(super) fn perceptron(setting: &Setting) -> anyhow::Result<Box<dyn Workload>> {
    make(setting, Architecture::Perceptron)
}

pub(super) fn convolutional(setting: &Setting) -> anyhow::Result<Box<dyn Workload>> {
    make(setting, Architecture::Strided)
}

impl Step for ImageVaes {
    fn step(&mut self, step: u64, workers: &Threads) -> f64 {
        let figures = self.learner.step(step, 1e-3, workers).unwrap_or_default();
        let elbo = figures.iter().find(|(name, _)| *name == "train_elbo");
        elbo.map_or(f64::NAN, |(_, elbo)| -elbo)
    }
}
