//! How many divergences between normal distributions a second: `cargo run --release -p gausswork-divergence --example
//! throughput`.

use std::time::Instant;

use gausswork_divergence::slices::{normal_kl, standard_normal_kl};

const PAIRS: usize = 1 << 20;
const ROUNDS: usize = 100;

fn main() -> Result<(), gausswork_divergence::DivergenceError> {
    // A permutation of an even spread, so that no pair is like its neighbour.
    let spread = |low: f64, width: f64| -> Vec<f64> {
        (0..PAIRS).map(|i| low + width * ((i * 7919 % PAIRS) as f64 / PAIRS as f64)).collect()
    };
    let (mu1, sigma1, mu2, sigma2) =
        (spread(-1.0, 2.0), spread(0.1, 3.0), spread(-2.0, 4.0), spread(0.2, 2.0));
    let mut out = vec![0.0; PAIRS];

    let started = Instant::now();
    for _ in 0..ROUNDS {
        normal_kl(&mu1, &sigma1, &mu2, &sigma2, &mut out)?;
    }
    report("normal, f64", started);

    let started = Instant::now();
    for _ in 0..ROUNDS {
        standard_normal_kl(&mu1, &mu2, (-20.0, 10.0), &mut out)?;
    }
    report("normal from the standard one by its log-variance, f64", started);
    Ok(())
}

fn report(what: &str, started: Instant) {
    let rate = (PAIRS * ROUNDS) as f64 / started.elapsed().as_secs_f64() / 1e6;
    println!("{what}: {rate:.0} million pairs/s on {} threads", rayon::current_num_threads());
}
