//! The little linear algebra that covariances need. Matrices are square, by rows.

use crate::real::Real;

/// The lower Cholesky factor of a symmetric positive definite matrix, zeros above the diagonal; or the first row
/// that depends on those before it.
pub(crate) fn cholesky<T: Real>(a: &[T], d: usize) -> Result<Vec<T>, usize> {
    let mut l = vec![T::from(0.0); d * d];
    for i in 0..d {
        for j in 0..=i {
            let dot = (0..j).fold(T::from(0.0), |sum, k| sum + l[i * d + k] * l[j * d + k]);
            let rest = a[i * d + j] - dot;
            if i > j {
                l[i * d + j] = rest / l[j * d + j];
                continue;
            }
            // What rounding alone leaves of a singular matrix counts as nothing.
            let floor = d as f64 * f64::EPSILON * a[i * d + i].value();
            if rest.value().is_nan() || rest.value() <= floor {
                return Err(i);
            }
            l[i * d + i] = rest.sqrt();
        }
    }
    Ok(l)
}

/// `L⁻¹ b` for a lower triangular L.
pub(crate) fn solve_lower<T: Real>(l: &[T], b: &[T]) -> Vec<T> {
    let d = b.len();
    let mut x: Vec<T> = Vec::with_capacity(d);
    for i in 0..d {
        let dot = (0..i).fold(T::from(0.0), |sum, k| sum + l[i * d + k] * x[k]);
        x.push((b[i] - dot) / l[i * d + i]);
    }
    x
}

/// `L⁻¹ A L⁻ᵀ` for a symmetric A.
pub(crate) fn whiten(l: &[f64], a: &[f64], d: usize) -> Vec<f64> {
    let column = |m: &[f64], j: usize| (0..d).map(|i| m[i * d + j]).collect::<Vec<_>>();
    // Row j of `half` is column j of L⁻¹A, so that `half` is A L⁻ᵀ; the same once more gives the product.
    let half: Vec<f64> = (0..d).flat_map(|j| solve_lower(l, &column(a, j))).collect();
    (0..d).flat_map(|j| solve_lower(l, &column(&half, j))).collect()
}

/// The eigenvalues of a symmetric matrix by Jacobi's rotations, which keep small ones accurate (Demmel & Veselić
/// 1992).
pub(crate) fn eigenvalues(mut a: Vec<f64>, d: usize) -> Vec<f64> {
    for _sweep in 0..60 {
        let mut largest: f64 = 0.0;
        for p in 0..d {
            for q in p + 1..d {
                let (app, aqq, apq) = (a[p * d + p], a[q * d + q], a[p * d + q]);
                let size = apq.abs() / (app.abs() * aqq.abs()).sqrt().max(f64::MIN_POSITIVE);
                if apq == 0.0 {
                    continue;
                }
                largest = largest.max(size);
                let theta = (aqq - app) / (2.0 * apq);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                for k in 0..d {
                    let (akp, akq) = (a[k * d + p], a[k * d + q]);
                    a[k * d + p] = c * akp - s * akq;
                    a[k * d + q] = s * akp + c * akq;
                }
                for k in 0..d {
                    let (apk, aqk) = (a[p * d + k], a[q * d + k]);
                    a[p * d + k] = c * apk - s * aqk;
                    a[q * d + k] = s * apk + c * aqk;
                }
                (a[p * d + q], a[q * d + p]) = (0.0, 0.0);
            }
        }
        if largest < 1e-17 {
            break;
        }
    }
    (0..d).map(|i| a[i * d + i]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_times_its_transpose_is_the_matrix_and_eigenvalues_sum_to_the_trace() {
        let a = [4.0, 1.0, 0.5, 1.0, 3.0, -0.2, 0.5, -0.2, 2.0];
        let l = cholesky(&a, 3).unwrap();
        for i in 0..3 {
            for j in 0..3 {
                let product: f64 = (0..3).map(|k| l[i * 3 + k] * l[j * 3 + k]).sum();
                assert!((product - a[i * 3 + j]).abs() < 1e-14);
            }
        }
        let eigen = eigenvalues(a.to_vec(), 3);
        assert!((eigen.iter().sum::<f64>() - 9.0).abs() < 1e-13);
        let determinant: f64 = (0..3).map(|i| l[i * 4] * l[i * 4]).product();
        assert!((eigen.iter().product::<f64>() - determinant).abs() < 1e-12);
        for (i, value) in whiten(&l, &a, 3).iter().enumerate() {
            assert!((value - f64::from(u8::from(i % 4 == 0))).abs() < 1e-14, "whitened by itself");
        }
    }

    #[test]
    fn a_singular_matrix_names_its_row() {
        assert_eq!(cholesky(&[1.0, 1.0, 1.0, 1.0], 2), Err(1));
        assert_eq!(cholesky(&[1.0, 2.0, 2.0, 1.0], 2), Err(1));
    }
}
