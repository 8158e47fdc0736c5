//! The cross-entropy of many short spans of a row, each with a softmax of its own.

use multiversion::multiversion;

use crate::draws::ln;
use crate::exp::exp;

/// The negative log-likelihood of `targets` under softmax logits, span after span of each row, and its derivative by the logits:
///
/// ```text
/// loss = Σ_spans (log Σ_k e^x_k − Σ_k y_k x_k),    slope = softmax(x) − y
/// ```
///
/// `spans` are the lengths of a row's spans; targets of a span add up to 1. `loss[row]` is in nats; `slopes` has the shape of the logits.
///
/// *Stability*: each span's greatest logit is subtracted before the exponential.
#[multiversion(targets = "simd")]
pub fn spans_loss(logits: &[f32], targets: &[f32], spans: &[usize], loss: &mut [f32], slopes: &mut [f32]) {
    let columns: usize = spans.iter().sum();
    if columns == 0 {
        return loss.fill(0.0);
    }
    let rows = logits.chunks_exact(columns).zip(targets.chunks_exact(columns));
    for (((x, y), slopes), loss) in rows.zip(slopes.chunks_exact_mut(columns)).zip(loss) {
        let mut first = 0;
        // A logit less its span's greatest; `Σ y (x − greatest)` is all that the loss needs of the targets.
        for &length in spans {
            let x = &x[first..first + length];
            let greatest = x.iter().fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a });
            slopes[first..first + length].iter_mut().zip(x).for_each(|(out, x)| *out = x - greatest);
            first += length;
        }
        let mut strands = [0.0_f32; 16];
        let ((y16, y_rest), (x16, x_rest)) = (y.as_chunks::<16>(), slopes.as_chunks::<16>());
        for (y, x) in y16.iter().zip(x16) {
            strands.iter_mut().zip(y.iter().zip(x)).for_each(|(sum, (y, x))| *sum += y * x);
        }
        let rest: f32 = y_rest.iter().zip(x_rest).map(|(y, x)| y * x).sum();
        let mut total = -(strands.iter().sum::<f32>() + rest);
        // One long loop of exponentials: a span may be too short for vector code.
        slopes.iter_mut().for_each(|x| *x = exp(*x));
        first = 0;
        for &length in spans {
            let p = &mut slopes[first..first + length];
            let sum: f32 = p.iter().sum();
            total += ln(f64::from(sum)) as f32;
            let share = 1.0 / sum;
            p.iter_mut().for_each(|p| *p *= share);
            first += length;
        }
        slopes.iter_mut().zip(y).for_each(|(p, y)| *p -= y);
        *loss = total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_and_slope_are_those_of_the_definition() {
        const ULP: f64 = f32::EPSILON as f64;
        for spans in [&[1_usize][..], &[2, 5, 17], &[40, 3]] {
            let (rows, columns) = (5, spans.iter().sum::<usize>());
            let x: Vec<f32> = (0..rows * columns).map(|i| ((i * 7919) % 401) as f32 * 0.05 - 10.0).collect();
            let mut y = vec![0.0; rows * columns];
            for row in 0..rows {
                let mut first = row * columns;
                for (k, length) in spans.iter().enumerate() {
                    y[first + (row * 3 + k) % length] = 1.0;
                    first += length;
                }
            }
            let (mut loss, mut slopes) = (vec![0.0; rows], vec![0.0; rows * columns]);
            spans_loss(&x, &y, spans, &mut loss, &mut slopes);
            for (row, &loss) in loss.iter().enumerate() {
                let (mut first, mut exact, mut size) = (row * columns, 0.0, 0.0);
                for &length in spans {
                    let at = first..first + length;
                    let sum: f64 = x[at.clone()].iter().map(|&x| f64::from(x).exp()).sum();
                    exact += sum.ln() - at.clone().map(|i| f64::from(x[i]) * f64::from(y[i])).sum::<f64>();
                    size += 20.0 + sum.ln().abs();
                    for i in at {
                        let slope = f64::from(x[i]).exp() / sum - f64::from(y[i]);
                        // The exponent is a difference of numbers up to 10; four units of the exponential; a sum, two products.
                        assert!((f64::from(slopes[i]) - slope).abs() <= (20.0 + 6.0 + length as f64) * ULP);
                    }
                    first += length;
                }
                // Each span adds a rounding of its total and of its logarithm, in the size of what is added.
                assert!((f64::from(loss) - exact).abs() <= (8.0 + spans.len() as f64) * ULP * size);
            }
        }
        spans_loss(&[], &[], &[], &mut [], &mut []);
        spans_loss(&[], &[], &[3], &mut [], &mut []);
    }
}
