//! The step of the discriminator.

use burn::tensor::{Tensor, TensorData};

use super::super::discriminator::Mode;
use super::super::held_out::shown;
use super::super::penalty::PenalisedRows;
use super::broken::{bad_gradient, broken};
use super::{GanLearner, Sums, sum_of};
use crate::learner::{Collective, Diverged};
use crate::nn::Phase;
use crate::noise::Stream;

impl GanLearner<'_> {
    /// One step of the discriminator; `turn` counts those of all steps.
    pub(super) fn step_discriminator(
        &mut self,
        [step, turn]: [u64; 2],
        rate: f64,
        workers: &dyn Collective,
    ) -> Result<(Sums, [f64; 2], f64), Diverged> {
        let rows = self.rows(turn);
        self.gan.discriminator.advance(&mut self.gan.discriminator_params);
        let this = &*self;
        let gan = &this.gan;
        let penalty_now = gan.config.penalty().when(step as f64 / this.steps.max(1) as f64);
        let penalised = penalty_now.due(turn);
        let deviation = this.instance_noise(step);
        let autodiff = this.device.clone().autodiff();
        let (gradient, figures) = workers.sum(this.shards, &|shard| {
            let part = this.part(shard);
            let size = part.len();
            let address = turn * this.shards as u64 + shard as u64;
            // The fake rows are a constant to the discriminator: they are made without a graph.
            let generator = gan.generator_params.constants(&this.device);
            let told = this.told(turn, &rows, &part);
            let asked = (size, &told[..]);
            let (fake, _) = gan.fake(&generator, asked, &this.noise, 2 * address, Phase::Train, &this.device);
            let of_fake_rows = fake.clone();
            let real = gan.told(gan.real(this.data, &rows[part], &this.device), &told);
            let real = this.blurred(real, deviation, 4 * address);
            let fake = this.blurred(fake, deviation, 4 * address + 1);
            let leaves = gan.discriminator_params.leaves(&autodiff);
            let mode = |side: u64| Mode::Train { noise: &this.noise, address: 4 * address + side };
            let lift = |x: &Tensor<2>| Tensor::<2>::from_inner(x.clone());
            let (of_real, seen_of_real) = gan.discriminator.judged(&leaves, lift(&real), mode(0));
            let (of_fake, seen_of_fake) = gan.discriminator.judged(&leaves, lift(&fake), mode(1));
            let objective = gan.config.objective();
            let packs = size / gan.config.discriminator.pac;
            let per_pack = objective.discriminator_loss(of_real.clone(), of_fake.clone());
            let mut loss = per_pack.clone().sum();
            let (mut penalty, mut norm) = (0.0, 0.0);
            if penalised {
                let plain = gan.discriminator_params.constants(&this.device);
                let mut mix = vec![0.0; packs];
                this.noise.fill_uniform(Stream::Interpolate, address, &mut mix);
                let mix = Tensor::from_data(TensorData::new(mix, [packs, 1]), &this.device);
                let rows = PenalisedRows { real, fake, mix, condition: gan.condition_width() };
                let found = penalty_now.of(&gan.discriminator, [&leaves, &plain], rows, mode(2));
                if let Some(found) = found {
                    loss = loss + found.surrogate;
                    (penalty, norm) = (found.value, found.norm);
                }
            }
            let batch = (this.batch / gan.config.discriminator.pac) as f64;
            let mut gradients = loss.div_scalar(batch).backward();
            let gradient = gan.discriminator_params.gradient(&leaves, &mut gradients);
            let mean = |logits: &Tensor<2>| sum_of(logits, |l| shown(objective, l));
            let mut figures = vec![
                sum_of(&per_pack, |loss| loss),
                mean(&of_real),
                mean(&of_fake),
                penalty,
                norm * packs as f64,
            ];
            figures.extend([broken(&of_fake_rows), broken(&of_real.inner()), broken(&of_fake.inner())]);
            figures.extend(seen_of_real.iter().zip(&seen_of_fake).map(|(real, fake)| real + fake));
            (gradient, figures)
        });
        let packs = (this.batch / gan.config.discriminator.pac) as f64;
        if let Some(bad) = figures.iter().position(|f| !f.is_finite()) {
            let term = if bad < 3 { "the discriminator's loss" } else { "the discriminator's penalty" };
            return Err(this.diverged(step, term, &figures[5..8]));
        }
        let values = self.gan.discriminator_params.values_mut();
        let norm = self.discriminator.step(turn, rate, &gradient, values, workers);
        if !norm.is_finite() {
            return Err(bad_gradient(step, "discriminator", &self.gan.discriminator_params, &gradient));
        }
        let discriminator = &self.gan.discriminator;
        // Of data and samples together.
        discriminator.update(&mut self.gan.discriminator_params, &figures[8..]);
        let sums = Sums { loss: figures[0] / packs, real: figures[1] / packs, fake: figures[2] / packs };
        Ok((sums, [figures[3] / packs, figures[4] / packs], norm))
    }
}
