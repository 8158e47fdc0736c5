//! W3 with CTGAN's gradient penalty, by the library's own discriminator and penalty.
//!
//! As `ctgan.rs`; the critic's loss also has `10 E[(‖∇l(x̂)‖ − 1)²]` at points between real and generated groups of ten rows, one
//! uniform number for each group. Its gradient is exact: by tangents here, by differentiating twice in PyTorch.

use burn::tensor::{Device, Tensor, TensorData};
use gausswork::gan::{
    Discriminator, DiscriminatorConfig, Layers, Mode, Nonlinearity, PenalisedRows, Penalty, PenaltyKind, Seen,
};
use gausswork::nn::{Leaves, Params};
use gausswork::noise::{Noise, Stream};
use gausswork::train::Threads;

use super::columns::{WIDTH, encode};
use super::ctgan::{BATCH, Generator, HIDDEN, PAC, address};
use super::network::{Network, SHARDS};
use super::rows::Rows;
use super::workload::{Setting, Step, Stepper, Workload};

struct Penalised {
    generator: Network,
    critic: Network,
    of: Generator,
    judge: Discriminator,
    rows: Rows,
    noise: Noise,
}

pub(super) fn make(setting: &Setting) -> anyhow::Result<Box<dyn Workload>> {
    let noise = Noise::new(0);
    let (mut params, mut critic) = (Params::default(), Params::default());
    let of = Generator::new(&mut params, &noise);
    let config = DiscriminatorConfig {
        width: HIDDEN,
        blocks: 2,
        layers: Layers::Plain,
        activation: Nonlinearity::LeakyRelu,
        pac: PAC,
        dropout: 0.5,
        ..DiscriminatorConfig::default()
    };
    let judge = Discriminator::new(&mut critic, Seen::Numbers(WIDTH), config, &noise);
    let [generator, critic] = [params, critic].map(|params| Network::new(params, 2e-4, [0.5, 0.9]));
    let rows = Rows::new(WIDTH, &noise, encode);
    Ok(Box::new(Stepper::new(Penalised { generator, critic, of, judge, rows, noise }, setting)?))
}

impl Step for Penalised {
    fn step(&mut self, step: u64, workers: &Threads) -> f64 {
        let Self { generator, critic, of, judge, rows, noise } = self;
        let (tracked, plain) = (Device::flex().autodiff(), Device::flex());
        let groups = BATCH / PAC;
        let penalty = Penalty { kind: PenaltyKind::Gradient, weight: 10.0, every: 1, last: None };
        let generator_params = &generator.params;
        let critic_constants = critic.params.clone();
        critic.descend(step, workers, |leaves, shard| {
            let mode = |part: u64| Mode::Train { noise, address: address(2 * step, shard, part) };
            let fake = of.generate(&generator_params.constants(&plain), noise, 2 * step, shard);
            let real = rows.shard(step, BATCH, shard, &plain);
            // Both in one pass: the weights are packed once, and their gradient is written once.
            let both = Tensor::cat(vec![fake.clone(), real.clone()], 0);
            let scores = judge.logits(leaves, Tensor::from_inner(both), mode(0));
            let part = groups / SHARDS;
            let gap = scores.clone().narrow(0, 0, part).sum() - scores.narrow(0, part, part).sum();
            let mut mix = vec![0.0; groups / SHARDS];
            noise.fill_uniform(Stream::Interpolate, address(2 * step, shard, 2), &mut mix);
            let mix = Tensor::from_data(TensorData::new(mix, [groups / SHARDS, 1]), &plain);
            let constants: Leaves = critic_constants.constants(&plain);
            let rows = PenalisedRows { real, fake, mix, condition: 0 };
            let found = penalty.of(judge, [leaves, &constants], rows, mode(2));
            let loss = match found {
                Some(found) => gap + found.surrogate,
                None => gap,
            };
            loss.div_scalar(groups as f64)
        });
        let critic_params = &critic.params;
        generator.descend(step, workers, |leaves, shard| {
            let fake = of.generate(leaves, noise, 2 * step + 1, shard);
            let mode = Mode::Train { noise, address: address(2 * step + 1, shard, 0) };
            // Constants here: the critic learns nothing from the generator's step.
            judge.logits(&critic_params.constants(&tracked), fake, mode).sum().div_scalar(-(groups as f64))
        })
    }
}
