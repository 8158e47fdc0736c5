//! Quadratic forms of points: what the density of a normal with full covariance, and its fit, ask for.

use multiversion::multiversion;

/// Points that are computed side by side.
pub const TILE: usize = 32;

/// `out = |L z − s|²` for each of [`TILE`] points.
///
/// `factor` is `L`, `[d, d]` row-major and lower triangular, `shift` is `s`, and `points[j]` holds coordinate `j` of every
/// point.
#[multiversion(targets = "simd")]
pub fn shifted_squares(factor: &[f64], shift: &[f64], points: &[[f64; TILE]], out: &mut [f64; TILE]) {
    let d = shift.len();
    let mut sum = [0.0; TILE];
    for (i, (row, &shift)) in factor.chunks_exact(d).zip(shift).enumerate() {
        let mut y = [-shift; TILE];
        for (&l, coordinate) in row[..=i].iter().zip(points) {
            y.iter_mut().zip(coordinate).for_each(|(y, z)| *y += l * z);
        }
        sum.iter_mut().zip(&y).for_each(|(sum, y)| *sum += y * y);
    }
    *out = sum;
}

/// `out += w z zᵀ`, `out: [d, d]`.
#[multiversion(targets = "simd")]
pub fn add_outer(w: f64, z: &[f64], out: &mut [f64]) {
    for (row, &zi) in out.chunks_exact_mut(z.len()).zip(z) {
        let weighted = w * zi;
        row.iter_mut().zip(z).for_each(|(out, zj)| *out += weighted * zj);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_are_those_of_the_definition() {
        for d in [1, 2, 5, 16] {
            let factor: Vec<f64> = (0..d * d).map(|i| ((i * 7919) % 101) as f64 * 0.02 - 1.0).collect();
            let shift: Vec<f64> = (0..d).map(|i| i as f64 * 0.1).collect();
            let points: Vec<[f64; TILE]> = (0..d)
                .map(|j| std::array::from_fn(|lane| ((j * 31 + lane * 17) % 23) as f64 * 0.1))
                .collect();
            let mut out = [0.0; TILE];
            shifted_squares(&factor, &shift, &points, &mut out);
            for (lane, out) in out.iter().enumerate() {
                let y =
                    |i: usize| (0..=i).map(|j| factor[i * d + j] * points[j][lane]).sum::<f64>() - shift[i];
                let exact: f64 = (0..d).map(|i| y(i) * y(i)).sum();
                // The order of up to 17 additions.
                assert!((out - exact).abs() <= 40.0 * f64::EPSILON * exact.max(1.0), "{d}: {out} {exact}");
            }
        }
    }

    #[test]
    fn outer_products_are_added() {
        let mut out = [1.0; 9];
        add_outer(0.5, &[1.0, 2.0, -3.0], &mut out);
        assert_eq!(out, [1.5, 2.0, -0.5, 2.0, 3.0, -2.0, -0.5, -2.0, 5.5]);
    }
}
