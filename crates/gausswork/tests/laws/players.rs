//! What the players of a game may and may not depend on; each a flaw met in other programs.

use burn::tensor::Device;
use gausswork::gan::{
    Affine, Data, Field, Gan, GanConfig, GanLearner, GanSampler, Generator, GeneratorConfig, Normalised,
    Phase, PointsConfig,
};
use gausswork::layout::Layout;
use gausswork::learner::Learner;
use gausswork::nn::AdamConfig;
use gausswork::noise::Noise;
use gausswork::train::Threads;

use super::support::{host, matrix, normals};
use super::tables::mixed;

fn points(normalisation: Normalised, seed: u64) -> Gan {
    let points = PointsConfig { layers: 2, normalisation, ..PointsConfig::default() };
    let generator = GeneratorConfig { latent: 3, width: 16, points, ..GeneratorConfig::default() };
    let config = GanConfig { generator, ..GanConfig::default() };
    Gan::new(config, Layout::default(), Field::Points(Affine::identity(2)), &Noise::new(seed))
}

fn learner(gan: Gan, data: Data<'_>, rows: u32) -> GanLearner<'_> {
    let split = [(0..rows * 3 / 4).collect(), (rows * 3 / 4..rows).collect()];
    GanLearner::new(gan, data, split, [64, 4], 50, AdamConfig::default(), Noise::new(5), Device::flex())
}

/// The samples of a generator that normalises come from its running moments: those of one row are the same whoever is drawn with it.
#[test]
fn a_sample_does_not_depend_on_those_drawn_with_it() {
    let data = normals(7, 400);
    let mut learner = learner(points(Normalised::Batch, 1), Data::Points(&data), 200);
    for step in 0..20 {
        learner.step(step, 1e-3, &Threads::new(1).unwrap()).unwrap();
    }
    let gan = &learner.gan;
    let Generator::Points(generator) = &gan.generator else { panic!("a generator of points") };
    let leaves = gan.generator_params.constants(&Device::flex());
    let z = normals(8, 64 * 3);
    let all = |phase, z: &[f32]| -> Vec<f64> {
        let (x, _) = generator.generate(&leaves, matrix(z, [z.len() / 3, 3]), phase);
        host(&x)
    };
    let together = all(Phase::Evaluate, &z);
    for row in 0..64 {
        let alone = all(Phase::Evaluate, &z[3 * row..3 * row + 3]);
        for (a, b) in alone.iter().zip(&together[2 * row..]) {
            // The same sums, perhaps in another order, of at most 16 terms in each of three layers.
            assert!((a - b).abs() < 1e-5 * (1.0 + b.abs()), "row {row}: {a} {b}");
        }
    }
    // The law means something: while it learns, the mates matter.
    let learning = all(Phase::Train, &z);
    let others = all(Phase::Train, &[&z[..3], &normals(9, 63 * 3)[..]].concat());
    assert!((learning[0] - others[0]).abs() > 1e-3);
    // And blocks of a sample are those of the running moments, time after time.
    let sampler = GanSampler::new(gan);
    assert_eq!(sampler.block(&Noise::new(2), 3), sampler.block(&Noise::new(2), 3));
}

/// Weights, latents, cells, batches: nothing comes from a generator of the process, and threads change no bit.
#[test]
fn everything_is_seeded() {
    let bits = |gan: &Gan| -> Vec<u32> {
        let weights = gan.generator_params.values().iter().chain(gan.discriminator_params.values());
        weights.map(|w| w.to_bits()).collect()
    };
    assert_eq!(bits(&points(Normalised::Batch, 1)), bits(&points(Normalised::Batch, 1)));
    assert_ne!(bits(&points(Normalised::Batch, 1)), bits(&points(Normalised::Batch, 2)));
    let data = normals(7, 400);
    let played = |threads| {
        let mut learner = learner(points(Normalised::Batch, 1), Data::Points(&data), 200);
        let threads = Threads::new(threads).unwrap();
        let mut figures = Vec::new();
        for step in 0..6 {
            figures.extend(learner.step(step, 1e-3, &threads).unwrap());
        }
        figures.extend(learner.validate(&threads).figures);
        let figures: Vec<u64> = figures.into_iter().map(|(_, figure)| figure.to_bits()).collect();
        (figures, bits(&learner.gan))
    };
    assert_eq!(played(1), played(2));
    assert_eq!(played(2), played(3));
}

/// Before anything is learned, categories come as often as in the table: heads start at the shares.
#[test]
fn samples_have_the_frequencies_of_the_table_from_the_start() {
    let table = mixed();
    for seed in [1, 2, 3] {
        let gan = Gan::new(GanConfig::default(), table.layout.clone(), Field::Rows, &Noise::new(seed));
        let sampler = GanSampler::new(&gan);
        let blocks: Vec<_> = (0..8).map(|block| sampler.block(&Noise::new(seed), block)).collect();
        let simplexes = table.layout.simplexes().count();
        for (s, (_, simplex)) in table.layout.simplexes().enumerate().filter(|(_, (_, s))| s.given.is_none())
        {
            let mut counts = vec![0.0; simplex.levels];
            let codes = blocks.iter().flat_map(|block| block.codes.iter().skip(s).step_by(simplexes));
            codes.for_each(|&code| counts[usize::from(code)] += 1.0);
            let n: f64 = counts.iter().sum();
            let total: f64 = simplex.base.iter().map(|&b| f64::from(b).exp()).sum();
            for (count, &base) in counts.iter().zip(&simplex.base) {
                let share = f64::from(base).exp() / total;
                // The head's logits are normal with a deviation of 0.1 times the length of what it reads, about 1: a factor of e^0.4 at
                // four deviations. Counts have four standard errors besides.
                let slack = share * (0.4_f64.exp() - 1.0) + 4.0 * (share / n).sqrt();
                assert!((count / n - share).abs() < slack, "seed {seed}, simplex {s}: {} {share}", count / n);
            }
        }
    }
}

/// Data that are all the same are no accident to a game: nothing is divided by their spread.
#[test]
fn constant_points_leave_every_figure_finite() {
    let data = vec![0.0; 400];
    let mut learner = learner(points(Normalised::Never, 1), Data::Points(&data), 200);
    let threads = Threads::new(2).unwrap();
    for step in 0..50 {
        let figures = learner.step(step, 1e-3, &threads).unwrap();
        assert!(figures.iter().all(|(_, figure)| figure.is_finite()), "{figures:?}");
    }
    let figures = learner.validate(&threads).figures;
    assert!(figures.iter().all(|(name, figure)| figure.is_finite() && *name != "spread"), "{figures:?}");
}

/// A weight that is not finite is named by whoever meets it first, and neither player moves.
#[test]
fn what_is_not_finite_is_named() {
    let data = normals(7, 400);
    let threads = Threads::new(1).unwrap();
    let mut of_generator = learner(points(Normalised::Never, 1), Data::Points(&data), 200);
    *of_generator.gan.generator_params.values_mut().last_mut().unwrap() = f32::NAN;
    let before = of_generator.gan.discriminator_params.values().to_vec();
    let told = of_generator.step(4, 1e-3, &threads).unwrap_err().to_string();
    assert!(told.starts_with("step 4: the discriminator's loss, first in generator.last.bias,"), "{told}");
    assert_eq!(before, of_generator.gan.discriminator_params.values());
    let broken = [f32::INFINITY; 400];
    let mut of_data = learner(points(Normalised::Never, 1), Data::Points(&broken), 200);
    let told = of_data.step(0, 1e-3, &threads).unwrap_err().to_string();
    assert!(told.contains("the discriminator's loss, first in the outputs l(x),"), "{told}");
}
