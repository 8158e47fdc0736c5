//! The softmax of many short spans of a row.

use multiversion::multiversion;

use crate::exp::exp;

/// `out = softmax(x / τ)` in each span of each row; `spans` are the lengths of a row's spans, side by side.
///
/// *Stability*: each span's greatest number is subtracted before the exponential.
#[multiversion(targets = "simd")]
pub fn spans_softmax(x: &[f32], spans: &[usize], temperature: f32, out: &mut [f32]) {
    let columns: usize = spans.iter().sum();
    if columns == 0 {
        return;
    }
    let scale = 1.0 / temperature;
    for (x, out) in x.chunks_exact(columns).zip(out.chunks_exact_mut(columns)) {
        let mut first = 0;
        for &length in spans {
            let x = &x[first..first + length];
            let greatest = x.iter().fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a });
            out[first..first + length].iter_mut().zip(x).for_each(|(out, x)| *out = (x - greatest) * scale);
            first += length;
        }
        // One long loop of exponentials: a span may be too short for vector code.
        out.iter_mut().for_each(|x| *x = exp(*x));
        first = 0;
        for &length in spans {
            let y = &mut out[first..first + length];
            let share = 1.0 / y.iter().sum::<f32>();
            y.iter_mut().for_each(|y| *y *= share);
            first += length;
        }
    }
}

/// The gradient of [`spans_softmax`] by `x`, times `g`, from its result `y`: `out_k = y_k (g_k − Σ_j y_j g_j) / τ`, sums over a span.
#[multiversion(targets = "simd")]
pub fn spans_softmax_gradient(y: &[f32], spans: &[usize], temperature: f32, g: &[f32], out: &mut [f32]) {
    let columns: usize = spans.iter().sum();
    if columns == 0 {
        return;
    }
    let scale = 1.0 / temperature;
    let rows = y.chunks_exact(columns).zip(g.chunks_exact(columns)).zip(out.chunks_exact_mut(columns));
    for ((y, g), out) in rows {
        let mut first = 0;
        for &length in spans {
            let at = first..first + length;
            let (y, g) = (&y[at.clone()], &g[at.clone()]);
            let mean: f32 = y.iter().zip(g).map(|(y, g)| y * g).sum();
            out[at].iter_mut().zip(y.iter().zip(g)).for_each(|(out, (y, g))| *out = y * (g - mean) * scale);
            first += length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_gradient_are_those_of_the_definition() {
        const ULP: f64 = f32::EPSILON as f64;
        for (spans, temperature) in [(&[1_usize][..], 1.0_f32), (&[2, 5, 17], 0.25), (&[40, 3], 2.0)] {
            let (rows, columns) = (4, spans.iter().sum::<usize>());
            let x: Vec<f32> = (0..rows * columns).map(|i| ((i * 7919) % 401) as f32 * 0.01 - 2.0).collect();
            let g: Vec<f32> =
                (0..rows * columns).map(|i| ((i * 104_729) % 301) as f32 * 0.01 - 1.5).collect();
            let (mut y, mut slope) = (vec![9.0; x.len()], vec![9.0; x.len()]);
            spans_softmax(&x, spans, temperature, &mut y);
            spans_softmax_gradient(&y, spans, temperature, &g, &mut slope);
            let mut first = 0;
            for &length in spans.iter().cycle().take(rows * spans.len()) {
                let at = first..first + length;
                let power = |i: usize| (f64::from(x[i]) / f64::from(temperature)).exp();
                let total: f64 = at.clone().map(power).sum();
                let mean: f64 = at.clone().map(|i| power(i) / total * f64::from(g[i])).sum();
                for i in at {
                    let exact = power(i) / total;
                    // An exponent up to 16, whose rounding is relative in the result; four units of the exponential; sums; products.
                    let slack = (16.0 + 8.0 + length as f64) * ULP;
                    assert!((f64::from(y[i]) - exact).abs() <= slack * exact, "{} {exact}", y[i]);
                    let exact = exact * (f64::from(g[i]) - mean) / f64::from(temperature);
                    // The difference of g, up to 1.5, and a mean of such.
                    let slack = 2.0 * slack * 3.0 * power(i) / total / f64::from(temperature);
                    assert!((f64::from(slope[i]) - exact).abs() <= slack, "{} {exact}", slope[i]);
                }
                first += length;
            }
        }
        spans_softmax(&[], &[], 1.0, &mut []);
        spans_softmax_gradient(&[], &[3], 1.0, &[], &mut []);
    }
}
