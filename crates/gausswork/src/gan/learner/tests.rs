//! What a step of one player does to the other.

use super::super::objective::Objective;
use super::*;
use crate::gan::{Affine, Field, GanConfig, Penalty, PenaltyKind};
use crate::layout::{Features, Layout, Order, Simplex, Span};
use crate::learner::Alone;
use crate::nn::Phase;

/// A game with a penalty, in which half of the rows of a table have conditions.
fn config() -> GanConfig {
    let mut config = GanConfig {
        penalty: Some(Penalty { kind: PenaltyKind::R1R2, ..Penalty::default() }),
        ..GanConfig::default()
    };
    config.generator.rows.conditions = 0.5;
    config
}

/// 200 rows of two columns of three values.
fn table() -> (Layout, Features) {
    let span = |column| {
        let base = vec![-(3.0_f32.ln()); 3];
        Span::Simplex(Simplex { column, levels: 3, order: Order::Nominal, base, given: None })
    };
    let layout = Layout { spans: vec![span(0), span(1)], ends: Vec::new(), columns: 2 };
    let codes = (0..200).flat_map(|row| [row % 3, row / 3 % 3]).collect();
    (layout, Features { rows: 200, codes, ..Features::default() })
}

fn learner<'a>(layout: Layout, field: Field, data: Data<'a>) -> GanLearner<'a> {
    let noise = Noise::new(3);
    let gan = Gan::new(config(), layout, field, &noise);
    let split = [(0..200).collect(), Vec::new()];
    GanLearner::new(gan, data, split, [32, 2], 10, AdamConfig::default(), noise, Device::flex())
}

/// Samples are constants to the discriminator: its step finds no gradient for the generator and leaves its weights, its moments and
/// its optimiser alone. The generator's step leaves the discriminator alone likewise.
fn neither_touches_the_other(mut learner: GanLearner<'_>) {
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

#[test]
fn a_step_of_one_player_does_not_touch_the_other() {
    let mut data = vec![0.0; 400];
    Noise::new(3).fill_normal(Stream::Test, 0, &mut data);
    neither_touches_the_other(learner(
        Layout::default(),
        Field::Points(Affine::identity(2)),
        Data::Points(&data),
    ));
    let (layout, features) = table();
    neither_touches_the_other(learner(layout, Field::Rows, Data::Rows(&features)));
}

/// A row and the sample it is paired with have the same condition, whose value the sample has too; both gradients of the generator
/// reach the vectors of conditions.
#[test]
fn pairs_have_the_same_condition() {
    let (layout, features) = table();
    let mut learner = learner(layout, Field::Rows, Data::Rows(&features));
    let (rows, device) = (learner.rows(5), Device::flex());
    let told = learner.told(5, &rows, &(0..16));
    assert!(!told.is_empty() && told.iter().all(|cell| cell.row < 16));
    let leaves = learner.gan.generator_params.constants(&device);
    let gan = &learner.gan;
    let (fake, _) = gan.fake(&leaves, (16, &told), &learner.noise, 1, Phase::Train, &device);
    let real = gan.told(gan.real(learner.data, &rows[..16], &device), &told);
    let [real, fake] = [real, fake].map(|x| x.into_data().iter::<f32>().collect::<Vec<f32>>());
    // Three codes of either column, and which of them is a condition.
    for (real, fake) in real.chunks_exact(8).zip(fake.chunks_exact(8)) {
        assert_eq!(real[6..], fake[6..]);
        for column in (0..2).filter(|column| real[6 + column] == 1.0) {
            assert_eq!(real[3 * column..3 * column + 3], fake[3 * column..3 * column + 3]);
        }
    }
    let marked: f32 = real.chunks_exact(8).map(|row| row[6] + row[7]).sum();
    assert_eq!(marked as usize, told.len());

    let of_game = learner.generator_gradient([0, 5], &rows, Objective::Relativistic, &Alone).0;
    let of_likelihood = learner.likelihood_gradient(5, &rows, &Alone).0;
    for gradient in [of_game, of_likelihood] {
        assert!(gradient.last().is_some_and(|of_conditions| of_conditions.iter().any(|&g| g != 0.0)));
    }
}

/// Instance noise blurs rows, never what they are told.
#[test]
fn conditions_are_not_blurred() {
    let (layout, features) = table();
    let learner = learner(layout, Field::Rows, Data::Rows(&features));
    let x = Tensor::<2>::zeros([9, 8], &Device::flex());
    let blurred: Vec<f32> = learner.blurred(x, 0.3, 1).into_data().iter().collect();
    for row in blurred.chunks_exact(8) {
        assert!(row[..6].iter().all(|&x| x != 0.0) && row[6..] == [0.0, 0.0], "{row:?}");
    }
}
