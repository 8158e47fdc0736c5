//! Gower distances between rows, and nearest neighbours by them.
//!
//! `d(x, y)` is the mean over columns of `min(|x − y|/range, 1)` for numbers (the range is the real rows'; 1 where one is
//! missing) and of `1{x ≠ y}` for labels (Gower 1971, Biometrics 27).

use multiversion::multiversion;
use rayon::prelude::*;

use crate::frame::{Domain, Frame, Values};

/// The ranges by which numbers are divided.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    /// Lowest value and range of each column; none for labels.
    ranges: Vec<Option<[f64; 2]>>,
    /// Whether a byte tells the labels of each column apart.
    few: Vec<bool>,
}

/// Rows in a space, column by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    /// How many.
    pub rows: usize,
    columns: Vec<Coordinates>,
    /// Labels of which there are so few that a byte tells them apart, missing ones included.
    labels: Vec<Vec<u8>>,
}

/// The byte of a missing label.
const MISSING_BYTE: u8 = u8::MAX;
/// Columns of bytes that are compared before differences are added up: a byte counts no more.
const MOST_BYTES: usize = u8::MAX as usize;

#[derive(Debug, Clone, PartialEq)]
enum Coordinates {
    Number(Vec<f32>),
    Label(Vec<u32>),
}

/// Rows that one thread looks at before it takes more.
const BLOCK: usize = 128;
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
        let few = domain.columns.iter().map(|column| column.levels.len() <= usize::from(MISSING_BYTE));
        Self { ranges: real.columns.iter().map(range).collect(), few: few.collect() }
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
        let (mut columns, mut labels) = (Vec::new(), Vec::new());
        for ((values, range), few) in frame.columns.iter().zip(&self.ranges).zip(&self.few) {
            match values {
                Values::Codes(codes) if *few => {
                    labels
                        .push(codes.iter().map(|&code| u8::try_from(code).unwrap_or(MISSING_BYTE)).collect());
                }
                _ => columns.push(column((values, range))),
            }
        }
        Points { rows: frame.rows, columns, labels }
    }
}

impl Points {
    /// Distances of one of these rows to every reference.
    fn distances(&self, row: usize, references: &Self, out: &mut [f32], unequal: &mut [u8]) {
        out.fill(0.0);
        for (own, others) in self.labels.chunks(MOST_BYTES).zip(references.labels.chunks(MOST_BYTES)) {
            unequal.fill(0);
            own.iter().zip(others).for_each(|(own, others)| count_unequal(unequal, own[row], others));
            add_counts(out, unequal);
        }
        for (own, other) in self.columns.iter().zip(&references.columns) {
            match (own, other) {
                (Coordinates::Number(own), Coordinates::Number(other)) => add_gaps(out, own[row], other),
                (Coordinates::Label(own), Coordinates::Label(other)) => add_unequal(out, own[row], other),
                _ => out.iter_mut().for_each(|d| *d += 1.0),
            }
        }
        let scale = 1.0 / (self.columns.len() + self.labels.len()).max(1) as f32;
        out.iter_mut().for_each(|d| *d *= scale);
    }

    /// What `look` makes of the distances of each row to every reference.
    pub fn each<T: Send>(&self, references: &Self, look: impl Fn(usize, &[f32]) -> T + Sync) -> Vec<T> {
        (0..self.rows)
            .into_par_iter()
            .map_init(
                || (vec![0.0; references.rows], vec![0; references.rows]),
                |(distances, unequal), row| {
                    self.distances(row, references, distances, unequal);
                    look(row, distances)
                },
            )
            .collect()
    }

    /// What `look` makes of the distances of each row to every reference, and the distance of each reference to the closest
    /// of these rows; infinity where there is none.
    pub fn each_and_back<T: Send>(
        &self,
        references: &Self,
        look: impl Fn(&[f32]) -> T + Sync,
    ) -> (Vec<T>, Vec<f32>) {
        let blocks: Vec<usize> = (0..self.rows).step_by(BLOCK).collect();
        let looked: Vec<(Vec<T>, Vec<f32>)> = blocks
            .into_par_iter()
            .map(|start| {
                let (mut distances, mut unequal) = (vec![0.0; references.rows], vec![0; references.rows]);
                let mut back = vec![f32::INFINITY; references.rows];
                let rows = start..(start + BLOCK).min(self.rows);
                let seen = rows.map(|row| {
                    self.distances(row, references, &mut distances, &mut unequal);
                    lower(&mut back, &distances);
                    look(&distances)
                });
                (seen.collect(), back)
            })
            .collect();
        let mut back = vec![f32::INFINITY; references.rows];
        looked.iter().for_each(|(_, own)| lower(&mut back, own));
        (looked.into_iter().flat_map(|(seen, _)| seen).collect(), back)
    }
}

#[multiversion(targets = "simd")]
fn add_gaps(out: &mut [f32], x: f32, others: &[f32]) {
    // The minimum of NaN and 1 is 1.
    out.iter_mut().zip(others).for_each(|(d, y)| *d += (x - y).abs().min(1.0));
}

#[multiversion(targets = "simd")]
fn add_unequal(out: &mut [f32], x: u32, others: &[u32]) {
    out.iter_mut().zip(others).for_each(|(d, &y)| *d += f32::from(u8::from(x != y)));
}

#[multiversion(targets = "simd")]
fn count_unequal(out: &mut [u8], x: u8, others: &[u8]) {
    out.iter_mut().zip(others).for_each(|(count, &y)| *count += u8::from(x != y));
}

#[multiversion(targets = "simd")]
fn add_counts(out: &mut [f32], counts: &[u8]) {
    out.iter_mut().zip(counts).for_each(|(d, &count)| *d += f32::from(count));
}

#[multiversion(targets = "simd")]
fn lower(least: &mut [f32], values: &[f32]) {
    least.iter_mut().zip(values).for_each(|(least, &x)| *least = if x < *least { x } else { *least });
}

/// The least of some distances, and where it stands first.
#[must_use]
pub fn least(distances: &[f32]) -> (f32, usize) {
    // In two passes: the first is a plain minimum, which runs in vector registers.
    let least = minimum(distances);
    (least, distances.iter().position(|&d| d <= least).unwrap_or(0))
}

#[multiversion(targets = "simd")]
fn minimum(values: &[f32]) -> f32 {
    const LANES: usize = 64;
    let mut least = [f32::INFINITY; LANES];
    let (groups, rest) = values.as_chunks::<LANES>();
    for group in groups {
        least.iter_mut().zip(group).for_each(|(least, &x)| *least = if x < *least { x } else { *least });
    }
    least.iter().chain(rest).copied().fold(f32::INFINITY, f32::min)
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
        let (closest, back) = other.each_and_back(&real, least);
        assert_eq!(closest, [(0.375, 1), (0.5, 0), (0.5, 0)]);
        assert_eq!(back, [0.5, 0.375]);
        assert_eq!(smallest::<3>(&[0.5, 0.1, 0.3, 0.1], Some(1)), [0.1, 0.3, 0.5]);
    }
}
