//! Counter-based random numbers: the same key gives the same draws on every device, thread count and batch size.
//!
//! A draw is addressed, not consumed: `(seed, stream, step, index)` names it. Nothing is ever
//! advanced, so there is no generator state to save, share or lock, and row `i` of a sample is the
//! same whoever computes it and in whatever order.
//!
//! The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: *Parallel random numbers: as easy as
//! 1, 2, 3*, SC 2011, §3.3 and table 2), tested against that paper's known answers.

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
    /// Importance samples of `score` and of held-out evaluation; `step` is the row.
    Score = 8,
    /// Columns that are regenerated, not modelled; `step` is the row.
    Regenerate = 9,
    /// Which row of a stretch has a column's rare end; `step` is the stretch.
    Ends = 10,
    /// Tests and demonstrations.
    Test = 15,
}

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// The ten-round Philox bijection of a counter under a key.
fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let product0 = u64::from(MULTIPLIERS[0]) * u64::from(counter[0]);
        let product1 = u64::from(MULTIPLIERS[1]) * u64::from(counter[2]);
        counter = [
            (product1 >> 32) as u32 ^ counter[1] ^ key[0],
            product1 as u32,
            (product0 >> 32) as u32 ^ counter[3] ^ key[1],
            product0 as u32,
        ];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

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

    /// Four uniform 32-bit words at one address; `index` counts blocks of four.
    pub fn block(&self, stream: Stream, step: u64, index: u32) -> [u32; 4] {
        // 96 bits of address: 64 of step, 32 of index; the stream takes the top byte of the last word.
        let counter = [index, step as u32, (step >> 32) as u32, (stream as u32) << 24];
        philox(counter, [self.seed as u32, (self.seed >> 32) as u32])
    }

    /// One 64-bit word at an address.
    pub fn word(&self, stream: Stream, step: u64, index: u32) -> u64 {
        let block = self.block(stream, step, index);
        u64::from(block[0]) << 32 | u64::from(block[1])
    }

    /// Uniform draws on the open interval (0, 1), f32 with 24 bits; element `i` is lane `i % 4` of block `i / 4`.
    pub fn fill_uniform(&self, stream: Stream, step: u64, out: &mut [f32]) {
        for (index, lanes) in out.chunks_mut(4).enumerate() {
            let block = self.block(stream, step, index as u32);
            for (lane, word) in lanes.iter_mut().zip(block) {
                *lane = unit_interval(word);
            }
        }
    }

    /// Standard normal draws by the Box–Muller transform, laid out as in [`Noise::fill_uniform`].
    ///
    /// *Stability*: computed in f64 from 32-bit uniforms on (0, 1), so |z| reaches 6.6.
    pub fn fill_normal(&self, stream: Stream, step: u64, out: &mut [f32]) {
        for (index, lanes) in out.chunks_mut(4).enumerate() {
            let block = self.block(stream, step, index as u32);
            let (a, b) = box_muller(block[0], block[1]);
            let (c, d) = box_muller(block[2], block[3]);
            for (lane, z) in lanes.iter_mut().zip([a, b, c, d]) {
                *lane = z;
            }
        }
    }

    /// A permutation of `0..n` (Fisher–Yates from the last element down).
    pub fn permutation(&self, stream: Stream, step: u64, n: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n as u32).collect();
        for i in (1..n).rev() {
            let word = self.word(stream, step, i as u32);
            // Multiply-shift: the bias is below n / 2^64.
            let j = ((u128::from(word) * (i as u128 + 1)) >> 64) as usize;
            order.swap(i, j);
        }
        order
    }
}

/// The centre of one of 2^24 equal cells of (0, 1): never 0, never 1, exact in f32.
fn unit_interval(word: u32) -> f32 {
    // 2^-25 + k 2^-24 needs 25 bits; k < 2^23 keeps it exact, so 23 bits are used.
    ((word >> 9) as f32 + 0.5) * (1.0 / 8_388_608.0)
}

fn box_muller(radius: u32, angle: u32) -> (f32, f32) {
    let u = (f64::from(radius) + 0.5) / 4_294_967_296.0;
    let theta = std::f64::consts::TAU * (f64::from(angle) / 4_294_967_296.0);
    let r = (-2.0 * u.ln()).sqrt();
    let (sin, cos) = theta.sin_cos();
    ((r * cos) as f32, (r * sin) as f32)
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

    /// Known answers distributed with the paper's reference implementation (Random123, `kat_vectors`).
    #[test]
    fn philox_known_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
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
    fn uniforms_stay_inside_the_open_interval() {
        assert!(unit_interval(0) > 0.0);
        assert!(unit_interval(u32::MAX) < 1.0);
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
