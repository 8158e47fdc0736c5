//! Element-wise kernels on host slices, compiled for several instruction sets and chosen at run time.

use pulp::Arch;

/// `e^x`, for x ≤ 88; 0 below −87.
///
/// Range reduction to |r| ≤ ½ log 2 and a polynomial of degree 6 (the Taylor coefficients, truncation
/// below 1.2e-7 of the value): with the rounding of five products, within 4 units in the last place.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const LOG2_E: f32 = std::f32::consts::LOG2_E;
    // log 2 in two parts, the first exact in 12 bits.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let clamped = x.clamp(-87.0, 88.0);
    // Adding and subtracting 1.5 · 2^23 rounds to the nearest integer without a call.
    const ROUND: f32 = 12_582_912.0;
    let shifted = clamped * LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = clamped - n * LN_2_HIGH - n * LN_2_LOW;
    let p = 1.0
        + r * (1.0
            + r * (0.5
                + r * (1.666_666_7e-1 + r * (4.166_666_6e-2 + r * (8.333_334e-3 + r * 1.388_889e-3)))));
    // The low bits of `shifted` hold n; moved into the exponent they multiply by 2^n.
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    if x < -87.0 { 0.0 } else { p * power }
}

/// `x σ(x)`, in place.
pub fn silu(values: &mut [f32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for x in values.iter_mut() {
                *x /= 1.0 + exp(-*x);
            }
        },
    );
}

/// For each row of `logits: [rows, levels]` the code that `u[row]` on (0, 1) selects, by inverse transform over
/// the softmax. `logits` is overwritten.
pub fn choose(logits: &mut [f32], levels: usize, u: &[f32], codes: &mut [u16]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for ((row, &u), code) in logits.chunks_exact_mut(levels).zip(u).zip(codes) {
                *code = choose_one(row, u) as u16;
            }
        },
    );
}

const LANES: usize = 16;

#[inline(always)]
fn choose_one(logits: &mut [f32], u: f32) -> usize {
    let mut greatest = [f32::NEG_INFINITY; LANES];
    let whole = logits.len() / LANES * LANES;
    for chunk in logits[..whole].chunks_exact(LANES) {
        for (g, &x) in greatest.iter_mut().zip(chunk) {
            *g = if x > *g { x } else { *g };
        }
    }
    let greatest = greatest.iter().chain(&logits[whole..]).fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    for x in logits.iter_mut() {
        *x = exp(*x - greatest);
    }
    let sum = |chunk: &[f32]| chunk.iter().sum::<f32>();
    let total: f32 = logits.chunks(LANES).map(sum).sum();
    let target = u * total;
    let (mut below, mut last) = (0.0, 0);
    for (c, chunk) in logits.chunks(LANES).enumerate() {
        let through = below + sum(chunk);
        if through > target {
            let mut running = below;
            for (k, &weight) in chunk.iter().enumerate() {
                running += weight;
                if weight > 0.0 {
                    last = c * LANES + k;
                    if running > target {
                        return last;
                    }
                }
            }
        } else if let Some(k) = chunk.iter().rposition(|&weight| weight > 0.0) {
            last = c * LANES + k;
        }
        below = through;
    }
    // Rounding can leave the running sum a hair below the target; the last possible code is meant.
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_within_its_stated_error() {
        let mut worst = 0.0f64;
        let mut x = -86.9f32;
        while x < 87.9 {
            let exact = f64::from(x).exp();
            worst = worst.max((f64::from(exp(x)) - exact).abs() / exact);
            x += 0.000_737;
        }
        // Four units in the last place of f32.
        assert!(worst < 4.0 * f64::from(f32::EPSILON), "{worst:e}");
        assert_eq!(exp(-1.0e4), 0.0);
        assert_eq!(exp(0.0), 1.0);
    }

    #[test]
    fn choose_inverts_the_distribution_function() {
        for levels in [1, 2, 15, 16, 17, 300] {
            let logits: Vec<f32> = (0..levels).map(|k| ((k * 7919) % 13) as f32 * 0.3).collect();
            let weights: Vec<f64> = logits.iter().map(|&l| f64::from(l).exp()).collect();
            let total: f64 = weights.iter().sum();
            for i in 0..1000 {
                let u = (i as f32 + 0.5) / 1000.0;
                let mut code = [0];
                choose(&mut logits.clone(), levels, &[u], &mut code);
                let k = usize::from(code[0]);
                let below: f64 = weights[..k].iter().sum::<f64>() / total;
                let through = below + weights[k] / total;
                // Sums of up to 300 f32 weights, each within 4 ulp.
                let slack = 1e-5;
                assert!(below - slack <= f64::from(u) && f64::from(u) <= through + slack);
            }
        }
    }

    #[test]
    fn impossible_codes_are_never_chosen() {
        for u in [1e-7, 0.5, 1.0 - 6e-8] {
            let mut code = [0];
            choose(&mut [-1e4, 0.0, -1e4, 0.0, -1e4], 5, &[u], &mut code);
            assert!(code[0] == 1 || code[0] == 3);
        }
    }
}
