//! The gradients of the generator: of the game, and of the likelihood that a generator of rows starts from.

use burn::tensor::Tensor;

use super::super::discriminator::Mode;
use super::super::held_out::shown;
use super::super::model::Generator;
use super::super::objective::Objective;
use super::broken::broken;
use super::{GanLearner, sum_of};
use crate::learner::{Collective, Gradient};
use crate::nn::Phase;

impl GanLearner<'_> {
    /// The generator's gradient under an objective, and its loss, mean D(G(z)) and sums of moments.
    pub(super) fn generator_gradient(
        &self,
        [step, turn]: [u64; 2],
        rows: &[u32],
        objective: Objective,
        workers: &dyn Collective,
    ) -> (Gradient, Vec<f64>) {
        let gan = &self.gan;
        let autodiff = self.device.clone().autodiff();
        let deviation = self.instance_noise(step);
        workers.sum(self.shards, &|shard| {
            let part = self.part(shard);
            let size = part.len();
            let address = turn * self.shards as u64 + shard as u64;
            let leaves = gan.generator_params.leaves(&autodiff);
            let opponent = gan.discriminator_params.constants(&autodiff);
            let told = self.told(turn, rows, &part);
            let (fake, moments) =
                gan.fake(&leaves, (size, &told), &self.noise, 2 * address + 1, Phase::Train, &autodiff);
            let of_fake_rows = fake.clone().inner();
            let fake = self.blurred(fake, deviation, 4 * address + 2);
            let mode = |side: u64| Mode::Train { noise: &self.noise, address: 4 * address + side };
            let of_fake = gan.discriminator.logits(&opponent, fake, mode(3));
            let packs = size / gan.config.discriminator.pac;
            // The losses of these two do not look at the data.
            let alone = matches!(objective, Objective::NonSaturating | Objective::LeastSquares);
            let of_real = if alone {
                Tensor::zeros([packs, 1], &autodiff)
            } else {
                let real = gan.told(gan.real(self.data, &rows[part], &self.device), &told);
                let real = self.blurred(real, deviation, 4 * address + 3);
                let plain = gan.discriminator_params.constants(&self.device);
                Tensor::from_inner(gan.discriminator.logits(&plain, real, mode(2)))
            };
            let per_pack = objective.generator_loss(of_real, of_fake.clone());
            let batch = (self.batch / gan.config.discriminator.pac) as f64;
            let mut gradients = per_pack.clone().sum().div_scalar(batch).backward();
            let gradient = gan.generator_params.gradient(&leaves, &mut gradients);
            let of_d = sum_of(&of_fake, |l| shown(gan.config.objective(), l));
            let mut figures = vec![sum_of(&per_pack, |loss| loss) / batch, of_d / batch];
            figures.extend([broken(&of_fake_rows), 0.0, broken(&of_fake.inner())]);
            figures.extend(self.directions.sums(of_fake_rows));
            figures.extend(moments);
            (gradient, figures)
        })
    }

    /// Whether the generator is trained by maximum likelihood at a step.
    pub(super) fn is_warming(&self, step: u64) -> bool {
        let share = self.gan.config.generator.rows.warm_start;
        matches!(self.gan.generator, Generator::Rows(_)) && (step as f64) < share * self.steps as f64
    }

    /// The gradient of `−E[log p(x|z)]` on the batch, of rows with a condition `−E[log p(x|z, c)]`, and that number, nats per row.
    pub(super) fn likelihood_gradient(
        &self,
        turn: u64,
        rows: &[u32],
        workers: &dyn Collective,
    ) -> (Gradient, Vec<f64>) {
        let gan = &self.gan;
        let autodiff = self.device.clone().autodiff();
        workers.sum(self.shards, &|shard| {
            let part = self.part(shard);
            let leaves = gan.generator_params.leaves(&autodiff);
            let Generator::Rows(generator) = &gan.generator else {
                return (Vec::new(), vec![0.0]);
            };
            let address = turn * self.shards as u64 + shard as u64;
            let z = gan.latents(part.len(), &self.noise, 2 * address + 1, &autodiff);
            let told = self.told(turn, rows, &part);
            let rows = gan.real(self.data, &rows[part], &autodiff);
            let log_probs = generator.log_probs(&leaves, &gan.view, z, &rows, &told);
            let loss = log_probs.sum().div_scalar(-(self.batch as f64));
            let value = sum_of(&loss, |loss| loss);
            let gradient = gan.generator_params.gradient(&leaves, &mut loss.backward());
            (gradient, vec![value])
        })
    }
}
