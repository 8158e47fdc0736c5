//! Random words to uniform, normal and Gumbel draws.
//!
//! Logarithm, sine and cosine are polynomials in f64, so that draws are vector code; their error is far below what an f32
//! holds.

use multiversion::multiversion;

/// Pairs of words that are transformed side by side.
const LANES: usize = 16;

const TWO_TO_32: f64 = 4_294_967_296.0;

/// The centre of one of 2²³ equal cells of (0, 1): never 0, never 1, exact in f32.
#[multiversion(targets = "simd")]
pub fn uniforms(words: &[u32], out: &mut [f32]) {
    out.iter_mut().zip(words).for_each(|(out, word)| *out = ((word >> 9) as f32 + 0.5) * (1.0 / 8_388_608.0));
}

/// Standard normals from pairs of words by the Box–Muller transform: `√(−2 log u) (cos 2πv, sin 2πv)`.
///
/// *Stability*: `u = (word + ½)/2³²` in f64, so |z| reaches 6.6. The error is that of rounding to f32.
#[multiversion(targets = "simd")]
pub fn normals(words: &[u32], out: &mut [f32]) {
    for (words, out) in words.chunks(2 * LANES).zip(out.chunks_mut(2 * LANES)) {
        let (mut radius, mut angle) = ([0.0; LANES], [0.0; LANES]);
        for (lane, pair) in words.chunks_exact(2).enumerate() {
            radius[lane] = f64::from(pair[0]);
            // Signed, a quarter turn is a quarter of the range, and −½ ≤ v < ½.
            angle[lane] = f64::from(pair[1] as i32);
        }
        let (mut cosine, mut sine) = ([0.0; LANES], [0.0; LANES]);
        for lane in 0..LANES {
            let r = (-2.0 * ln((radius[lane] + 0.5) * (1.0 / TWO_TO_32))).sqrt();
            let (s, c) = sin_cos_of_turns(angle[lane] * (1.0 / TWO_TO_32));
            (cosine[lane], sine[lane]) = ((r * c) as f32, (r * s) as f32);
        }
        for (lane, pair) in out.chunks_exact_mut(2).enumerate() {
            (pair[0], pair[1]) = (cosine[lane], sine[lane]);
        }
    }
}

/// Standard Gumbel draws, `−log(−log u)` with `u = (word + ½)/2³²`.
#[multiversion(targets = "simd")]
pub fn gumbels(words: &[u32], out: &mut [f32]) {
    for (out, &word) in out.iter_mut().zip(words) {
        *out = -ln(-ln((f64::from(word) + 0.5) * (1.0 / TWO_TO_32))) as f32;
    }
}

/// `log x` of a normal positive number.
///
/// `x = 2ⁿ m` with `√½ ≤ m < √2`, and `log m = 2 artanh s` with `s = (m − 1)/(m + 1)`, `|s| < 0.172`: the series
/// `2 s Σ s²ᵏ/(2k + 1)` up to `k = 9` leaves less than `0.172²¹ / 21`, 5·10⁻¹⁸ of it.
#[inline(always)]
pub(crate) fn ln(x: f64) -> f64 {
    const SQRT_HALF_BITS: u64 = 0x3FE6_A09E_667F_3BCD;
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    let bits = x.to_bits();
    let above = bits.wrapping_sub(SQRT_HALF_BITS);
    // The exponent relative to √½, as a float by placing it in the low bits of 1.5 · 2⁵².
    let exponent = (above as i64) >> 52;
    let n = f64::from_bits(SHIFT.to_bits().wrapping_add(exponent as u64)) - SHIFT;
    let m = f64::from_bits(bits.wrapping_sub((exponent << 52) as u64));
    let s = (m - 1.0) / (m + 1.0);
    let t = s * s;
    let mut sum = 1.0 / 19.0;
    for divisor in [17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
        sum = 1.0 / divisor + t * sum;
    }
    n * std::f64::consts::LN_2 + 2.0 * (s + s * (t * sum))
}

/// `(sin 2πv, cos 2πv)` for `−½ ≤ v ≤ ½`.
///
/// Taylor series of both on the quarter turn nearest to a multiple of ¼, where the angle is at most `π/4`: their next terms are
/// below 10⁻¹⁷.
#[inline(always)]
fn sin_cos_of_turns(v: f64) -> (f64, f64) {
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    let shifted = 4.0 * v + SHIFT;
    let quarter = shifted - SHIFT;
    // −2 to 2: which quarter turn, in the low bits.
    let turn = shifted.to_bits();
    let x = (v - 0.25 * quarter) * std::f64::consts::TAU;
    let t = x * x;
    let (mut s, mut c) = (0.0, 0.0);
    // 1/(2k + 1)! and 1/(2k)!, with alternating signs.
    for k in [8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0_f64] {
        s = (1.0 - s) * (t / (2.0 * k * (2.0 * k + 1.0)));
        c = (1.0 - c) * (t / (2.0 * k * (2.0 * k - 1.0)));
    }
    let (s, c) = (x - x * s, 1.0 - c);
    let (sine, cosine) = if turn & 1 == 0 { (s, c) } else { (c, s) };
    let sign = |negative: bool, x: f64| if negative { -x } else { x };
    (sign(turn & 2 != 0, sine), sign((turn.wrapping_add(1)) & 2 != 0, cosine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_sine_and_cosine_are_within_a_few_roundings() {
        for i in 0..400_000_u64 {
            let word = (i * 10_737) as u32;
            let u = (f64::from(word) + 0.5) / TWO_TO_32;
            assert!((ln(u) - u.ln()).abs() <= 4.0 * f64::EPSILON * u.ln().abs().max(f64::EPSILON), "{u}");
            let v = f64::from(word as i32) / TWO_TO_32;
            let ((s, c), (sine, cosine)) = (sin_cos_of_turns(v), (v * std::f64::consts::TAU).sin_cos());
            // An angle of up to π is rounded, and so are a few operations.
            assert!((s - sine).abs() < 1e-15 && (c - cosine).abs() < 1e-15, "{v}: {s} {sine} {c} {cosine}");
        }
        // Next to 1 a logarithm is its own smallest part.
        let u = 1.0 - 0.5 / TWO_TO_32;
        assert!((ln(u) / u.ln() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn draws_are_the_transforms_of_their_words() {
        for n in [0, 2, 4, 30, 32, 34, 4096] {
            let words: Vec<u32> =
                (0..n as u32).map(|i| i.wrapping_mul(2_654_435_761) ^ 0x5bd1_e995).collect();
            let mut out = vec![0.0; n];
            normals(&words, &mut out);
            for (pair, out) in words.chunks(2).zip(out.chunks(2)) {
                let r = (-2.0 * ((f64::from(pair[0]) + 0.5) / TWO_TO_32).ln()).sqrt();
                let (sine, cosine) = (std::f64::consts::TAU * f64::from(pair[1]) / TWO_TO_32).sin_cos();
                // Half a unit in the last place of f32, and 1e-15 of the radius.
                let slack = |z: f64| f64::from(f32::EPSILON) * 0.51 * z.abs() + 1e-14;
                let [a, b] = [r * cosine, r * sine];
                assert!((f64::from(out[0]) - a).abs() < slack(a) && (f64::from(out[1]) - b).abs() < slack(b));
            }
            gumbels(&words, &mut out);
            for (&word, &out) in words.iter().zip(&out) {
                let exact = -(-((f64::from(word) + 0.5) / TWO_TO_32).ln()).ln();
                assert!((f64::from(out) - exact).abs() < 1e-7 * exact.abs() + 1e-14, "{word}");
            }
            uniforms(&words, &mut out);
            assert!(out.iter().all(|&u| u > 0.0 && u < 1.0));
        }
        let mut ends = [0.0; 2];
        uniforms(&[0, u32::MAX], &mut ends);
        assert!(ends[0] > 0.0 && ends[1] < 1.0);
    }
}
