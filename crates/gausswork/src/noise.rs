//! Counter-based random numbers: the same key gives the same draws on every device, thread count and batch size.
//!
//! A draw is addressed, not consumed: `(seed, stream, step, index)` names it. Nothing is ever
//! advanced, so there is no generator state to save, share or lock, and row `i` of a sample is the
//! same whoever computes it and in whatever order.
//!
//! The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: *Parallel random numbers: as easy as
//! 1, 2, 3*, SC 2011, §3.3 and table 2), tested against that paper's known answers.

use gausswork_kernels::{Counters, gumbels, normals, philox, uniforms};

/// What a draw is for; two streams never share a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Stream {
    /// Initial weights; `step` is the parameter's position.
    Init = 1,
    /// The held-out split.
    Split = 2,
    /// The order of the rows within an epoch; `step` is the epoch.
    Shuffle = 3,
    /// Reparameterised latents while training; `step` is the training step.
    Latent = 4,
    /// Posterior draws to which the prior is fitted, and the fit's starting points.
    Prior = 5,
    /// Latents of generated rows; `step` is the row.
    SampleLatent = 6,
    /// Cells of generated rows; `step` is the row.
    SampleCell = 7,
    /// Labels of images drawn from an autoencoder; `step` is the image.
    SampleLabel = 35,
    /// Importance samples of `score` and of held-out evaluation; `step` is the row.
    Score = 8,
    /// Columns that are regenerated, not modelled; `step` is the row.
    Regenerate = 9,
    /// Which row of a stretch has a column's rare end; `step` is the stretch.
    Ends = 10,
    /// Tests and demonstrations.
    Test = 15,
    /// Dropout masks of a discriminator; `step` is the address of a pass times the layers it may have.
    Dropout = 16,
    /// Latents of generated rows while a game is played.
    GameLatent = 17,
    /// Cells of generated rows while a game is played.
    GameCell = 18,
    /// Points between real and generated rows, where a gradient penalty is taken.
    Interpolate = 19,
    /// Noise added to what the discriminator sees.
    Instance = 21,
    /// Rows drawn from a density that is known; `step` is the row.
    Density = 20,
    /// Which rows of a batch have a condition, and on which column; `step` counts the discriminator's steps.
    Condition = 22,
    /// Coins that stand for grey levels in training; `step` is the training step and the shard.
    Binarise = 23,
    /// Coins that stand for grey levels for good; `step` is the image.
    BinariseForGood = 24,
    /// Starts and momenta of annealed chains; `step` is what the chains are for, the image and the temperature.
    Anneal = 33,
    /// Whether their transitions are accepted, and how far their steps go.
    AnnealAccept = 34,
    /// Posterior draws at which the aggregate posterior is told; `step` is the image.
    Aggregate = 32,
    /// Distorted views of images that an extractor learns from; `step` is twice the view's number, and one more for its noise.
    View = 30,
    /// Baselines of images; `step` is the image.
    Baseline = 31,
}

/// Words that are drawn and transformed together.
const PIECE: usize = 4096;

/// A source of addressed random numbers.
///
/// ```
/// use gausswork::noise::{Noise, Stream};
/// let noise = Noise::new(7);
/// let mut all = [0.0; 10];
/// noise.fill_normal(Stream::Test, 3, &mut all);
/// let mut again = [0.0; 10];
/// noise.fill_normal(Stream::Test, 3, &mut again);
/// assert_eq!(all, again);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Noise {
    seed: u64,
}

impl Noise {
    /// The numbers of a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Blocks of four words from an address on, `blocks_per_step` of each step.
    fn blocks(
        &self,
        stream: Stream,
        [first_step, index]: [u64; 2],
        blocks_per_step: usize,
        out: &mut [[u32; 4]],
    ) {
        // 96 bits of address: 64 of step, 32 of index; the stream takes the top byte of the last word.
        let top = (stream as u32) << 24;
        let counters = Counters { first_index: index as usize, first_step, blocks_per_step, top };
        philox([self.seed as u32, (self.seed >> 32) as u32], counters, out);
    }

    /// Four uniform 32-bit words at one address; `index` counts blocks of four.
    pub fn block(&self, stream: Stream, step: u64, index: u32) -> [u32; 4] {
        let mut blocks = [[0; 4]];
        self.blocks(stream, [step, index.into()], usize::MAX, &mut blocks);
        blocks[0]
    }

    /// One 64-bit word at an address.
    pub fn word(&self, stream: Stream, step: u64, index: u32) -> u64 {
        word(self.block(stream, step, index))
    }

    /// Uniform draws on the open interval (0, 1), f32 with 23 bits; element `i` is lane `i % 4` of block `i / 4`.
    pub fn fill_uniform(&self, stream: Stream, step: u64, out: &mut [f32]) {
        self.fill(stream, step, out.len(), out, uniforms);
    }

    /// Standard normal draws by the Box–Muller transform, laid out as in [`Noise::fill_uniform`].
    pub fn fill_normal(&self, stream: Stream, step: u64, out: &mut [f32]) {
        self.fill(stream, step, out.len(), out, normals);
    }

    /// Standard Gumbel draws, laid out as in [`Noise::fill_uniform`].
    pub fn fill_gumbel(&self, stream: Stream, step: u64, out: &mut [f32]) {
        self.fill(stream, step, out.len(), out, gumbels);
    }

    /// [`Noise::fill_uniform`] for consecutive steps, `per_step` draws of each.
    pub fn fill_uniform_of_steps(&self, stream: Stream, first: u64, per_step: usize, out: &mut [f32]) {
        self.fill(stream, first, per_step, out, uniforms);
    }

    /// [`Noise::fill_normal`] for consecutive steps, `per_step` draws of each.
    pub fn fill_normal_of_steps(&self, stream: Stream, first: u64, per_step: usize, out: &mut [f32]) {
        self.fill(stream, first, per_step, out, normals);
    }

    /// [`Noise::fill_gumbel`] for consecutive steps, `per_step` draws of each.
    pub fn fill_gumbel_of_steps(&self, stream: Stream, first: u64, per_step: usize, out: &mut [f32]) {
        self.fill(stream, first, per_step, out, gumbels);
    }

    /// Draws `per_step` numbers of each step from `first` on, whole blocks of words at a time.
    fn fill(
        &self,
        stream: Stream,
        first: u64,
        per_step: usize,
        out: &mut [f32],
        transform: fn(&[u32], &mut [f32]),
    ) {
        if out.is_empty() {
            return;
        }
        let blocks_per_step = per_step.div_ceil(4);
        let padded = 4 * blocks_per_step;
        // Pieces of whole steps that stay in the nearest cache; a long step is a piece of its own.
        let steps = (PIECE / padded).max(1);
        let mut words = vec![[0; 4]; blocks_per_step * steps.min(out.len().div_ceil(per_step))];
        let mut draws = Vec::new();
        for (piece, out) in out.chunks_mut(steps * per_step).enumerate() {
            let words = &mut words[..blocks_per_step * out.len().div_ceil(per_step)];
            self.blocks(stream, [first.wrapping_add((piece * steps) as u64), 0], blocks_per_step, words);
            let words = words.as_flattened();
            if padded == per_step {
                transform(words, out);
                continue;
            }
            draws.resize(words.len(), 0.0);
            transform(words, &mut draws);
            for (out, draws) in out.chunks_mut(per_step).zip(draws.chunks_exact(padded)) {
                out.copy_from_slice(&draws[..out.len()]);
            }
        }
    }

    /// A permutation of `0..n` (Fisher–Yates from the last element down).
    pub fn permutation(&self, stream: Stream, step: u64, n: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n as u32).collect();
        let mut blocks = vec![[0; 4]; n.saturating_sub(1)];
        self.blocks(stream, [step, 1], usize::MAX, &mut blocks);
        for (i, block) in (1..n).zip(&blocks).rev() {
            let word = word(*block);
            // Multiply-shift: the bias is below n / 2^64.
            let j = ((u128::from(word) * (i as u128 + 1)) >> 64) as usize;
            order.swap(i, j);
        }
        order
    }
}

/// The first two words of a block as one.
fn word(block: [u32; 4]) -> u64 {
    u64::from(block[0]) << 32 | u64::from(block[1])
}

/// The inverse of the standard normal distribution function on (0, 1).
///
/// *Stability*: Acklam's rational approximation, relative error below 1.2e-9.
pub fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969683028665376e1,
        2.209460984245205e2,
        -2.759285104469687e2,
        1.383_577_518_672_69e2,
        -3.066479806614716e1,
        2.506628277459239,
    ];
    const B: [f64; 5] = [
        -5.447609879822406e1,
        1.615858368580409e2,
        -1.556989798598866e2,
        6.680131188771972e1,
        -1.328068155288572e1,
    ];
    const C: [f64; 6] = [
        -7.784894002430293e-3,
        -3.223964580411365e-1,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
    ];
    const D: [f64; 4] = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];
    let horner = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = |p: f64| {
        let q = (-2.0 * p.ln()).sqrt();
        horner(&C, q) / (horner(&D, q) * q + 1.0)
    };
    if p < 0.02425 {
        tail(p)
    } else if p > 1.0 - 0.02425 {
        -tail(1.0 - p)
    } else {
        let q = p - 0.5;
        let r = q * q;
        horner(&A, r) * q / (horner(&B, r) * r + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_of_steps_are_those_of_each_step() {
        let noise = Noise::new(9);
        for per_step in [1, 3, 4, 16, 17, 5000] {
            let steps = 37;
            let (mut all, mut one) = (vec![0.0; steps * per_step], vec![0.0; per_step]);
            noise.fill_normal_of_steps(Stream::Test, (1 << 32) - 5, per_step, &mut all);
            for (step, all) in all.chunks(per_step).enumerate() {
                noise.fill_normal(Stream::Test, (1 << 32) - 5 + step as u64, &mut one);
                assert_eq!(all, one);
            }
            noise.fill_uniform_of_steps(Stream::Test, 3, per_step, &mut all);
            noise.fill_uniform(Stream::Test, 5, &mut one);
            assert_eq!(all[2 * per_step..3 * per_step], one);
            assert_eq!((noise.block(Stream::Test, 5, 0)[0] >> 9) as f32 + 0.5, one[0] * 8_388_608.0);
        }
        noise.fill_uniform(Stream::Test, 0, &mut []);
    }

    #[test]
    fn normal_moments_are_within_five_standard_errors() {
        for seed in [1, 2, 3] {
            let mut z = vec![0.0; 200_000];
            Noise::new(seed).fill_normal(Stream::Test, 0, &mut z);
            let n = z.len() as f64;
            let moment = |k: i32| z.iter().map(|&v| f64::from(v).powi(k)).sum::<f64>() / n;
            // Standard errors of the first four sample moments of N(0, 1): 1, √2, √15, √96 over √n.
            for (k, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0_f64)]
            {
                let error: f64 = moment(k) - expected;
                assert!(error.abs() < 5.0 * (variance / n).sqrt(), "seed {seed}, moment {k}: {error}");
            }
        }
    }

    #[test]
    fn permutation_is_a_permutation_and_depends_on_its_step() {
        let noise = Noise::new(5);
        let mut a = noise.permutation(Stream::Shuffle, 0, 1000);
        assert_ne!(a, noise.permutation(Stream::Shuffle, 1, 1000));
        a.sort_unstable();
        assert!(a.iter().enumerate().all(|(i, &v)| i == v as usize));
    }

    #[test]
    fn normal_quantile_inverts_known_values() {
        // scipy.stats.norm.ppf
        for (p, z) in
            [(0.5, 0.0), (0.975, 1.959963984540054), (1e-5, -4.264890793922602), (0.01, -2.3263478740408408)]
        {
            assert!((normal_quantile(p) - z).abs() < 1e-8 * (1.0 + z.abs()), "{p}");
        }
    }
}
