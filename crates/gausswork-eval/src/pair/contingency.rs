//! Contingency tables of two coded columns.

use std::collections::HashMap;

use super::bins::Coded;

/// How often each pair of codes occurs in the real and the synthetic rows.
#[derive(Debug, Clone)]
pub struct Contingency {
    width: u64,
    cells: Cells,
    rows: [f64; 2],
}

#[derive(Debug, Clone)]
enum Cells {
    Dense(Vec<[u32; 2]>),
    Sparse(HashMap<u64, [u32; 2]>),
}

impl Contingency {
    /// Counts; each column is given as its real and its synthetic codes.
    #[must_use]
    pub fn new(a: &[Coded; 2], b: &[Coded; 2]) -> Self {
        let (width, size) = (u64::from(b[0].count), u64::from(a[0].count) * u64::from(b[0].count));
        let rows = [0, 1].map(|side: usize| a[side].codes.len());
        // A table much larger than the data is mostly empty.
        let mut cells = if size <= 4 * (rows[0] + rows[1]) as u64 + 4096 {
            Cells::Dense(vec![[0; 2]; size as usize])
        } else {
            Cells::Sparse(HashMap::new())
        };
        for side in 0..2 {
            for (&i, &j) in a[side].codes.iter().zip(&b[side].codes) {
                let key = u64::from(i) * width + u64::from(j);
                match &mut cells {
                    Cells::Dense(cells) => cells[key as usize][side] += 1,
                    Cells::Sparse(cells) => cells.entry(key).or_default()[side] += 1,
                }
            }
        }
        Self { width, cells, rows: rows.map(|rows| rows as f64) }
    }

    /// Every occupied cell: its key and its counts.
    fn occupied(&self) -> Vec<(u64, [u32; 2])> {
        match &self.cells {
            Cells::Dense(cells) => (0..).zip(cells.iter().copied()).filter(|(_, [a, b])| a + b > 0).collect(),
            Cells::Sparse(cells) => {
                let mut cells: Vec<_> = cells.iter().map(|(&key, &counts)| (key, counts)).collect();
                // Sums run in the same order every time.
                cells.sort_unstable_by_key(|&(key, _)| key);
                cells
            }
        }
    }

    fn difference(&self, [a, b]: [u32; 2]) -> f64 {
        f64::from(a) / self.rows[0] - f64::from(b) / self.rows[1]
    }

    /// `1 − ½ Σ |P − Q|`; none where a sample is empty.
    #[must_use]
    pub fn similarity(&self) -> Option<f64> {
        let sum = || self.occupied().iter().map(|&(_, counts)| self.difference(counts).abs()).sum::<f64>();
        (self.rows[0] > 0.0 && self.rows[1] > 0.0).then(|| 1.0 - 0.5 * sum())
    }

    /// Cramér's V of the real (0) or synthetic (1) rows, without correction for bias; none where a column is constant.
    ///
    /// `V² = (Σ O²/(R C) − 1) / min(r − 1, c − 1)` with the sums of rows `R` and columns `C` as shares (Cramér 1946).
    #[must_use]
    pub fn cramers_v(&self, side: usize) -> Option<f64> {
        let n = self.rows[side];
        let cells: Vec<(u64, u64, f64)> = (self.occupied().into_iter())
            .filter(|(_, counts)| counts[side] > 0)
            .map(|(key, counts)| (key / self.width, key % self.width, f64::from(counts[side]) / n))
            .collect();
        let (mut of_row, mut of_column) = (HashMap::new(), HashMap::new());
        for &(i, j, share) in &cells {
            *of_row.entry(i).or_insert(0.0) += share;
            *of_column.entry(j).or_insert(0.0) += share;
        }
        let smaller = of_row.len().min(of_column.len());
        let phi2 =
            cells.iter().map(|(i, j, share)| share * share / (of_row[i] * of_column[j])).sum::<f64>() - 1.0;
        (smaller >= 2).then(|| (phi2.max(0.0) / (smaller - 1) as f64).sqrt())
    }

    /// What the influence of a row on the similarity needs.
    pub(super) fn signs(&self) -> Signs {
        let mut mean = [0.0; 2];
        let occupied = self.occupied();
        for &(_, counts) in &occupied {
            let sign = sign(self.difference(counts));
            mean = [0, 1].map(|side| mean[side] + sign * f64::from(counts[side]) / self.rows[side]);
        }
        let cells = match &self.cells {
            Cells::Dense(cells) => {
                SignCells::Dense(cells.iter().map(|&counts| sign(self.difference(counts)) as i8).collect())
            }
            Cells::Sparse(_) => SignCells::Sparse(
                occupied.iter().map(|&(key, counts)| (key, sign(self.difference(counts)) as i8)).collect(),
            ),
        };
        Signs { width: self.width, cells, mean }
    }
}

fn sign(d: f64) -> f64 {
    if d == 0.0 { 0.0 } else { d.signum() }
}

/// The sign of `P − Q` in each cell, and its mean over each sample.
#[derive(Debug, Clone)]
pub(super) struct Signs {
    width: u64,
    cells: SignCells,
    mean: [f64; 2],
}

#[derive(Debug, Clone)]
enum SignCells {
    Dense(Vec<i8>),
    Sparse(HashMap<u64, i8>),
}

impl Signs {
    /// Calls `each` with every row of two columns of codes and the place of its sign in [`Self::influences`].
    #[inline]
    pub(super) fn of_rows(&self, a: &[u32], b: &[u32], mut each: impl FnMut(usize, usize)) {
        let key = |i: u32, j: u32| u64::from(i) * self.width + u64::from(j);
        let rows = a.iter().zip(b).enumerate();
        match &self.cells {
            SignCells::Dense(cells) => {
                rows.for_each(|(row, (&i, &j))| each(row, (cells[key(i, j) as usize] + 1) as usize));
            }
            SignCells::Sparse(cells) => rows.for_each(|(row, (&i, &j))| {
                each(row, (cells.get(&key(i, j)).copied().unwrap_or(0) + 1) as usize);
            }),
        }
    }

    /// The influence on the similarity of a row whose cell has the sign −1, 0 or 1.
    pub(super) fn influences(&self, side: usize) -> [f64; 3] {
        let weight = if side == 0 { -0.5 } else { 0.5 };
        [-1.0, 0.0, 1.0].map(|sign| weight * (sign - self.mean[side]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(codes: &[u32]) -> Coded {
        Coded { codes: codes.to_vec(), count: 3 }
    }

    #[test]
    fn a_table_by_hand() {
        let a = [coded(&[0, 0, 1, 1]), coded(&[0, 1, 1, 1])];
        let b = [coded(&[0, 0, 2, 2]), coded(&[0, 2, 2, 0])];
        let table = Contingency::new(&a, &b);
        // Real: (0,0) ½, (1,2) ½; synthetic: (0,0) ¼, (1,2) ½, (1,0) ¼.
        assert_eq!(table.similarity(), Some(0.75));
        assert!((table.cramers_v(0).unwrap() - 1.0).abs() < 1e-15);
        // χ²/n of [[1, 0], [1, 2]] is 1/3.
        assert!((table.cramers_v(1).unwrap() - (1.0_f64 / 3.0).sqrt()).abs() < 1e-15);
        let signs = table.signs();
        let (mut mean, influences) = (0.0, signs.influences(0));
        signs.of_rows(&a[0].codes, &b[0].codes, |_, sign| mean += influences[sign]);
        assert!(mean.abs() < 1e-15);
    }
}
