//! Codes drawn from logits.

use multiversion::multiversion;

use crate::exp::exp;

/// For each row of `logits: [rows, levels]` the code that `u[row]` on (0, 1) selects, by inverse transform over
/// the softmax. `logits` is overwritten.
#[multiversion(targets = "simd")]
pub fn choose(logits: &mut [f32], levels: usize, u: &[f32], codes: &mut [u16]) {
    for ((row, &u), code) in logits.chunks_exact_mut(levels).zip(u).zip(codes) {
        *code = choose_one(row, u) as u16;
    }
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
