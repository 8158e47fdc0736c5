//! Normalisation of rows, with scale and shift, and its gradient.

use multiversion::multiversion;

/// `y = γ x̂ + β`, `x̂ = (x − m) s`, `s = 1 / √(v + ε)`, for `x: [rows, columns]`, m and v the mean and the variance of each row
/// (Ba, Kiros & Hinton 2016).
#[multiversion(targets = "simd")]
pub fn layer_norm(x: &[f32], scale: &[f32], shift: &[f32], epsilon: f32, y: &mut [f32]) {
    let columns = scale.len().max(1);
    for (x, y) in x.chunks_exact(columns).zip(y.chunks_exact_mut(columns)) {
        let (mean, s) = moments(x, epsilon);
        for (((y, x), scale), shift) in y.iter_mut().zip(x).zip(scale).zip(shift) {
            *y = (x - mean) * s * scale + shift;
        }
    }
}

/// Replaces `g`, the gradient by the output of [`layer_norm`], by that by `x`, and adds those by γ and β to `d_scale` and `d_shift`.
///
/// With `h = g γ` and the mean `⟨⟩` over the row: `dx = s (h − ⟨h⟩ − x̂ ⟨h x̂⟩)`, `dγ = Σ g x̂`, `dβ = Σ g` over the rows.
#[multiversion(targets = "simd")]
pub fn layer_norm_gradient(
    x: &[f32],
    scale: &[f32],
    epsilon: f32,
    g: &mut [f32],
    d_scale: &mut [f32],
    d_shift: &mut [f32],
) {
    let columns = scale.len().max(1);
    let mut normal = vec![0.0; columns];
    for (x, g) in x.chunks_exact(columns).zip(g.chunks_exact_mut(columns)) {
        let (mean, s) = moments(x, epsilon);
        normal.iter_mut().zip(x).for_each(|(normal, x)| *normal = (x - mean) * s);
        for ((d, g), normal) in d_scale.iter_mut().zip(&*g).zip(&normal) {
            *d += g * normal;
        }
        d_shift.iter_mut().zip(&*g).for_each(|(d, g)| *d += g);
        g.iter_mut().zip(scale).for_each(|(g, scale)| *g *= scale);
        let whole = |h: f32, _: f32| h;
        let of_h = total(g, &normal, whole) / columns as f32;
        let of_product = total(g, &normal, |h, normal| h * normal) / columns as f32;
        for (h, normal) in g.iter_mut().zip(&normal) {
            *h = s * (*h - of_h - normal * of_product);
        }
    }
}

/// m and s of a row.
#[inline(always)]
fn moments(x: &[f32], epsilon: f32) -> (f32, f32) {
    let n = x.len() as f32;
    let mean = total(x, x, |x, _| x) / n;
    let variance = total(x, x, |x, _| (x - mean) * (x - mean)) / n;
    (mean, 1.0 / (variance + epsilon).sqrt())
}

/// `Σ f(a, b)`, in 16 strands.
#[inline(always)]
fn total(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    const LANES: usize = 16;
    let mut strands = [0.0; LANES];
    let (whole_a, rest_a) = a.as_chunks::<LANES>();
    let (whole_b, rest_b) = b.as_chunks::<LANES>();
    for (a, b) in whole_a.iter().zip(whole_b) {
        for ((strand, &a), &b) in strands.iter_mut().zip(a).zip(b) {
            *strand += f(a, b);
        }
    }
    let rest: f32 = rest_a.iter().zip(rest_b).map(|(&a, &b)| f(a, b)).sum();
    strands.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(len: usize, salt: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919 + salt * 31) % 101) as f32 * 0.02 - 1.0).collect()
    }

    fn exact(x: &[f64], scale: &[f64], shift: &[f64], epsilon: f64) -> Vec<f64> {
        let columns = scale.len();
        let row = |x: &[f64]| -> Vec<f64> {
            let m = x.iter().sum::<f64>() / columns as f64;
            let v = x.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / columns as f64;
            (0..columns).map(|j| (x[j] - m) / (v + epsilon).sqrt() * scale[j] + shift[j]).collect()
        };
        x.chunks(columns).flat_map(row).collect()
    }

    #[test]
    fn output_and_gradients_are_those_of_the_definition() {
        let epsilon = 1e-2;
        for [rows, columns] in [[1, 2], [3, 1], [4, 15], [5, 16], [2, 300]] {
            let (x, g) = (numbers(rows * columns, 1), numbers(rows * columns, 2));
            let (scale, shift) = (numbers(columns, 3), numbers(columns, 4));
            let mut y = vec![0.0; x.len()];
            layer_norm(&x, &scale, &shift, epsilon, &mut y);
            let (mut dx, mut d_scale, mut d_shift) = (g.clone(), vec![1.0; columns], vec![1.0; columns]);
            layer_norm_gradient(&x, &scale, epsilon, &mut dx, &mut d_scale, &mut d_shift);
            let wide = |v: &[f32]| -> Vec<f64> { v.iter().map(|&v| v.into()).collect() };
            let inputs = [wide(&x), wide(&scale), wide(&shift)];
            let value =
                |inputs: &[Vec<f64>; 3]| exact(&inputs[0], &inputs[1], &inputs[2], f64::from(epsilon));
            for (y, exact) in y.iter().zip(value(&inputs)) {
                // The mean is within columns / 16 + 16 units of numbers up to 1, and s is at most 10.
                assert!((f64::from(*y) - exact).abs() <= 400.0 * f64::from(f32::EPSILON), "{rows} {columns}");
            }
            for (which, found) in [&dx, &d_scale, &d_shift].into_iter().enumerate() {
                let start = if which == 0 { 0.0 } else { 1.0 };
                for at in 0..found.len() {
                    let moved = |h: f64| -> f64 {
                        let mut inputs = inputs.clone();
                        inputs[which][at] += h;
                        value(&inputs).iter().zip(&g).map(|(y, &g)| y * f64::from(g)).sum()
                    };
                    let difference = (moved(1e-4) - moved(-1e-4)) / 2e-4;
                    // Truncation h² s³ · 6 / 6 = 1e-5 times the output, and 400 units as above, times s.
                    let slack = 1e-5 + 4000.0 * f64::from(f32::EPSILON);
                    assert!(
                        (f64::from(found[at]) - start - difference).abs() <= slack,
                        "{rows} {columns} {which} {at}"
                    );
                }
            }
        }
        layer_norm(&[], &[1.0], &[1.0], 1e-5, &mut []);
        layer_norm(&[], &[], &[], 1e-5, &mut []);
        layer_norm_gradient(&[], &[], 1e-5, &mut [], &mut [], &mut []);
    }
}
