use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use crate::frame::{Frame, Values};
use crate::score::{Metric, Score};

/// The share of synthetic rows that equal some real row in every cell, missing ones included.
#[must_use]
pub fn exact_copies(real: &Frame, synthetic: &Frame) -> Score {
    // Rows are compared by 64 bits of hash, and then in full.
    let state = RandomState::new();
    let hashes =
        |frame: &Frame| -> Vec<u64> { (0..frame.rows).map(|row| state.hash_one(key(frame, row))).collect() };
    let mut known: std::collections::HashMap<u64, Vec<u32>> = std::collections::HashMap::new();
    let wanted: HashSet<u64> = hashes(synthetic).into_iter().collect();
    for (row, hash) in (0..).zip(hashes(real)) {
        if wanted.contains(&hash) {
            known.entry(hash).or_default().push(row);
        }
    }
    let copies = (0..synthetic.rows)
        .zip(hashes(synthetic))
        .filter(|&(row, hash)| {
            let own = || key(synthetic, row);
            known.get(&hash).is_some_and(|rows| rows.iter().any(|&other| key(real, other as usize) == own()))
        })
        .count();
    let sizes = [real.rows, synthetic.rows];
    Score::share(Metric::Copies, copies as f64, synthetic.rows, sizes)
}

/// A row's cells as words; equal values have equal words.
fn key(frame: &Frame, row: usize) -> Vec<u64> {
    let word = |values: &Values| match values {
        Values::Numbers(values) if values[row].is_nan() => u64::MAX,
        // −0 and 0 are the same value.
        Values::Numbers(values) => (values[row] + 0.0).to_bits(),
        Values::Codes(codes) => u64::from(codes[row]),
    };
    frame.columns.iter().map(word).collect()
}
