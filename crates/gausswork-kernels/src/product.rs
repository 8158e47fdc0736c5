//! Products of row-major matrices, each on the calling thread.

use crate::matrix::{Matrix, append_product, product, transpose};

/// `y += a b`, `a: [m, k]`, `b: [k, n]`, `y: [m, n]`.
pub fn multiply_add(a: &[f32], b: &[f32], y: &mut [f32], [m, k, n]: [usize; 3]) {
    product(Matrix::new(a, [m, k]), Matrix::new(b, [k, n]), true, n, y);
}

/// Fewer rows than this are cheaper to turn than a right side is to pack.
const FEW_ROWS: usize = 192;
/// Right sides smaller than this fit the nearest cache in either orientation.
const SMALL: usize = 1 << 14;
/// Right sides larger than this are turned at the expense of any number of rows.
const LARGE: usize = 1 << 17;

/// Appends `a bᵀ` to `out`, `a: [m, k]`, `b: [n, k]`.
pub fn append_by_transposed(a: &[f32], b: &[f32], out: &mut Vec<f32>, [m, k, n]: [usize; 3]) {
    // A product packs a transposed right side number by number: for a large one it is cheaper to turn it whole.
    if m >= FEW_ROWS && n * k > LARGE {
        let mut turned = vec![0.0; n * k];
        transpose(b, [n, k], &mut turned);
        return append_product(Matrix::new(a, [m, k]), Matrix::new(&turned, [k, n]), out);
    }
    // With few rows to share it, that packing is most of the work. `b aᵀ` packs the rows instead, and only they and what comes out
    // are turned.
    if m < FEW_ROWS && n * k > SMALL {
        let mut columns = vec![0.0; k * m];
        transpose(a, [m, k], &mut columns);
        let mut turned = Vec::new();
        append_product(Matrix::new(b, [n, k]), Matrix::new(&columns, [k, m]), &mut turned);
        let before = out.len();
        out.resize(before + m * n, 0.0);
        return transpose(&turned, [n, m], &mut out[before..]);
    }
    append_product(Matrix::new(a, [m, k]), Matrix::new(b, [n, k]).transposed(), out);
}

/// Appends `aᵀ b` to `out`, `a: [k, m]`, `b: [k, n]`.
pub fn append_transposed_by(a: &[f32], b: &[f32], out: &mut Vec<f32>, [m, k, n]: [usize; 3]) {
    append_product(Matrix::new(a, [k, m]).transposed(), Matrix::new(b, [k, n]), out);
}

/// `yᵀ += a b`, `a: [m, k]`, `b: [k, n]`, `y: [n, m]`.
pub fn multiply_add_by_columns(a: &[f32], b: &[f32], y: &mut [f32], [m, k, n]: [usize; 3]) {
    // yᵀ = a b is y = bᵀ aᵀ.
    product(Matrix::new(b, [k, n]).transposed(), Matrix::new(a, [m, k]).transposed(), true, m, y);
}

/// `y[row] += Σ_row x[row]`: the sum over the rows of `x: [rows, columns]` is added to `y: [columns]`.
#[multiversion::multiversion(targets = "simd")]
pub fn add_rows(x: &[f32], y: &mut [f32]) {
    let columns = y.len();
    if columns == 0 {
        return;
    }
    // Four rows at a time: a quarter of the traffic on `y`.
    let mut fours = x.chunks_exact(4 * columns);
    for four in &mut fours {
        let (ab, cd) = four.split_at(2 * columns);
        let ((a, b), (c, d)) = (ab.split_at(columns), cd.split_at(columns));
        for ((((y, a), b), c), d) in y.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *y += (a + b) + (c + d);
        }
    }
    for row in fours.remainder().chunks_exact(columns) {
        y.iter_mut().zip(row).for_each(|(y, x)| *y += x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(
        m: usize,
        k: usize,
        n: usize,
        a: impl Fn(usize, usize) -> f32,
        b: impl Fn(usize, usize) -> f32,
    ) -> Vec<f64> {
        let cell = |i: usize, j: usize| (0..k).map(|t| f64::from(a(i, t)) * f64::from(b(t, j))).sum();
        (0..m * n).map(|at| cell(at / n, at % n)).collect()
    }

    /// Columns of a matrix of `rows` rows, one after another.
    fn transposed(x: &[f32], rows: usize) -> Vec<f32> {
        let columns = x.len() / rows.max(1);
        (0..x.len()).map(|i| x[i % rows * columns + i / rows]).collect()
    }

    #[test]
    fn products_are_those_of_the_definition_in_every_layout() {
        for [m, k, n] in
            [[1, 1, 1], [3, 5, 7], [16, 64, 33], [70, 17, 16], [0, 3, 2], [2, 0, 3], [2, 3, 0], [5, 150, 130]]
        {
            let a: Vec<f32> = (0..m * k).map(|i| ((i * 7919) % 101) as f32 * 0.02 - 1.0).collect();
            let b: Vec<f32> = (0..k * n).map(|i| ((i * 104_729) % 97) as f32 * 0.02 - 1.0).collect();
            let start: Vec<f32> = (0..m * n).map(|i| i as f32 * 0.01).collect();
            let check = |found: Vec<f32>, product: Vec<f64>| {
                assert_eq!(found.len(), m * n);
                for ((found, start), product) in found.iter().zip(&start).zip(product) {
                    // k products of numbers up to 1, each rounded once.
                    let slack =
                        (k as f64 + 2.0) * f64::from(f32::EPSILON) * (1.0 + f64::from(*start) + k as f64);
                    assert!((f64::from(*found) - f64::from(*start) - product).abs() <= slack, "{m} {k} {n}");
                }
            };
            let mut y = start.clone();
            multiply_add(&a, &b, &mut y, [m, k, n]);
            check(y, plain(m, k, n, |i, t| a[i * k + t], |t, j| b[t * n + j]));
            // What is appended starts at nothing.
            let appended = |out: Vec<f32>| out.iter().zip(&start).map(|(y, start)| y + start).collect();
            let mut y = Vec::new();
            append_by_transposed(&a, &b, &mut y, [m, k, n]);
            check(appended(y), plain(m, k, n, |i, t| a[i * k + t], |t, j| b[j * k + t]));
            let mut y = Vec::new();
            append_transposed_by(&a, &b, &mut y, [m, k, n]);
            check(appended(y), plain(m, k, n, |i, t| a[t * m + i], |t, j| b[t * n + j]));
            let mut y = transposed(&start, m);
            multiply_add_by_columns(&a, &b, &mut y, [m, k, n]);
            check(transposed(&y, n), plain(m, k, n, |i, t| a[i * k + t], |t, j| b[t * n + j]));
        }
    }

    #[test]
    fn rows_are_summed() {
        for rows in [0, 1, 3, 4, 9] {
            let x: Vec<f32> = (0..rows * 5).map(|i| i as f32).collect();
            let mut y = [1.0; 5];
            add_rows(&x, &mut y);
            for (j, y) in y.iter().enumerate() {
                assert_eq!(*y, 1.0 + (0..rows).map(|row| (row * 5 + j) as f32).sum::<f32>());
            }
        }
        add_rows(&[], &mut []);
    }
}
