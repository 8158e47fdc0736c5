//! Products of row-major matrices, each on the calling thread.

use gemm::Parallelism;

/// `y += a b`, `a: [m, k]`, `b: [k, n]`, `y: [m, n]`.
pub fn multiply_add(a: &[f32], b: &[f32], y: &mut [f32], [m, k, n]: [usize; 3]) {
    product(a, [k, 1], b, [n, 1], y, [m, k, n]);
}

/// `y += a bᵀ`, `a: [m, k]`, `b: [n, k]`, `y: [m, n]`.
pub fn multiply_add_by_transposed(a: &[f32], b: &[f32], y: &mut [f32], [m, k, n]: [usize; 3]) {
    product(a, [k, 1], b, [1, k], y, [m, k, n]);
}

/// `y += aᵀ b`, `a: [k, m]`, `b: [k, n]`, `y: [m, n]`.
pub fn multiply_add_transposed_by(a: &[f32], b: &[f32], y: &mut [f32], [m, k, n]: [usize; 3]) {
    product(a, [1, m], b, [n, 1], y, [m, k, n]);
}

/// `yᵀ += a b`, `a: [m, k]`, `b: [k, n]`, `y: [n, m]`.
pub fn multiply_add_by_columns(a: &[f32], b: &[f32], y: &mut [f32], [m, k, n]: [usize; 3]) {
    // yᵀ = a b is y = bᵀ aᵀ.
    product(b, [1, n], a, [1, k], y, [n, k, m]);
}

/// `y += a b` with steps between the rows and between the columns of `a` and of `b`.
fn product(a: &[f32], of_a: [usize; 2], b: &[f32], of_b: [usize; 2], y: &mut [f32], [m, k, n]: [usize; 3]) {
    assert!(a.len() == m * k && b.len() == k * n && y.len() == m * n, "shapes must fit");
    // SAFETY: the assertion bounds every address that these steps reach; `y` is exclusive.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            y.as_mut_ptr(),
            1,
            n as isize,
            true,
            a.as_ptr(),
            of_a[1] as isize,
            of_a[0] as isize,
            b.as_ptr(),
            of_b[1] as isize,
            of_b[0] as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
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
        for [m, k, n] in [[1, 1, 1], [3, 5, 7], [16, 64, 33], [70, 17, 16], [0, 3, 2], [2, 0, 3], [2, 3, 0]] {
            let a: Vec<f32> = (0..m * k).map(|i| ((i * 7919) % 101) as f32 * 0.02 - 1.0).collect();
            let b: Vec<f32> = (0..k * n).map(|i| ((i * 104_729) % 97) as f32 * 0.02 - 1.0).collect();
            let start: Vec<f32> = (0..m * n).map(|i| i as f32 * 0.01).collect();
            let check = |found: Vec<f32>, product: Vec<f64>| {
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
            let mut y = start.clone();
            multiply_add_by_transposed(&a, &b, &mut y, [m, k, n]);
            check(y, plain(m, k, n, |i, t| a[i * k + t], |t, j| b[j * k + t]));
            let mut y = start.clone();
            multiply_add_transposed_by(&a, &b, &mut y, [m, k, n]);
            check(y, plain(m, k, n, |i, t| a[t * m + i], |t, j| b[t * n + j]));
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
