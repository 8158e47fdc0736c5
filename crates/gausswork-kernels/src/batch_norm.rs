//! Normalisation of columns by given moments, with scale, shift and activation, and its gradient.

use multiversion::multiversion;

use crate::activation::Activation;
use crate::moments::Totals;

/// `y = a(γ x̂ + β)`, `x̂ = (x − m) s`, `s = 1 / √(v + ε)`, for `x: [rows, columns]` and one m, v, γ, β for each column
/// (Ioffe & Szegedy 2015).
#[derive(Debug, Clone, Copy)]
pub struct BatchNorm<'a> {
    /// m.
    pub mean: &'a [f32],
    /// v.
    pub variance: &'a [f32],
    /// γ.
    pub scale: &'a [f32],
    /// β.
    pub shift: &'a [f32],
    /// ε.
    pub epsilon: f32,
    /// a.
    pub activation: Activation,
}

/// Numbers that are worked on at a time; they stay in the first-level cache.
const PIECE: usize = 1 << 12;

impl BatchNorm<'_> {
    /// The output for `x`, into `y`.
    pub fn forward(&self, x: &[f32], y: &mut [f32]) {
        let columns = self.check(x, y);
        let factor = self.factor();
        for (x, y) in x.chunks(piece(columns)).zip(y.chunks_mut(piece(columns))) {
            affine(x, self.mean, &factor, self.shift, y);
            self.activation.apply(y);
        }
    }

    /// Replaces `g`, the gradient by the output, by that by `x`, and adds those by γ and β to `d_scale` and `d_shift`.
    ///
    /// With `h = g a'(γ x̂ + β)`: `dβ = Σ h`, `dγ = Σ h x̂` over the rows. If the moments are constants, `dx = γ s h`. If they are those of
    /// the n rows of `x` (`of_x`), `dx = γ s (h − dβ / n − x̂ dγ / n)`.
    pub fn gradient(&self, x: &[f32], of_x: bool, g: &mut [f32], d_scale: &mut [f32], d_shift: &mut [f32]) {
        let columns = self.check(x, g);
        let factor = self.factor();
        let (mut by_scale, mut by_shift) = (Totals::new(columns), Totals::new(columns));
        let mut kept = vec![0.0; if self.activation == Activation::Identity { 0 } else { piece(columns) }];
        for (x, g) in x.chunks(piece(columns)).zip(g.chunks_mut(piece(columns))) {
            if self.activation != Activation::Identity {
                // Computing the argument again costs less than keeping it.
                let kept = &mut kept[..x.len()];
                affine(x, self.mean, &factor, self.shift, kept);
                if self.activation.slope_is_of_value() {
                    self.activation.apply(kept);
                }
                self.activation.multiply_by_slope(kept, g);
            }
            sums(x, g, self.mean, &mut by_scale.piece, &mut by_shift.piece);
            by_scale.end_of_piece();
            by_shift.end_of_piece();
        }
        // Σ h (x − m) becomes Σ h x̂.
        let s: Vec<f32> = self.variance.iter().map(|v| 1.0 / (v + self.epsilon).sqrt()).collect();
        by_scale.total.iter_mut().zip(&s).for_each(|(total, &s)| *total *= f64::from(s));
        let add = |to: &mut [f32], totals: &Totals| {
            to.iter_mut().zip(&totals.total).for_each(|(to, total)| *to += *total as f32);
        };
        add(d_scale, &by_scale);
        add(d_shift, &by_shift);
        // dx = (γ s) (h − a − b (x − m)), a = dβ / n and b = s dγ / n.
        let per_row = if of_x { 1.0 / (x.len() / columns.max(1)).max(1) as f64 } else { 0.0 };
        let a: Vec<f32> = by_shift.total.iter().map(|d| (d * per_row) as f32).collect();
        let b: Vec<f32> = by_scale.total.iter().zip(&s).map(|(d, &s)| (d * per_row) as f32 * s).collect();
        correct(x, self.mean, &factor, &a, &b, g);
    }

    /// γ s.
    fn factor(&self) -> Vec<f32> {
        self.scale.iter().zip(self.variance).map(|(scale, v)| scale / (v + self.epsilon).sqrt()).collect()
    }

    /// The number of columns.
    fn check(&self, x: &[f32], y: &[f32]) -> usize {
        let columns = self.mean.len();
        let all = [self.variance.len(), self.scale.len(), self.shift.len()];
        assert!(all == [columns; 3] && x.len() == y.len(), "shapes must fit");
        assert!(x.len().checked_rem(columns).unwrap_or(x.len()) == 0, "rows must be whole");
        columns
    }
}

/// Numbers of whole rows, about [`PIECE`].
fn piece(columns: usize) -> usize {
    (PIECE / columns.max(1)).max(1) * columns.max(1)
}

#[multiversion(targets = "simd")]
fn affine(x: &[f32], mean: &[f32], factor: &[f32], shift: &[f32], y: &mut [f32]) {
    let columns = mean.len();
    for (x, y) in x.chunks_exact(columns).zip(y.chunks_exact_mut(columns)) {
        for ((((y, x), mean), factor), shift) in y.iter_mut().zip(x).zip(mean).zip(factor).zip(shift) {
            *y = (x - mean) * factor + shift;
        }
    }
}

/// Adds `Σ h (x − m)` and `Σ h`.
#[multiversion(targets = "simd")]
fn sums(x: &[f32], h: &[f32], mean: &[f32], products: &mut [f32], plain: &mut [f32]) {
    let columns = mean.len();
    for (x, h) in x.chunks_exact(columns).zip(h.chunks_exact(columns)) {
        for ((((product, plain), x), h), mean) in products.iter_mut().zip(&mut *plain).zip(x).zip(h).zip(mean)
        {
            *product += h * (x - mean);
            *plain += h;
        }
    }
}

#[multiversion(targets = "simd")]
fn correct(x: &[f32], mean: &[f32], factor: &[f32], a: &[f32], b: &[f32], h: &mut [f32]) {
    let columns = mean.len();
    if columns == 0 {
        return;
    }
    for (x, h) in x.chunks_exact(columns).zip(h.chunks_exact_mut(columns)) {
        let row = h.iter_mut().zip(x).zip(mean).zip(factor).zip(a).zip(b);
        for (((((h, x), mean), factor), a), b) in row {
            *h = factor * (*h - a - b * (x - mean));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moments::column_moments;

    fn numbers(len: usize, salt: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919 + salt * 31) % 101) as f32 * 0.02 - 1.0).collect()
    }

    /// The definition in f64, with the moments of `x` or the given ones.
    fn exact(x: &[f64], of_x: bool, norm: &BatchNorm<'_>) -> Vec<f64> {
        let columns = norm.mean.len();
        let rows = x.len() / columns;
        let mut y = x.to_vec();
        for j in 0..columns {
            let column = || (0..rows).map(|i| x[i * columns + j]);
            let (mut m, mut v) = (f64::from(norm.mean[j]), f64::from(norm.variance[j]));
            if of_x {
                m = column().sum::<f64>() / rows as f64;
                v = column().map(|x| (x - m) * (x - m)).sum::<f64>() / rows as f64;
            }
            for i in 0..rows {
                let z = (x[i * columns + j] - m) / (v + f64::from(norm.epsilon)).sqrt();
                let z = f64::from(norm.scale[j]) * z + f64::from(norm.shift[j]);
                y[i * columns + j] = match norm.activation {
                    Activation::LeakyRelu(slope) => z.max(0.0) + f64::from(slope) * z.min(0.0),
                    Activation::Silu => z / (1.0 + (-z).exp()),
                    Activation::Tanh => z.tanh(),
                    _ => z,
                };
            }
        }
        y
    }

    #[test]
    fn output_and_gradients_are_those_of_the_definition() {
        let activations =
            [Activation::Identity, Activation::LeakyRelu(0.2), Activation::Silu, Activation::Tanh];
        for ([rows, columns], activation) in
            [[2, 3], [9, 1], [300, 17], [5, 5000]].into_iter().zip(activations.into_iter().cycle())
        {
            for of_x in [true, false] {
                let x = numbers(rows * columns, 1);
                let (mut mean, mut variance) = (numbers(columns, 2), vec![0.7; columns]);
                if of_x {
                    column_moments(&x, &mut mean, &mut variance);
                }
                let (scale, shift) = (numbers(columns, 3), numbers(columns, 4));
                let norm = BatchNorm {
                    mean: &mean,
                    variance: &variance,
                    scale: &scale,
                    shift: &shift,
                    epsilon: 1e-2,
                    activation,
                };
                let mut y = vec![0.0; x.len()];
                norm.forward(&x, &mut y);
                let wide: Vec<f64> = x.iter().map(|&x| x.into()).collect();
                let eps = f64::from(f32::EPSILON);
                for (y, exact) in y.iter().zip(exact(&wide, of_x, &norm)) {
                    // The mean is within 33 units of numbers up to 1, s is at most 10, and x̂ at most 12.
                    assert!((f64::from(*y) - exact).abs() <= 400.0 * eps, "{rows} {columns} {activation:?}");
                }
                let g = numbers(x.len(), 5);
                let (mut dx, mut d_scale, mut d_shift) = (g.clone(), vec![1.0; columns], vec![1.0; columns]);
                norm.gradient(&x, of_x, &mut dx, &mut d_scale, &mut d_shift);
                let value = |x: &[f64], norm: &BatchNorm<'_>| -> f64 {
                    exact(x, of_x, norm).iter().zip(&g).map(|(y, g)| y * f64::from(*g)).sum()
                };
                // Central differences: in f64 by x with h = 1e-5 (truncation below h² s³ · 6 < 1e-6 while no kink lies between, rounding
                // below 1e-8), in f32 by scale and shift, which are linear but for the activation, with h = 2^-10 (1e-5).
                let slack = 1e-5 + 400.0 * eps * 10.0;
                for at in [0, x.len() / 2, x.len() - 1] {
                    let moved = |h: f64| {
                        let mut x = wide.clone();
                        x[at] += h;
                        value(&x, &norm)
                    };
                    let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                    assert!(
                        (f64::from(dx[at]) - difference).abs() <= slack,
                        "{rows} {columns} {activation:?} {at}"
                    );
                }
                for j in [0, columns - 1] {
                    let h = 1.0 / 1024.0;
                    let moved = |h: f32, which: usize| {
                        let (mut scale, mut shift) = (scale.clone(), shift.clone());
                        [&mut scale, &mut shift][which][j] += h;
                        value(&wide, &BatchNorm { scale: &scale, shift: &shift, ..norm })
                    };
                    for (which, found) in [&d_scale, &d_shift].into_iter().enumerate() {
                        let difference = (moved(h, which) - moved(-h, which)) / (2.0 * f64::from(h));
                        // Sums over the rows of such errors; where the rectifier's kink is crossed, half of h each.
                        let slack = rows as f64 * (1e-5 + 0.8 * f64::from(h) * 0.05) + 1e-5;
                        assert!(
                            (f64::from(found[j]) - 1.0 - difference).abs() <= slack,
                            "{rows} {columns} {which}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn no_rows_and_no_columns_are_fine() {
        let norm = |columns: &'static [f32]| BatchNorm {
            mean: columns,
            variance: columns,
            scale: columns,
            shift: columns,
            epsilon: 1e-5,
            activation: Activation::Relu,
        };
        norm(&[1.0]).forward(&[], &mut []);
        norm(&[]).forward(&[], &mut []);
        norm(&[1.0]).gradient(&[], true, &mut [], &mut [0.0], &mut [0.0]);
        norm(&[]).gradient(&[], true, &mut [], &mut [], &mut []);
    }
}
