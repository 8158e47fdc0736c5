//! Squared distances between the rows of two samples.

use multiversion::multiversion;
use rayon::prelude::*;

use super::set::{Features, Number};

/// References that are looked at side by side.
const LANES: usize = 16;
/// Rows whose distances to them are added up side by side.
const QUERIES: usize = 4;
/// Rows that one thread looks at before it takes more.
const BLOCK: usize = 32;

/// What becomes of a `new` state of each row of `from` when `look` has seen its squared distance to each row of
/// `to`, in order.
///
/// *Stability*: differences are squared and added in the order of the features, never taken from norms and products: equal rows are exactly
/// 0 apart, and `x` is as far from `y` as `y` from `x` to the last bit, so that a ball holds the row that it reaches to.
pub(super) fn each<T: Number, S: Send>(
    from: &Features<'_, T>,
    to: &Features<'_, T>,
    new: impl Fn(usize) -> S + Sync,
    look: impl Fn(&mut S, usize, f64) + Sync,
) -> Vec<S> {
    let width = from.width();
    let starts: Vec<usize> = (0..from.rows()).step_by(BLOCK).collect();
    let block = |start: usize| -> Vec<S> {
        let rows = start..(start + BLOCK).min(from.rows());
        let mut seen: Vec<S> = rows.clone().map(&new).collect();
        let values = from.gather(rows);
        let mut tile = vec![[0.0; LANES]; width];
        let mut squares = [[0.0; LANES]; QUERIES];
        for first in (0..to.rows()).step_by(LANES) {
            let lanes = LANES.min(to.rows() - first);
            for lane in 0..lanes {
                tile.iter_mut().zip(to.row(first + lane)).for_each(|(coordinate, x)| coordinate[lane] = x);
            }
            for (rows, seen) in values.chunks(QUERIES * width).zip(seen.chunks_mut(QUERIES)) {
                add_squares(rows, &tile, &mut squares);
                for (seen, squares) in seen.iter_mut().zip(&squares) {
                    squares[..lanes].iter().enumerate().for_each(|(lane, &d)| look(seen, first + lane, d));
                }
            }
        }
        seen
    };
    starts.into_par_iter().flat_map_iter(block).collect()
}

/// `out[q][l] = Σⱼ (rows[q][j] − tile[j][l])²`.
#[multiversion(targets = "simd")]
fn add_squares(rows: &[f64], tile: &[[f64; LANES]], out: &mut [[f64; LANES]; QUERIES]) {
    let width = tile.len();
    if rows.len() == QUERIES * width {
        let (a, rest) = rows.split_at(width);
        let (b, rest) = rest.split_at(width);
        let (c, d) = rest.split_at(width);
        let mut sums = [[0.0; LANES]; QUERIES];
        for ((((a, b), c), d), coordinate) in a.iter().zip(b).zip(c).zip(d).zip(tile) {
            for (sum, x) in sums.iter_mut().zip([a, b, c, d]) {
                for (sum, y) in sum.iter_mut().zip(coordinate) {
                    let gap = x - y;
                    *sum += gap * gap;
                }
            }
        }
        *out = sums;
        return;
    }
    for (row, out) in rows.chunks_exact(width).zip(out) {
        let mut sum = [0.0; LANES];
        for (x, coordinate) in row.iter().zip(tile) {
            for (sum, y) in sum.iter_mut().zip(coordinate) {
                let gap = x - y;
                *sum += gap * gap;
            }
        }
        *out = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Extractor;

    #[test]
    fn distances_are_those_of_the_definition_and_the_same_both_ways() {
        for [n, m, width] in [[1, 1, 1], [5, 17, 3], [70, 33, 19]] {
            let numbers = |len: usize, salt: usize| -> Vec<f32> {
                (0..len).map(|i| ((i * 7919 + salt) % 1009) as f32 * 0.01).collect()
            };
            let (a, b) = (numbers(n * width, 1), numbers(m * width, 500));
            let [a, b] = [&a, &b].map(|values| Features::new(&Extractor::Pixels, width, values).unwrap());
            let all = |from, to| {
                each(
                    from,
                    to,
                    |_| Vec::new(),
                    |seen: &mut Vec<f64>, at, d| {
                        assert_eq!(at, seen.len());
                        seen.push(d);
                    },
                )
            };
            let (there, back) = (all(&a, &b), all(&b, &a));
            assert_eq!((there.len(), back.len()), (n, m));
            for i in 0..n {
                for j in 0..m {
                    let exact = a.row(i).zip(b.row(j)).fold(0.0, |sum, (x, y)| sum + (x - y) * (x - y));
                    assert_eq!(there[i][j].to_bits(), f64::to_bits(exact));
                    assert_eq!(there[i][j].to_bits(), back[j][i].to_bits());
                }
            }
            assert!(all(&a, &a).iter().enumerate().all(|(i, row)| row[i] == 0.0));
        }
    }
}
