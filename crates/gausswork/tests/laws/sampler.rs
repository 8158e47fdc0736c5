//! The host sampler draws from the distribution that the decoder describes.

use std::collections::HashMap;

use gausswork::layout::Drawn;
use gausswork::layout::End;
use gausswork::noise::{Noise, Stream};
use gausswork::vae::{BLOCK, Columns, Prior, Sampler, Vae};

use super::decoder::every_binned_row;
use super::prior::mixture;
use super::support::{SEEDS, assert_chi_square, normals, uniforms};
use super::tables::{Encoded, binned, by_row, described, discrete, every_row, mixed, two_digits};

const ROWS: usize = 20_000;

fn draw(vae: &Vae, z: &[f32], seed: u64) -> Drawn {
    let spans = vae.layout.spans.len();
    Sampler::new(vae).given(&z.repeat(ROWS), &uniforms(seed, spans * ROWS), &[])
}

/// How often each row of `rows`, given by its key, was drawn.
fn count<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>, drawn: impl Iterator<Item = K>) -> Vec<u64> {
    let index: HashMap<K, usize> = keys.enumerate().map(|(i, key)| (key, i)).collect();
    let mut counts = vec![0; index.len()];
    drawn.for_each(|key| counts[index[&key]] += 1);
    counts
}

fn probabilities(vae: &Vae, rows: &gausswork::layout::Features, z: &[f32]) -> Vec<f64> {
    by_row(vae, &described(vae, rows, z)).into_iter().map(f64::exp).collect()
}

fn assert_discrete_rows_agree(table: &Encoded, columns: Columns) {
    let rows = every_row(&table.layout);
    let simplexes = table.layout.spans.len();
    for seed in SEEDS {
        let vae = table.model(2, columns, seed);
        let z = normals(seed, 2);
        let drawn = draw(&vae, &z, seed);
        let counts = count(rows.codes.chunks(simplexes), drawn.codes.chunks(simplexes));
        assert_chi_square(&format!("{columns:?}, seed {seed}"), &counts, &probabilities(&vae, &rows, &z));
    }
}

#[test]
fn joint_frequencies_of_discrete_columns_are_the_decoder_s() {
    for table in [discrete(), two_digits()] {
        assert_discrete_rows_agree(&table, Columns::Autoregressive);
        assert_discrete_rows_agree(&table, Columns::Independent);
    }
}

#[test]
fn joint_frequencies_of_a_flag_and_a_binned_integer_are_the_decoder_s() {
    let table = binned();
    let codec = table.numeric(1);
    let rows = every_binned_row(&table);
    // A cell by flag, code and value.
    let key =
        |codes: &[u16], score: f64| (codes[0], codes[1], codec.decode(usize::from(codes[1]), score) as i64);
    for seed in SEEDS {
        let vae = table.model(2, Columns::Autoregressive, seed);
        let z = normals(seed, 2);
        let drawn = draw(&vae, &z, seed);
        let counts = count(
            rows.codes.chunks(2).zip(&rows.scores).map(|(codes, &score)| key(codes, f64::from(score))),
            drawn.codes.chunks(2).zip(&drawn.scores).map(|(codes, &score)| key(codes, score)),
        );
        assert_chi_square(&format!("seed {seed}"), &counts, &probabilities(&vae, &rows, &z));
    }
}

/// Scores late in a row depend on earlier scores through the embedding and directly; a sampler that forgot one of
/// these would still draw the right codes. So the drawn rows themselves are described again: the expected
/// log-likelihood of a score is minus its entropy, which quadrature over u gives.
#[test]
fn later_scores_follow_earlier_ones() {
    let table = mixed();
    for seed in SEEDS {
        let vae = table.model(3, Columns::Autoregressive, seed);
        let z = normals(seed, 3);
        let drawn = draw(&vae, &z, seed);
        assert_scores_are_uniform_under_the_decoder(&table, &vae, &z, &drawn, seed);
    }
}

/// The share of draws below each score, `F(score | what is before)`, is uniform: with the score as a continuous
/// one, `log_mass` of the cell `[low, score]` against that of the whole interval.
fn assert_scores_are_uniform_under_the_decoder(
    table: &Encoded,
    vae: &Vae,
    z: &[f32],
    drawn: &Drawn,
    seed: u64,
) {
    use gausswork::layout::{Features, Place};
    let (simplexes, reals) = (table.layout.simplexes().count(), table.layout.reals().count());
    // The last real span, of a grid: a cell from the interval's low end to the drawn score has mass F(score).
    let last = reals - 1;
    let (span, real) = table.layout.reals().last().unwrap();
    let chooser = table.layout.simplexes().position(|(t, _)| t + 1 == span).unwrap();
    let mut rows = Features {
        rows: ROWS,
        codes: drawn.codes.clone(),
        scores: drawn.scores.iter().map(|&s| s as f32).collect(),
        cells: vec![0.1; ROWS * reals],
        fixed: vec![],
    };
    let mut inside = vec![];
    for row in 0..ROWS {
        let code = usize::from(rows.codes[row * simplexes + chooser]);
        if let Place::Interval(low, _) = real.places[code] {
            let at = row * reals + last;
            let score = rows.scores[at];
            rows.scores[at] = 0.5 * (low + score);
            rows.cells[at] = (score - low).max(1e-6);
            inside.push(row);
        }
    }
    let unit = vae.decoder.units.iter().position(|&s| s == span).unwrap();
    let units = vae.decoder.units.len();
    let log_probs = described(vae, &rows, z);
    assert!(inside.len() > ROWS / 2);
    let f = inside.iter().map(|row| log_probs[row * units + unit].exp()).collect();
    super::support::assert_kolmogorov(&format!("seed {seed}"), f);
}

#[test]
fn a_block_is_the_same_bytes_whoever_asks_for_it() {
    let table = mixed();
    let mut vae = table.model(3, Columns::Autoregressive, 1);
    for prior in [Prior::Standard { latent: 3 }, Prior::Mixture(mixture(3))] {
        vae.prior = prior;
        let (sampler, noise) = (Sampler::new(&vae), Noise::new(11));
        let forwards: Vec<Drawn> = (0..4).map(|block| sampler.block(&noise, block)).collect();
        // Backwards, each on a thread of its own, from a sampler of its own.
        std::thread::scope(|scope| {
            let vae = &vae;
            let ask = |block| scope.spawn(move || Sampler::new(vae).block(&noise, block));
            let backwards: Vec<_> = (0..4).rev().map(ask).collect();
            for (drawn, expected) in backwards.into_iter().rev().zip(&forwards) {
                assert_eq!(drawn.join().unwrap(), *expected);
            }
        });
        // Row by row from the addresses that the documentation names.
        for (block, drawn) in (0u64..).zip(&forwards) {
            assert_eq!(*drawn, by_address(&vae, &sampler, &noise, block));
        }
        assert_ne!(forwards[0], forwards[1]);
        assert_ne!(forwards[0], sampler.block(&Noise::new(12), 0));
    }
}

/// A block from `Stream::SampleLatent` and `Stream::SampleCell` at each row's number.
fn by_address(vae: &Vae, sampler: &Sampler, noise: &Noise, block: u64) -> Drawn {
    let (rows, latent, spans) = (BLOCK as usize, vae.config.latent, vae.layout.spans.len());
    let (mut z, mut cells) = (vec![0.0; rows * latent], vec![0.0; rows * spans]);
    for row in 0..rows {
        let (mut epsilon, mut u) = (vec![0.0; latent], vec![0.0; spans + 1]);
        noise.fill_normal(Stream::SampleLatent, block * BLOCK + row as u64, &mut epsilon);
        noise.fill_uniform(Stream::SampleCell, block * BLOCK + row as u64, &mut u);
        vae.prior.sample(u[0], &epsilon, &mut z[row * latent..(row + 1) * latent]);
        (0..spans).for_each(|t| cells[t * rows + row] = u[t + 1]);
    }
    sampler.given(&z, &cells, &[])
}

#[test]
fn a_rare_end_is_in_one_row_of_every_stretch_wherever_the_sample_is_cut() {
    let table = discrete();
    for seed in SEEDS {
        let mut vae = table.model(2, Columns::Autoregressive, seed);
        let every = 700;
        // Span 0, its last code.
        let Some((span, simplex)) = table.layout.simplexes().next() else { panic!("a simplex") };
        let code = (simplex.levels - 1) as u16;
        vae.layout.ends = vec![End { span, code, score: 0.0, every }];
        let (sampler, noise) = (Sampler::new(&vae), Noise::new(seed));
        let simplexes = table.layout.simplexes().count();
        for stretch in 0..9 {
            let row = stretch * every + noise.word(Stream::Ends, stretch, 0) % every;
            let drawn = sampler.block(&noise, row / BLOCK);
            assert_eq!(
                drawn.codes[(row % BLOCK) as usize * simplexes],
                code,
                "seed {seed}, stretch {stretch}"
            );
        }
        // Without it, the same rows differ nowhere else in that span.
        vae.layout.ends.clear();
        let (with, without) = (sampler.block(&noise, 0), Sampler::new(&vae).block(&noise, 0));
        let of_span = |drawn: &Drawn| drawn.codes.iter().step_by(simplexes).copied().collect::<Vec<_>>();
        let changed = of_span(&with).iter().zip(of_span(&without)).filter(|(a, b)| **a != *b).count();
        assert!(changed <= 1, "{changed} cells changed");
    }
}
