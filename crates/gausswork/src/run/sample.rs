//! Drawing synthetic rows, any number of them in constant memory.

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use rayon::prelude::*;

use super::{Event, Observer};
use crate::artifact::Model;
use crate::data::table::{CodecError, TableError};
use crate::noise::{Noise, Stream};
use crate::train::{Threads, ThreadsError};
use crate::vae::BLOCK;

/// Which rows to draw.
#[derive(Debug, Clone)]
pub struct SampleRequest {
    /// How many.
    pub rows: u64,
    /// The number of the first; row `i` is the same whatever the offset and number of rows.
    pub offset: u64,
    /// The seed.
    pub seed: u64,
    /// Threads to work on.
    pub threads: usize,
}

/// Rows could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// Nothing was asked for.
    #[error("0 rows were asked for; give at least 1")]
    NoRows,
    /// The rows' numbers do not fit 64 bits.
    #[error("rows {offset} and {rows} more: row numbers end at 2^63")]
    TooManyRows {
        /// The first row.
        offset: u64,
        /// How many.
        rows: u64,
    },
    /// They cannot be decoded.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// They cannot be put together.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    /// They cannot be written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The threads.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
}

/// Blocks that are drawn side by side before they are handed over, per thread.
const BLOCKS_AHEAD: u64 = 16;

/// Draws rows in order and hands them to `sink`, a batch at a time, in canonical columns.
///
/// # Errors
/// See [`SampleError`]; whatever `sink` returns ends the drawing.
pub fn sample(
    model: &Model,
    request: &SampleRequest,
    sink: &mut (dyn FnMut(&RecordBatch) -> Result<(), SampleError> + Send),
    observer: &mut dyn Observer,
) -> Result<(), SampleError> {
    let &SampleRequest { rows, offset, seed, threads } = request;
    if rows == 0 {
        return Err(SampleError::NoRows);
    }
    let end = offset
        .checked_add(rows)
        .filter(|&end| end < 1 << 63)
        .ok_or(SampleError::TooManyRows { offset, rows })?;
    let workers = Threads::new(threads)?;
    let sampler = model.network.sampler();
    let noise = Noise::new(seed);
    let words = |row: u64, slot: u32| noise.block(Stream::Regenerate, row, slot)[0];
    let draw = |block: u64| -> Result<RecordBatch, SampleError> {
        let drawn = sampler.block(&noise, block);
        let first = block * BLOCK;
        let batch = model.decode(&drawn, first, &words)?;
        let (from, to) = (offset.max(first) - first, end.min(first + BLOCK) - first);
        Ok(batch.slice(from as usize, (to - from) as usize))
    };
    let group = BLOCKS_AHEAD * workers.threads() as u64;
    let (first, last) = (offset / BLOCK, (end - 1) / BLOCK);
    let mut done = 0;
    let mut next = first;
    let mut drawn: Vec<RecordBatch> = Vec::new();
    while next <= last || !drawn.is_empty() {
        let blocks = next..(next + group).min(last + 1);
        next = blocks.end;
        // One group is written while the next is drawn.
        let mut write = || drawn.iter().try_for_each(&mut *sink);
        let (written, ahead) = workers.install(|| {
            rayon::join(&mut write, || blocks.into_par_iter().map(draw).collect::<Result<Vec<_>, _>>())
        });
        written?;
        let rows_written = drawn.iter().map(|batch| batch.num_rows() as u64).sum::<u64>();
        drawn = ahead?;
        if rows_written > 0 {
            done += rows_written;
            observer.observe(&Event::Rows { done, total: rows });
        }
    }
    Ok(())
}
