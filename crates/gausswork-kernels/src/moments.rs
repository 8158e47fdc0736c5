//! Means and variances of columns.

use multiversion::multiversion;

/// Rows whose sum is taken in f32 before it is added in f64.
const PIECE: usize = 64;

/// Mean and variance (divided by the number of rows) of each column of `x: [rows, columns]`; zero where there are no rows.
///
/// Two passes, since the difference of the mean square and the squared mean cancels. Sums of 64 rows are taken in f32, and of
/// those in f64, so that the error does not grow with the number of rows.
#[multiversion(targets = "simd")]
pub fn column_moments(x: &[f32], mean: &mut [f32], variance: &mut [f32]) {
    let columns = mean.len();
    if columns == 0 {
        return;
    }
    let scale = 1.0 / (x.len() / columns).max(1) as f64;
    let mut totals = Totals::new(columns);
    for rows in x.chunks(PIECE * columns) {
        for row in rows.chunks_exact(columns) {
            totals.piece.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        totals.end_of_piece();
    }
    mean.iter_mut().zip(&totals.total).for_each(|(mean, total)| *mean = (total * scale) as f32);
    let mut totals = Totals::new(columns);
    for rows in x.chunks(PIECE * columns) {
        for row in rows.chunks_exact(columns) {
            for ((sum, x), mean) in totals.piece.iter_mut().zip(row).zip(&*mean) {
                *sum += (x - mean) * (x - mean);
            }
        }
        totals.end_of_piece();
    }
    variance.iter_mut().zip(&totals.total).for_each(|(variance, total)| *variance = (total * scale) as f32);
}

/// Sums of columns, of a piece in f32 and of all in f64.
#[derive(Debug)]
pub(crate) struct Totals {
    pub(crate) piece: Vec<f32>,
    pub(crate) total: Vec<f64>,
}

impl Totals {
    pub(crate) fn new(columns: usize) -> Self {
        Self { piece: vec![0.0; columns], total: vec![0.0; columns] }
    }

    #[inline(always)]
    pub(crate) fn end_of_piece(&mut self) {
        for (total, sum) in self.total.iter_mut().zip(&mut self.piece) {
            *total += f64::from(*sum);
            *sum = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_definition() {
        for [rows, columns] in [[1, 3], [2, 17], [64, 1], [65, 5], [1000, 33]] {
            // Far from zero compared with their spread, which a one-pass formula would not survive.
            let x: Vec<f32> = (0..rows * columns).map(|i| 100.0 + ((i * 7919) % 101) as f32 * 0.02).collect();
            let (mut mean, mut variance) = (vec![9.0; columns], vec![9.0; columns]);
            column_moments(&x, &mut mean, &mut variance);
            for j in 0..columns {
                let column: Vec<f64> = (0..rows).map(|i| x[i * columns + j].into()).collect();
                let m = column.iter().sum::<f64>() / rows as f64;
                let v = column.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / rows as f64;
                // Up to 64 roundings of partial sums of numbers of 100, half a unit each, and one of the result.
                let of_mean = 33.0 * f64::from(f32::EPSILON) * 102.0;
                assert!((f64::from(mean[j]) - m).abs() <= of_mean);
                // A mean that is wrong by δ raises the variance by δ²; differences are exact to a unit of 100, squares of numbers up to 2.
                let slack =
                    of_mean * of_mean + f64::from(f32::EPSILON) * (2.0 * 102.0 * v.sqrt() + 33.0 * 4.0);
                assert!((f64::from(variance[j]) - v).abs() <= slack, "{rows} {columns}");
            }
        }
        let (mut mean, mut variance) = ([9.0; 2], [9.0; 2]);
        column_moments(&[], &mut mean, &mut variance);
        assert_eq!((mean, variance), ([0.0; 2], [0.0; 2]));
        column_moments(&[], &mut [], &mut []);
    }
}
