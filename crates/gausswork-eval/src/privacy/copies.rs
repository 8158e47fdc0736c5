use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use rayon::prelude::*;

use crate::frame::{Frame, Values};
use crate::score::{Metric, Score};

/// The share of synthetic rows that equal some real row in every cell, missing ones included.
#[must_use]
pub fn exact_copies(real: &Frame, synthetic: &Frame) -> Score {
    // Rows are compared by 64 bits of hash, and then in full. The hash multiplies, with a factor that nobody knows: no table
    // can be made whose rows all share one.
    let factor = RandomState::new().hash_one(0) | 1;
    let hash = |frame: &Frame, row: usize| {
        frame.columns.iter().fold(factor, |hash, values| {
            let product = u128::from(hash ^ word(values, row)) * u128::from(factor);
            (product >> 64) as u64 ^ product as u64
        })
    };
    let hashes =
        |frame: &Frame| -> Vec<u64> { (0..frame.rows).into_par_iter().map(|row| hash(frame, row)).collect() };
    let mut known: HashMap<u64, Vec<u32>> = HashMap::new();
    let of_synthetic = hashes(synthetic);
    let wanted: HashSet<u64> = of_synthetic.iter().copied().collect();
    for (row, hash) in (0..).zip(hashes(real)) {
        if wanted.contains(&hash) {
            known.entry(hash).or_default().push(row);
        }
    }
    let copies = (0..synthetic.rows)
        .zip(of_synthetic)
        .filter(|&(row, hash)| {
            let same = |&other: &u32| {
                let mut columns = real.columns.iter().zip(&synthetic.columns);
                columns.all(|(real, own)| word(real, other as usize) == word(own, row))
            };
            known.get(&hash).is_some_and(|rows| rows.iter().any(same))
        })
        .count();
    let sizes = [real.rows, synthetic.rows];
    Score::share(Metric::Copies, copies as f64, synthetic.rows, sizes)
}

/// A cell as a word; equal values have equal words.
fn word(values: &Values, row: usize) -> u64 {
    match values {
        Values::Numbers(values) if values[row].is_nan() => u64::MAX,
        // −0 and 0 are the same value.
        Values::Numbers(values) => (values[row] + 0.0).to_bits(),
        Values::Codes(codes) => u64::from(codes[row]),
    }
}
