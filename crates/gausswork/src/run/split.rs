//! Which rows are held out.

use arrow::array::RecordBatch;

use crate::data::table;
use crate::noise::{Noise, Stream};

/// Most rows held out.
const MOST_HELD_OUT: usize = 10_000;

/// The training rows and the held-out rows of a table, both ascending: in file order, neighbours in memory are
/// neighbours in the batch's gather.
pub(super) fn split(batch: &RecordBatch, share: f64, seed: u64) -> [Vec<u32>; 2] {
    let rows = batch.num_rows();
    let held = ((share * rows as f64).round() as usize).min(MOST_HELD_OUT);
    let order = Noise::new(seed).permutation(Stream::Split, 0, rows);
    // A row that holds the end of a numeric column is never held out: what the column may hold is learned.
    let extremes = table::rows_of_extremes(batch);
    let (ends, others): (Vec<u32>, Vec<u32>) =
        order.iter().partition(|row| extremes.binary_search(row).is_ok());
    let held = held.min(others.len());
    let mut held_out = others[..held].to_vec();
    let mut train = [&ends, &others[held..]].concat();
    held_out.sort_unstable();
    train.sort_unstable();
    [train, held_out]
}
