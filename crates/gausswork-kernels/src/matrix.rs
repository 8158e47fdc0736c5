//! Matrices within slices, and their products on the calling thread.

use gemm::Parallelism;
use multiversion::multiversion;

/// A matrix of `size` rows and columns whose elements lie `steps` apart, from row to row and from column to column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matrix<'a> {
    values: &'a [f32],
    size: [usize; 2],
    steps: [usize; 2],
}

impl<'a> Matrix<'a> {
    /// Row after row at the start of `values`.
    pub(crate) fn new(values: &'a [f32], size: [usize; 2]) -> Self {
        Self { values, size, steps: [size[1], 1] }
    }

    /// Rows that begin `step` apart.
    pub(crate) fn with_step(self, step: usize) -> Self {
        Self { steps: [step, 1], ..self }
    }

    /// The same numbers, rows as columns.
    pub(crate) fn transposed(self) -> Self {
        let ([a, b], [c, d]) = (self.size, self.steps);
        Self { size: [b, a], steps: [d, c], ..self }
    }

    /// Numbers from the first to the last.
    fn reach(&self) -> usize {
        let ([rows, columns], [row, column]) = (self.size, self.steps);
        if rows * columns == 0 { 0 } else { (rows - 1) * row + (columns - 1) * column + 1 }
    }
}

/// `y = a b`, or with `add` `y += a b`; the rows of `y` begin `step` apart.
pub(crate) fn product(a: Matrix<'_>, b: Matrix<'_>, add: bool, step: usize, y: &mut [f32]) {
    let ([m, k], [inner, n]) = (a.size, b.size);
    let reach = if m * n == 0 { 0 } else { (m - 1) * step + n };
    assert!(inner == k && step >= n, "shapes must fit");
    assert!(
        a.values.len() >= a.reach() && b.values.len() >= b.reach() && y.len() >= reach,
        "values must suffice"
    );
    // SAFETY: the assertion bounds every address that these steps reach; `y` is exclusive, and its elements do not overlap.
    unsafe { product_at(a, b, add, step, y.as_mut_ptr()) }
}

/// Appends `a b`, row after row, to `out`.
pub(crate) fn append_product(a: Matrix<'_>, b: Matrix<'_>, out: &mut Vec<f32>) {
    let ([m, k], [inner, n]) = (a.size, b.size);
    assert!(inner == k, "shapes must fit");
    assert!(a.values.len() >= a.reach() && b.values.len() >= b.reach(), "values must suffice");
    if k == 0 {
        return out.resize(out.len() + m * n, 0.0);
    }
    out.reserve(m * n);
    // SAFETY: the assertion bounds every address that is read, and the capacity those that are written, the m n numbers after the last
    // one; without `add` they are not read, and each of them is written before the length says so.
    unsafe {
        product_at(a, b, false, n, out.as_mut_ptr().add(out.len()));
        out.set_len(out.len() + m * n);
    }
}

/// The product into the memory from `y` on.
///
/// # Safety
/// Every element that the sizes and steps reach must be within its memory; those of `y` must be nobody else's, and with `add` initialised.
unsafe fn product_at(a: Matrix<'_>, b: Matrix<'_>, add: bool, step: usize, y: *mut f32) {
    let ([m, k], [_, n]) = (a.size, b.size);
    // SAFETY: as the caller promises.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            y,
            1,
            step as isize,
            add,
            a.values.as_ptr(),
            a.steps[1] as isize,
            a.steps[0] as isize,
            b.values.as_ptr(),
            b.steps[1] as isize,
            b.steps[0] as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// `out = aᵀ`, `a: [rows, columns]`.
#[multiversion(targets = "simd")]
pub(crate) fn transpose(a: &[f32], [rows, columns]: [usize; 2], out: &mut [f32]) {
    const TILE: usize = 16;
    // Tiles of a few cache lines each way: rows are read whole, and what is written lies in few places.
    for top in (0..rows).step_by(TILE) {
        let bottom = (top + TILE).min(rows);
        for left in (0..columns).step_by(TILE) {
            let right = (left + TILE).min(columns);
            for j in left..right {
                let out = &mut out[j * rows + top..j * rows + bottom];
                let column = a[top * columns + j..].iter().step_by(columns);
                out.iter_mut().zip(column).for_each(|(out, &value)| *out = value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_and_transposes_are_those_of_the_definition() {
        for [m, k, n, gap] in
            [[1, 1, 1, 0], [3, 5, 7, 2], [16, 64, 33, 1], [70, 17, 16, 3], [0, 3, 2, 0], [2, 0, 3, 0]]
        {
            let numbers = |len: usize, salt: usize| -> Vec<f32> {
                (0..len).map(|i| ((i * 7919 + salt) % 101) as f32 * 0.02 - 1.0).collect()
            };
            let (a, b) = (numbers(m * (k + gap), 1), numbers(k * (n + gap), 2));
            let exact = |i: usize, j: usize| -> f64 {
                (0..k).map(|t| f64::from(a[i * (k + gap) + t]) * f64::from(b[t * (n + gap) + j])).sum()
            };
            // k products of numbers up to 1, each rounded once, and their sum.
            let slack = (k as f64 + 2.0) * f64::from(f32::EPSILON) * (1.0 + k as f64);
            let left = Matrix::new(&a, [m, k]).with_step(k + gap);
            let right = Matrix::new(&b, [k, n]).with_step(n + gap);
            let mut y = vec![9.0; m * (n + gap)];
            product(left, right, false, n + gap, &mut y);
            let mut appended = vec![7.0];
            append_product(left, right, &mut appended);
            assert_eq!((appended.len(), appended[0]), (1 + m * n, 7.0));
            // The other way round: (bᵀ aᵀ)ᵀ.
            let (mut turned, mut z) = (vec![1.0; m * n], vec![0.0; m * n]);
            product(right.transposed(), left.transposed(), true, m, &mut turned);
            transpose(&turned, [n, m], &mut z);
            for i in 0..m {
                for j in 0..n {
                    assert!((f64::from(y[i * (n + gap) + j]) - exact(i, j)).abs() <= slack, "{m} {k} {n}");
                    assert!((f64::from(appended[1 + i * n + j]) - exact(i, j)).abs() <= slack, "{m} {k} {n}");
                    assert!((f64::from(z[i * n + j]) - 1.0 - exact(i, j)).abs() <= slack, "{m} {k} {n}");
                }
                // Between the rows nothing is touched.
                assert!((0..gap).all(|j| y[i * (n + gap) + n + j] == 9.0));
            }
        }
    }
}
