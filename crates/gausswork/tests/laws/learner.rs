//! Training is a function of its seed: of nothing else, not even of how many threads do it or when it was interrupted.

use burn::tensor::Device;
use gausswork::layout::Features;
use gausswork::learner::Learner;
use gausswork::nn::AdamConfig;
use gausswork::noise::Noise;
use gausswork::train::Threads;
use gausswork::vae::{Columns, Objective, Vae, VaeLearner};

use super::tables::mixed;

type State = Vec<(String, Vec<u32>)>;

fn learner<'a>(vae: &Vae, features: &'a Features, seed: u64) -> VaeLearner<'a> {
    let split = [(0..300).collect(), (300..400).collect()];
    VaeLearner::new(
        vae.clone(),
        Objective::default(),
        features,
        split,
        [96, 4],
        AdamConfig::default(),
        Noise::new(seed),
        Device::flex(),
    )
}

fn bits(learner: &VaeLearner) -> State {
    let bits = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect();
    learner.state().into_iter().map(|(name, values)| (name, bits(values))).collect()
}

fn run(learner: &mut VaeLearner, steps: std::ops::Range<u64>, threads: &Threads) -> Vec<u64> {
    let mut figures = vec![];
    for step in steps {
        figures.extend(learner.step(step, 2e-3, threads).unwrap());
        if step % 4 == 2 {
            figures.extend(learner.validate(threads).figures);
            learner.keep();
        }
    }
    figures.into_iter().map(|(_, figure)| figure.to_bits()).collect()
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let table = mixed();
    let vae = table.model(4, Columns::Autoregressive, 3);
    let outcomes: Vec<_> = [1, 2, 3]
        .into_iter()
        .map(|threads| {
            let mut learner = learner(&vae, &table.features, 7);
            let figures = run(&mut learner, 0..5, &Threads::new(threads).unwrap());
            (figures, bits(&learner))
        })
        .collect();
    assert_eq!(outcomes[0], outcomes[1]);
    assert_eq!(outcomes[0], outcomes[2]);

    // The law means something: the weights have moved, and another seed moves them elsewhere.
    let untouched = bits(&learner(&vae, &table.features, 7));
    let mut other = learner(&vae, &table.features, 8);
    run(&mut other, 0..5, &Threads::new(2).unwrap());
    assert_ne!(outcomes[0].1, untouched);
    assert_ne!(outcomes[0].1, bits(&other));
}

#[test]
fn a_resumed_run_is_the_uninterrupted_one_bit_for_bit() {
    let table = mixed();
    let vae = table.model(4, Columns::Autoregressive, 3);
    let threads = Threads::new(2).unwrap();
    let mut whole = learner(&vae, &table.features, 7);
    run(&mut whole, 0..5, &threads);
    let saved = whole.state();
    let rest = run(&mut whole, 5..10, &threads);

    // Into a learner that starts from other weights: what is not saved must not matter.
    let elsewhere = table.model(4, Columns::Autoregressive, 4);
    let mut resumed = learner(&elsewhere, &table.features, 7);
    assert_ne!(bits(&resumed), bits(&whole));
    assert!(resumed.restore(saved.clone()));
    assert_eq!(run(&mut resumed, 5..10, &threads), rest);
    assert_eq!(bits(&resumed), bits(&whole));

    let mut incomplete = saved;
    incomplete.pop();
    assert!(!resumed.restore(incomplete));
}
