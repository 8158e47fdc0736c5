//! The logistic function, its integral, the hyperbolic tangent, and the Bernoulli loss that is made of them.

use multiversion::multiversion;

use crate::exp::exp;

/// `σ(x) = 1 / (1 + e^−x)`.
///
/// Within 6 units in the last place: four of the exponential, and two roundings. Below −88 it stays at e^−88, about 6e-39.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// `log(1 + t)` for 0 ≤ t ≤ 1, within 4 units in the last place.
///
/// With `s = t / (2 + t)`, at most ⅓, it is `2 artanh s = 2 s (1 + s²/3 + s⁴/5 + …)`; the series ends at s¹⁴/15, and what it leaves
/// out is below 3e-9 of the value. `1 + t` is never formed, so a small t loses nothing.
#[inline(always)]
pub fn log_1p(t: f32) -> f32 {
    let s = t / (2.0 + t);
    let q = s * s;
    let tail = 1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q * (1.0 / 15.0)));
    2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * tail))))
}

/// `log(1 + e^x)` as `max(x, 0) + log(1 + e^−|x|)`, which neither overflows nor cancels; within 10 units in the last place
/// (four of the exponential, four of the logarithm, the sum). It is 0 below −87.
#[inline(always)]
pub fn softplus(x: f32) -> f32 {
    let positive = if x > 0.0 { x } else { 0.0 };
    positive + log_1p(exp(-x.abs()))
}

/// `log(1 + e^x)` as [`softplus`], and its slope σ(x), of one exponential: with t = e^−|x|, σ(|x|) = 1 / (1 + t) and σ(−|x|) = t / (1 + t).
#[inline(always)]
pub(crate) fn softplus_and_slope(x: f32) -> [f32; 2] {
    let t = exp(-x.abs());
    let positive = if x > 0.0 { x } else { 0.0 };
    [positive + log_1p(t), if x > 0.0 { 1.0 } else { t } / (1.0 + t)]
}

/// `tanh x = (e^2x − 1) / (e^2x + 1)`, within 6 units in the last place.
///
/// `e^2|x| − 1 = 2^n (e^r − 1) + (2^n − 1)` with |r| ≤ ½ log 2 and the polynomial of `e^r − 1`, which keeps its relative precision
/// at 0. From |x| = 10 on the result is ±1, which is the nearest f32.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    const ROUND: f32 = 12_582_912.0;
    let t = 2.0 * x.abs().min(10.0);
    let shifted = t * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = t - n * LN_2_HIGH - n * LN_2_LOW;
    let tail = 4.166_666_6e-2 + r * (8.333_334e-3 + r * 1.388_889e-3);
    let less_one = r * (1.0 + r * (0.5 + r * (1.666_666_7e-1 + r * tail)));
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    let e = power * less_one + (power - 1.0);
    let y = (e / (e + 2.0)).copysign(x);
    // A minimum forgets what is not a number.
    if x.is_nan() { x } else { y }
}

/// The negative log-likelihood of `targets` in [0, 1] under Bernoulli variables with these logits, and its derivative by the logits:
///
/// ```text
/// loss = −y log σ(x) − (1 − y) log(1 − σ(x)) = softplus(x) − x y,    slope = σ(x) − y
/// ```
///
/// `loss[row]` is the sum over `logits[row, ..]` in nats, for rows of `columns`; `slopes` has the shape of the logits.
#[multiversion(targets = "simd")]
pub fn bernoulli_loss(logits: &[f32], targets: &[f32], columns: usize, loss: &mut [f32], slopes: &mut [f32]) {
    const PIECE: usize = 256;
    let rows = logits.chunks_exact(columns.max(1)).zip(targets.chunks_exact(columns.max(1)));
    for (((logits, targets), slopes), loss) in rows.zip(slopes.chunks_exact_mut(columns.max(1))).zip(loss) {
        let mut total = 0.0;
        let pieces = logits.chunks(PIECE).zip(targets.chunks(PIECE)).zip(slopes.chunks_mut(PIECE));
        for ((logits, targets), slopes) in pieces {
            let mut terms = [0.0; PIECE];
            for (((&x, &y), slope), term) in logits.iter().zip(targets).zip(slopes).zip(&mut terms) {
                // One exponential serves both: with t = e^−|x|, σ(|x|) = 1 / (1 + t) and σ(−|x|) = t / (1 + t).
                let t = exp(-x.abs());
                let positive = if x > 0.0 { x } else { 0.0 };
                *term = positive - x * y + log_1p(t);
                *slope = if x > 0.0 { 1.0 } else { t } / (1.0 + t) - y;
            }
            total += sum(&terms);
        }
        *loss = total;
    }
}

/// The loss of [`bernoulli_loss`] alone, of rows that share their targets, `targets: [columns]`: about twice as fast.
///
/// `Σ log(1 + e^−|x|)` is the logarithm of a product, taken once for up to 960 factors between 1 and 2, of which no strand of 16 holds more
/// than 60. A factor is rounded once and multiplied once, so a row's loss is within `columns` units of 1, beside the rounding of the sum
/// of `max(x, 0) − x y`.
#[multiversion(targets = "simd")]
pub fn bernoulli_nats(logits: &[f32], targets: &[f32], loss: &mut [f32]) {
    const PIECE: usize = 960;
    const STRANDS: usize = 16;
    for (logits, loss) in logits.chunks_exact(targets.len().max(1)).zip(loss) {
        let mut total = 0.0f64;
        for (logits, targets) in logits.chunks(PIECE).zip(targets.chunks(PIECE)) {
            let (mut products, mut sums) = ([1.0f32; STRANDS], [0.0f32; STRANDS]);
            let add = |logits: &[f32], targets: &[f32], products: &mut [f32], sums: &mut [f32]| {
                let strands = products.iter_mut().zip(sums);
                for ((&x, &y), (product, sum)) in logits.iter().zip(targets).zip(strands) {
                    *product *= 1.0 + exp(-x.abs());
                    *sum += if x > 0.0 { x } else { 0.0 } - x * y;
                }
            };
            let whole = logits.len() / STRANDS * STRANDS;
            let chunks = logits.chunks_exact(STRANDS).zip(targets.chunks_exact(STRANDS));
            chunks.for_each(|(logits, targets)| add(logits, targets, &mut products, &mut sums));
            add(&logits[whole..], &targets[whole..], &mut products, &mut sums);
            total += products.iter().map(|&product| f64::from(product)).product::<f64>().ln();
            total += sums.iter().map(|&sum| f64::from(sum)).sum::<f64>();
        }
        *loss = total as f32;
    }
}

/// The sum of a slice whose length is a multiple of 16, in 16 strands.
#[inline(always)]
fn sum(values: &[f32]) -> f32 {
    let mut strands = [0.0; 16];
    for chunk in values.chunks_exact(16) {
        strands.iter_mut().zip(chunk).for_each(|(strand, value)| *strand += value);
    }
    strands.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ULP: f64 = f32::EPSILON as f64;

    #[test]
    fn functions_are_within_their_stated_errors() {
        let mut x = -86.9_f32;
        let (mut of_sigmoid, mut of_softplus, mut of_tanh) = (0.0_f64, 0.0_f64, 0.0_f64);
        while x < 87.9 {
            let wide = f64::from(x);
            let relative = |found: f32, exact: f64| ((f64::from(found) - exact) / exact).abs();
            of_sigmoid = of_sigmoid.max(relative(sigmoid(x), 1.0 / (1.0 + (-wide).exp())));
            of_softplus = of_softplus.max(relative(softplus(x), wide.max(0.0) + (-wide.abs()).exp().ln_1p()));
            for x in [x, x * 0.01, x * 1e-6] {
                of_tanh = of_tanh.max(relative(tanh(x), f64::from(x).tanh()));
            }
            x += 0.000_737;
        }
        assert!(
            of_sigmoid < 6.0 * ULP && of_softplus < 10.0 * ULP && of_tanh < 6.0 * ULP,
            "{of_sigmoid} {of_softplus} {of_tanh}"
        );
        for t in (0..=100_000).map(|i| i as f32 * 1e-5).chain([1e-30, 1e-10]) {
            assert!(
                (f64::from(log_1p(t)) - f64::from(t).ln_1p()).abs() <= 4.0 * ULP * f64::from(t).ln_1p(),
                "{t}"
            );
        }
        assert_eq!((tanh(0.0), tanh(50.0), tanh(-1e30), softplus(-1e4)), (0.0, 1.0, -1.0, 0.0));
        assert!(tanh(f32::NAN).is_nan() && sigmoid(-1e4) < 1e-37 && sigmoid(1e4) == 1.0);
    }

    #[test]
    fn the_loss_alone_is_that_of_the_definition() {
        for columns in [1, 15, 16, 300, 784, 2000] {
            let rows = 3;
            let logits: Vec<f32> =
                (0..rows * columns).map(|i| ((i * 7919) % 4001) as f32 * 0.01 - 20.0).collect();
            let targets: Vec<f32> = (0..columns).map(|i| ((i * 31) % 11) as f32 * 0.1).collect();
            let mut loss = vec![0.0; rows];
            bernoulli_nats(&logits, &targets, &mut loss);
            for (logits, &loss) in logits.chunks_exact(columns).zip(&loss) {
                let (mut exact, mut size) = (0.0, 0.0);
                for (&x, &y) in logits.iter().zip(&targets) {
                    let (x, y) = (f64::from(x), f64::from(y));
                    exact += x.max(0.0) - x * y + (-x.abs()).exp().ln_1p();
                    size += x.abs() + 1.0;
                }
                // Each term is three roundings of numbers up to |x|, or one of a factor, and strands add 60 of them.
                let slack = (3.0 + 60.0) * ULP * size;
                assert!((f64::from(loss) - exact).abs() <= slack, "{columns}: {loss} {exact}");
            }
        }
        // All factors 2, more than f64 could hold at once.
        let mut loss = [0.0];
        bernoulli_nats(&[0.0; 1920], &[0.5; 1920], &mut loss);
        assert!((f64::from(loss[0]) - 1920.0 * 2f64.ln()).abs() < 1e-3);
    }

    #[test]
    fn loss_and_slope_are_those_of_the_definition() {
        for columns in [1, 15, 16, 300] {
            let rows = 7;
            let logits: Vec<f32> =
                (0..rows * columns).map(|i| ((i * 7919) % 4001) as f32 * 0.01 - 20.0).collect();
            let targets: Vec<f32> = (0..rows * columns).map(|i| ((i * 31) % 11) as f32 * 0.1).collect();
            let (mut loss, mut slopes) = (vec![0.0; rows], vec![0.0; rows * columns]);
            bernoulli_loss(&logits, &targets, columns, &mut loss, &mut slopes);
            for (row, &loss) in loss.iter().enumerate() {
                let (mut exact, mut size) = (0.0, 0.0);
                for i in row * columns..(row + 1) * columns {
                    let (x, y) = (f64::from(logits[i]), f64::from(targets[i]));
                    exact += x.max(0.0) - x * y + (-x.abs()).exp().ln_1p();
                    size += x.abs() + 1.0;
                    let slope = 1.0 / (1.0 + (-x).exp()) - y;
                    // σ within six units, and the difference of numbers up to 1.
                    assert!((f64::from(slopes[i]) - slope).abs() <= 7.0 * ULP, "{x} {y}");
                }
                // Each term is three roundings of numbers up to |x|, and the logarithm; the strands add 16 + columns / 16 terms.
                let slack = (3.0 + 4.0 + 16.0 + columns as f64 / 16.0) * ULP * size;
                assert!((f64::from(loss) - exact).abs() <= slack, "{columns} {row}");
            }
        }
        bernoulli_loss(&[], &[], 3, &mut [], &mut []);
        bernoulli_loss(&[], &[], 0, &mut [], &mut []);
    }
}
