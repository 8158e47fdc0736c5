//! The whole update of the weights: norm, clipping, Adam, weight average.

use gausswork::nn::{Adam, AdamConfig};
use gausswork::train::Threads;

use super::{Bench, Work, numbers};

/// Weights of the default model of Adult, and of W1.
const SIZES: [usize; 2] = [1_180_877, 1_400_000];

pub(super) fn run(bench: &Bench, threads: usize) -> anyhow::Result<()> {
    let workers = Threads::new(threads)?;
    for n in SIZES {
        let (gradient, mut values) = (vec![numbers(n)], numbers(n));
        let mut adam = Adam::new(&values, AdamConfig::default());
        let mut step = 0;
        // The gradient is read twice, for its norm and for the update; four vectors are read and written.
        let work = Work { bytes: 40.0 * n as f64, elements: n as f64, ..Work::default() };
        let shape = format!("{n}, {threads} threads");
        bench.kernel("Adam", &shape, work, || {
            adam.step(step, 1e-3, &gradient, &mut values, &workers);
            step += 1;
        });
    }
    Ok(())
}
