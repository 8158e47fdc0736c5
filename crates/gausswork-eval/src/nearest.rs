//! Gower distances between rows, and nearest neighbours by them.
//!
//! `d(x, y)` is the mean over columns of `min(|x − y|/range, 1)` for numbers (the range is the real rows'; 1 where one is
//! missing) and of `1{x ≠ y}` for labels (Gower 1971, Biometrics 27).

use rayon::prelude::*;

use crate::frame::{Domain, Frame, Values};

/// The ranges by which numbers are divided.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    /// Lowest value and range of each column; none for labels.
    ranges: Vec<Option<[f64; 2]>>,
}

/// Rows in a space, column by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// How many.
    pub rows: usize,
    columns: Vec<Coordinates>,
}

#[derive(Debug, Clone, PartialEq)]
enum Coordinates {
    Number(Vec<f32>),
    Label(Vec<u32>),
}

/// Ranges below it count as this: another value of a constant column is far away.
const LEAST_RANGE: f64 = 1e-12;

impl Space {
    /// The space of the real rows.
    #[must_use]
    pub fn new(domain: &Domain, real: &Frame) -> Self {
        let range = |values: &Values| match values {
            Values::Numbers(values) => {
                let present = values.iter().copied().filter(|x| !x.is_nan());
                let [low, high] =
                    present.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], x| [a.min(x), b.max(x)]);
                Some(if low <= high { [low, (high - low).max(LEAST_RANGE)] } else { [0.0, LEAST_RANGE] })
            }
            Values::Codes(_) => None,
        };
        debug_assert_eq!(domain.columns.len(), real.columns.len());
        Self { ranges: real.columns.iter().map(range).collect() }
    }

    /// Rows as points.
    #[must_use]
    pub fn points(&self, frame: &Frame) -> Points {
        let column = |(values, range): (&Values, &Option<[f64; 2]>)| match (values, range) {
            (Values::Numbers(values), Some([low, range])) => {
                Coordinates::Number(values.iter().map(|x| ((x - low) / range) as f32).collect())
            }
            (Values::Numbers(values), None) => Coordinates::Number(vec![f32::NAN; values.len()]),
            (Values::Codes(codes), _) => Coordinates::Label(codes.clone()),
        };
        Points { rows: frame.rows, columns: frame.columns.iter().zip(&self.ranges).map(column).collect() }
    }
}

impl Points {
    /// Distances of one of these rows to every reference, times the number of columns.
    fn distances(&self, row: usize, references: &Self, out: &mut [f32]) {
        out.fill(0.0);
        for (own, other) in self.columns.iter().zip(&references.columns) {
            match (own, other) {
                (Coordinates::Number(own), Coordinates::Number(other)) => {
                    let x = own[row];
                    // The minimum of NaN and 1 is 1.
                    out.iter_mut().zip(other).for_each(|(d, y)| *d += (x - y).abs().min(1.0));
                }
                (Coordinates::Label(own), Coordinates::Label(other)) => {
                    let x = own[row];
                    out.iter_mut().zip(other).for_each(|(d, &y)| *d += f32::from(u8::from(x != y)));
                }
                _ => out.iter_mut().for_each(|d| *d += 1.0),
            }
        }
    }

    /// What `look` makes of the distances of each row to every reference.
    pub fn each<T: Send>(&self, references: &Self, look: impl Fn(usize, &[f32]) -> T + Sync) -> Vec<T> {
        let scale = 1.0 / self.columns.len().max(1) as f32;
        (0..self.rows)
            .into_par_iter()
            .map_init(
                || vec![0.0; references.rows],
                |distances, row| {
                    self.distances(row, references, distances);
                    distances.iter_mut().for_each(|d| *d *= scale);
                    look(row, distances)
                },
            )
            .collect()
    }

    /// The distance of each row to its closest reference, and which that is; infinity where there is none.
    #[must_use]
    pub fn closest(&self, references: &Self) -> Vec<(f32, usize)> {
        self.each(references, |_, distances| least(distances))
    }
}

/// The least of some distances, and where it stands first.
#[must_use]
pub fn least(distances: &[f32]) -> (f32, usize) {
    // In two passes: the first is a plain minimum, which runs in vector registers.
    let least = distances.iter().copied().fold(f32::INFINITY, f32::min);
    (least, distances.iter().position(|&d| d <= least).unwrap_or(0))
}

/// The `k` least of some distances, ascending; `skip` is left out.
#[must_use]
pub fn smallest<const K: usize>(distances: &[f32], skip: Option<usize>) -> [f32; K] {
    let mut best = [f32::INFINITY; K];
    for (place, &d) in distances.iter().enumerate() {
        if d < best[K - 1] && Some(place) != skip {
            let at = best.partition_point(|&b| b <= d);
            best[at..].rotate_right(1);
            best[at] = d;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Cells, Kind};

    #[test]
    fn distances_by_hand() {
        let names = vec![("x".to_owned(), Kind::Number), ("c".to_owned(), Kind::Category)];
        let table = |x: &[f64], c: &[u32]| {
            let levels = ["a", "b"].map(str::to_owned).to_vec();
            vec![Cells::Numbers(x.to_vec()), Cells::Labels { codes: c.to_vec(), levels }]
        };
        let tables = vec![table(&[0.0, 10.0], &[0, 1]), table(&[2.5, f64::NAN, 40.0], &[1, 0, 0])];
        let (domain, frames) = Domain::align(names, tables).unwrap();
        let space = Space::new(&domain, &frames[0]);
        let [real, other] = [0, 1].map(|i| space.points(&frames[i]));
        let found = other.each(&real, |_, d| d.to_vec());
        assert_eq!(found, [[0.625, 0.375], [0.5, 1.0], [0.5, 1.0]]);
        assert_eq!(other.closest(&real)[0], (0.375, 1));
        assert_eq!(smallest::<3>(&[0.5, 0.1, 0.3, 0.1], Some(1)), [0.1, 0.3, 0.5]);
    }
}
