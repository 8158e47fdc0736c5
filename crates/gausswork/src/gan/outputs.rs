//! What a discriminator says of single rows, be they data or samples.

use burn::tensor::{Device, Tensor};

use super::discriminator::Mode;
use super::model::{Data, Gan};
use crate::learner::Collective;
use crate::nn::Phase;
use crate::noise::Noise;

/// Rows per item of work; fixed, so that a row's bytes do not depend on the number of threads.
const ROWS: usize = 256;
/// Generated rows that stand beside those that are judged.
pub const GENERATED_ROWS: usize = 5120;
/// The address of their first item, which neither training nor a validation has.
const ADDRESS: u64 = u64::MAX / 4;

/// The outputs `l(x)` of the discriminator for `rows` of `data`, one each; [`Objective::meaning`](super::Objective::meaning) says what
/// they are.
///
/// A discriminator of packs judges consecutive rows together: then there is an output for each whole pack.
pub fn outputs(gan: &Gan, data: Data<'_>, rows: &[u32], workers: &dyn Collective) -> Vec<f64> {
    let pac = gan.config.discriminator.pac;
    let per_item = ROWS.div_ceil(pac) * pac;
    let rows = &rows[..rows.len() / pac * pac];
    let of_item = |item: usize| {
        let rows = &rows[item * per_item..rows.len().min((item + 1) * per_item)];
        said(gan, gan.real(data, rows, &Device::flex()))
    };
    workers.map(rows.len().div_ceil(per_item), &of_item).concat()
}

/// The outputs `l(G(z))` for [`GENERATED_ROWS`] rows that the generator makes of `noise`, or for the packs that they are.
pub fn outputs_of_samples(gan: &Gan, noise: &Noise, workers: &dyn Collective) -> Vec<f64> {
    let pac = gan.config.discriminator.pac;
    let of_item = |item: usize| {
        let device = Device::flex();
        let leaves = gan.generator_params.constants(&device);
        let address = ADDRESS + item as u64;
        let (fake, _) =
            gan.fake(&leaves, (ROWS.div_ceil(pac) * pac, &[]), noise, address, Phase::Evaluate, &device);
        said(gan, fake)
    };
    workers.map(GENERATED_ROWS / ROWS, &of_item).concat()
}

/// The outputs for rows as the discriminator sees them.
fn said(gan: &Gan, seen: Tensor<2>) -> Vec<f64> {
    let leaves = gan.discriminator_params.constants(&seen.device());
    gan.discriminator.logits(&leaves, seen, Mode::Evaluate).into_data().iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gan::{Affine, Field, GanConfig};
    use crate::layout::Layout;
    use crate::learner::Alone;
    use crate::train::Threads;

    fn game() -> Gan {
        let affine = Affine { centre: vec![1.0, -1.0], scale: vec![2.0, 0.5] };
        Gan::new(GanConfig::default(), Layout::default(), Field::Points(affine), &Noise::new(1))
    }

    #[test]
    fn a_row_has_the_output_that_the_discriminator_gives_it() {
        let gan = game();
        let points: Vec<f32> = (0..2 * 600).map(|i| (f64::from(i) * 0.37).sin() as f32).collect();
        let rows: Vec<u32> = (0..600).rev().collect();
        let found = outputs(&gan, Data::Points(&points), &rows, &Alone);
        assert_eq!(found.len(), 600);
        for at in [0, 255, 256, 599] {
            let one = outputs(&gan, Data::Points(&points), &rows[at..=at], &Alone);
            // Sums of a product may be taken in another order for one row than for many.
            assert!((one[0] - found[at]).abs() < 1e-5, "{at}: {one:?} {}", found[at]);
        }
    }

    #[test]
    fn outputs_do_not_depend_on_threads_and_those_of_samples_on_the_seed_alone() {
        let (gan, two) = (game(), Threads::new(2).unwrap());
        let of_seed = |seed, workers: &dyn Collective| outputs_of_samples(&gan, &Noise::new(seed), workers);
        let samples = of_seed(7, &Alone);
        assert_eq!(samples.len(), GENERATED_ROWS);
        assert_eq!(samples, of_seed(7, &two));
        assert_ne!(samples, of_seed(8, &two));
        let points = vec![0.25; 2 * 1000];
        let rows: Vec<u32> = (0..1000).collect();
        let alone = outputs(&gan, Data::Points(&points), &rows, &Alone);
        assert_eq!(alone, outputs(&gan, Data::Points(&points), &rows, &two));
    }
}
