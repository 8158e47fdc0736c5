//! The log-mass of codes under softmax logits, and its gradient.

use multiversion::multiversion;

use crate::draws::ln;
use crate::exp::exp;

/// `out[row] = logits[row, codes[row]] − log Σ_k e^logits[row, k]`, for `logits: [rows, levels]`; `scratch` is overwritten.
///
/// *Stability*: the greatest logit is subtracted before the exponential.
#[multiversion(targets = "simd")]
pub fn log_mass(logits: &[f32], levels: usize, codes: &[u32], scratch: &mut Vec<f32>, out: &mut [f32]) {
    // The exponentials of all rows are one long loop: a row may be too short for vector code. So are the logarithms, of the totals
    // behind them.
    scratch.clear();
    scratch.reserve(logits.len() + out.len());
    for (row, out) in logits.chunks_exact(levels).zip(out.iter_mut()) {
        let greatest = folded(row, f32::NEG_INFINITY, |a, b| if b > a { b } else { a });
        scratch.extend(row.iter().map(|x| x - greatest));
        *out = greatest;
    }
    scratch.iter_mut().for_each(|x| *x = exp(*x));
    for row in 0..out.len() {
        let total = folded(&scratch[row * levels..(row + 1) * levels], 0.0, |a, b| a + b);
        scratch.push(total);
    }
    let totals = &scratch[logits.len()..];
    for (((logits, &code), out), total) in logits.chunks_exact(levels).zip(codes).zip(out).zip(totals) {
        *out = (logits[code as usize] - *out) - ln(f64::from(*total)) as f32;
    }
}

/// Folds numbers sixteen at a time, then what that leaves.
#[inline(always)]
fn folded(values: &[f32], start: f32, fold: impl Fn(f32, f32) -> f32) -> f32 {
    let (groups, rest) = values.as_chunks::<16>();
    let mut lanes = [start; 16];
    for group in groups {
        lanes.iter_mut().zip(group).for_each(|(lane, &x)| *lane = fold(*lane, x));
    }
    let tail = rest.iter().fold(start, |all, &x| fold(all, x));
    if groups.is_empty() { tail } else { lanes.into_iter().fold(tail, fold) }
}

/// Rows that are looked at side by side.
const LANES: usize = 32;

/// [`log_mass`] of logits that stand in columns, `logits: [levels, rows]`.
#[multiversion(targets = "simd")]
pub fn log_mass_by_columns(logits: &[f32], codes: &[u16], out: &mut [f32]) {
    let rows = codes.len();
    let whole = rows / LANES * LANES;
    for row in (0..whole).step_by(LANES) {
        lanes::<LANES>(logits, rows, row, codes, out);
    }
    for row in whole..rows {
        lanes::<1>(logits, rows, row, codes, out);
    }
}

/// The rows from `row` on, as many as there are lanes.
#[inline(always)]
fn lanes<const N: usize>(logits: &[f32], rows: usize, row: usize, codes: &[u16], out: &mut [f32]) {
    let mut greatest = [f32::NEG_INFINITY; N];
    for level in logits.chunks_exact(rows) {
        for (greatest, &x) in greatest.iter_mut().zip(&level[row..row + N]) {
            *greatest = if x > *greatest { x } else { *greatest };
        }
    }
    let mut total = [0.0_f32; N];
    for level in logits.chunks_exact(rows) {
        for ((x, greatest), total) in level[row..row + N].iter().zip(&greatest).zip(&mut total) {
            *total += exp(*x - greatest);
        }
    }
    let mut log_total = [0.0_f32; N];
    log_total.iter_mut().zip(total).for_each(|(log, total)| *log = ln(f64::from(total)) as f32);
    for lane in 0..N {
        let logit = logits[usize::from(codes[row + lane]) * rows + row + lane];
        out[row + lane] = (logit - greatest[lane]) - log_total[lane];
    }
}

/// `out[row, k] = g[row] (1{k = codes[row]} − softmax(logits)[row, k])`, given what [`log_mass`] found.
#[multiversion(targets = "simd")]
pub fn log_mass_gradient(
    logits: &[f32],
    levels: usize,
    codes: &[u32],
    log_mass: &[f32],
    g: &[f32],
    out: &mut [f32],
) {
    let rows = logits.chunks_exact(levels).zip(out.chunks_exact_mut(levels));
    for (((logits, out), &code), log_mass) in rows.zip(codes).zip(log_mass) {
        let log_sum = logits[code as usize] - log_mass;
        out.iter_mut().zip(logits).for_each(|(out, x)| *out = x - log_sum);
    }
    out.iter_mut().for_each(|x| *x = exp(*x));
    for ((out, &code), &g) in out.chunks_exact_mut(levels).zip(codes).zip(g) {
        out.iter_mut().for_each(|p| *p *= -g);
        out[code as usize] += g;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_gradients_are_those_of_the_definition() {
        for levels in [1, 2, 7, 16, 117] {
            let rows = 33;
            let logits: Vec<f32> =
                (0..rows * levels).map(|i| ((i * 7919) % 4001) as f32 * 0.01 - 20.0).collect();
            let codes: Vec<u32> = (0..rows).map(|row| (row * 31 % levels) as u32).collect();
            let g: Vec<f32> = (0..rows).map(|row| row as f32 * 0.1 - 1.5).collect();
            let (mut found, mut gradient) = (vec![0.0; rows], vec![0.0; rows * levels]);
            log_mass(&logits, levels, &codes, &mut Vec::new(), &mut found);
            log_mass_gradient(&logits, levels, &codes, &found, &g, &mut gradient);
            let columns: Vec<f32> =
                (0..levels * rows).map(|i| logits[i % rows * levels + i / rows]).collect();
            let short: Vec<u16> = codes.iter().map(|&code| code as u16).collect();
            let mut by_columns = vec![0.0; rows];
            log_mass_by_columns(&columns, &short, &mut by_columns);
            for row in 0..rows {
                let l: Vec<f64> =
                    logits[row * levels..(row + 1) * levels].iter().map(|&x| x.into()).collect();
                let top = l.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let log_sum = top + l.iter().map(|x| (x - top).exp()).sum::<f64>().ln();
                let code = codes[row] as usize;
                // Logits of up to 20 are rounded to 2e-6 in their differences; sums of up to 117 weights.
                assert!((f64::from(found[row]) - (l[code] - log_sum)).abs() < 1e-5);
                assert!((f64::from(by_columns[row]) - (l[code] - log_sum)).abs() < 1e-5);
                for k in 0..levels {
                    let p = (l[k] - log_sum).exp();
                    let exact = f64::from(g[row]) * (f64::from(u8::from(k == code)) - p);
                    assert!(
                        (f64::from(gradient[row * levels + k]) - exact).abs() < 3e-5,
                        "{levels} {row} {k}"
                    );
                }
            }
        }
        // Padding that cannot be chosen has no mass and no gradient.
        let logits = [0.0, 1.0, -1e4];
        let (mut found, mut gradient) = ([0.0], [0.0; 3]);
        log_mass(&logits, 3, &[1], &mut Vec::new(), &mut found);
        log_mass_gradient(&logits, 3, &[1], &found, &[1.0], &mut gradient);
        assert!((found[0] + (1.0_f32 + (-1.0_f32).exp()).ln()).abs() < 1e-6 && gradient[2] == 0.0);
        log_mass(&[], 3, &[], &mut Vec::new(), &mut []);
    }
}
