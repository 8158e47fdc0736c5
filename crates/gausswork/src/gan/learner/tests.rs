//! What a step of one player does to the other.

use super::*;
use crate::gan::{Affine, Field, GanConfig, Penalty, PenaltyKind};
use crate::layout::Layout;
use crate::learner::Alone;

/// Samples are constants to the discriminator: its step finds no gradient for the generator and leaves its weights, its moments and
/// its optimiser alone. The generator's step leaves the discriminator alone likewise.
#[test]
fn a_step_of_one_player_does_not_touch_the_other() {
    let config = GanConfig {
        penalty: Penalty { kind: PenaltyKind::R1R2, ..Penalty::default() },
        ..GanConfig::default()
    };
    let noise = Noise::new(3);
    let gan = Gan::new(config, Layout::default(), Field::Points(Affine::identity(2)), &noise);
    let mut data = vec![0.0; 400];
    noise.fill_normal(Stream::Test, 0, &mut data);
    let split = [(0..200).collect(), Vec::new()];
    let adam = AdamConfig::default();
    let mut learner =
        GanLearner::new(gan, Data::Points(&data), split, [32, 2], 10, adam, noise, Device::flex());
    let of_generator =
        |l: &GanLearner<'_>| (l.gan.generator_params.clone(), l.generator.clone(), l.best.clone());
    let of_discriminator = |l: &GanLearner<'_>| (l.gan.discriminator_params.clone(), l.discriminator.clone());
    let (generator, discriminator) = (of_generator(&learner), of_discriminator(&learner));
    learner.step_discriminator([0, 0], 1e-3, &Alone).expect("finite");
    assert_eq!(of_generator(&learner), generator);
    assert_ne!(of_discriminator(&learner), discriminator);

    let discriminator = of_discriminator(&learner);
    let rows = learner.rows(0);
    let (gradient, _) = learner.generator_gradient([0, 0], &rows, Objective::NonSaturating, &Alone);
    // As many numbers as the generator has weights, and no more.
    assert_eq!(gradient.iter().map(Vec::len).sum::<usize>(), learner.gan.generator_params.values().len());
    assert!(gradient.iter().flatten().any(|&g| g != 0.0));
    assert_eq!(of_discriminator(&learner), discriminator);
}
