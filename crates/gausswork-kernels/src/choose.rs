//! Codes drawn from logits.

use multiversion::multiversion;

use crate::exp::exp;

/// Rows that are looked at side by side.
const LANES: usize = 32;

/// For each row the code that `u[row]` on (0, 1) selects, by inverse transform over the softmax of its logits.
///
/// `logits: [levels, rows]` is overwritten. Codes with no mass are never chosen.
///
/// *Stability*: the greatest logit is subtracted before the exponential. Masses are added in order, so a boundary between codes is
/// off by at most `levels` roundings of the total.
#[multiversion(targets = "simd")]
pub fn choose(logits: &mut [f32], u: &[f32], codes: &mut [u16]) {
    let rows = u.len();
    let whole = rows / LANES * LANES;
    for row in (0..whole).step_by(LANES) {
        choose_lanes::<LANES>(logits, rows, row, u, codes);
    }
    for row in whole..rows {
        choose_lanes::<1>(logits, rows, row, u, codes);
    }
}

/// The rows from `row` on, as many as there are lanes.
#[inline(always)]
fn choose_lanes<const N: usize>(logits: &mut [f32], rows: usize, row: usize, u: &[f32], codes: &mut [u16]) {
    let mut greatest = [f32::NEG_INFINITY; N];
    for level in logits.chunks_exact(rows) {
        for (greatest, &x) in greatest.iter_mut().zip(&level[row..row + N]) {
            *greatest = if x > *greatest { x } else { *greatest };
        }
    }
    let mut total = [0.0_f32; N];
    for level in logits.chunks_exact_mut(rows) {
        for ((x, greatest), total) in level[row..row + N].iter_mut().zip(&greatest).zip(&mut total) {
            *x = exp(*x - greatest);
            *total += *x;
        }
    }
    let mut target = [0.0_f32; N];
    for ((target, total), u) in target.iter_mut().zip(&total).zip(&u[row..row + N]) {
        *target = total * u;
    }
    let (mut sum, mut code, mut last) = ([0.0_f32; N], [0_u32; N], [0_u32; N]);
    for (k, level) in (0..).zip(logits.chunks_exact(rows)) {
        let level = &level[row..row + N];
        for lane in 0..N {
            sum[lane] += level[lane];
            code[lane] += u32::from(sum[lane] <= target[lane]);
            last[lane] = if level[lane] > 0.0 { k } else { last[lane] };
        }
    }
    // Rounding can leave the sum at or below the target to the end; the last possible code is meant.
    for lane in 0..N {
        codes[row + lane] = code[lane].min(last[lane]) as u16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choose_inverts_the_distribution_function() {
        for levels in [1, 2, 15, 16, 17, 300] {
            let logit = |k: usize| ((k * 7919) % 13) as f32 * 0.3;
            let weights: Vec<f64> = (0..levels).map(|k| f64::from(logit(k)).exp()).collect();
            let total: f64 = weights.iter().sum();
            // Not a whole number of lanes.
            let rows = 1003;
            let u: Vec<f32> = (0..rows).map(|i| (i as f32 + 0.5) / rows as f32).collect();
            // Shifts of a row's logits mean nothing.
            let mut logits: Vec<f32> =
                (0..levels * rows).map(|i| logit(i / rows) + (i % rows % 5) as f32).collect();
            let mut codes = vec![0; rows];
            choose(&mut logits, &u, &mut codes);
            for (&u, &code) in u.iter().zip(&codes) {
                let k = usize::from(code);
                let below: f64 = weights[..k].iter().sum::<f64>() / total;
                let through = below + weights[k] / total;
                // Sums of up to 300 f32 weights, each within 4 ulp.
                let slack = 4e-5;
                assert!(below - slack <= f64::from(u) && f64::from(u) <= through + slack);
            }
        }
    }

    #[test]
    fn impossible_codes_are_never_chosen() {
        for u in [1e-7, 0.5, 1.0 - 6e-8] {
            let mut code = [0];
            choose(&mut [-1e4, 0.0, -1e4, 0.0, -1e4], &[u], &mut code);
            assert!(code[0] == 1 || code[0] == 3);
        }
        choose(&mut [], &[], &mut []);
    }
}
