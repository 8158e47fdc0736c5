//! Drawing synthetic rows, any number of them in constant memory.
//!
//! Rows under conditions are drawn by rejection, where the model cannot be told any of them: the sample without conditions is drawn in order, and the rows that
//! meet them are kept. This is exact for any model that draws its rows independently, as ours do: with acceptance
//! rate `a = P(C)`, `P(row is kept and is x) = p(x) 1[x ∈ C]`, so that a kept row has `p(x) 1[x ∈ C] / a = p(x | C)`, and
//! one kept row costs `1/a` drawn ones on average.
//!
//! A generator that was trained under conditions is told the value of one column, and draws rows that have it; the other conditions
//! are met by rejection among those. Such rows are not those of the sample without conditions: `p(x | c)` is then what the generator
//! learned it to be.

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::error::ArrowError;
use rayon::prelude::*;

use super::{Event, Observer};
use crate::artifact::Model;
use crate::data::table::{CodecError, ConditionError, Conditions, TableError};
use crate::noise::{Noise, Stream};
use crate::train::{Threads, ThreadsError};
use crate::vae::BLOCK;

/// Which rows to draw.
#[derive(Debug, Clone)]
pub struct SampleRequest {
    /// How many.
    pub rows: u64,
    /// The number of the first, among those that meet the conditions; row `i` is the same whatever the offset and
    /// number of rows.
    pub offset: u64,
    /// The seed.
    pub seed: u64,
    /// Threads to work on.
    pub threads: usize,
    /// What every row is to meet.
    pub conditions: Conditions,
}

/// How rows came to meet their conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Way {
    /// There were no conditions.
    Unconditional,
    /// Rows were drawn without regard to them, and those that met them were kept.
    Rejection,
    /// The generator was told the value of a column, and of the rows that it then drew, those that met the other conditions were kept.
    Conditioning {
        /// Position of the column.
        column: usize,
    },
}

/// What drawing took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampled {
    /// How the rows came to meet the conditions.
    pub way: Way,
    /// Rows drawn, in whole blocks where there are conditions: from the first row of the sample to the last one needed.
    pub drawn: u64,
    /// Those of them that met the conditions, skipped ones included.
    pub met: u64,
}

/// Rows could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// A model without rows.
    #[error("the model is of images, and draws no rows")]
    OfImages,
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
    /// No row can meet the conditions.
    #[error(transparent)]
    Condition(#[from] ConditionError),
    /// Hardly any row meets the conditions.
    #[error(
        "too few rows meet {conditions}: {met} of {drawn} drawn rows did, fewer than 1 in {ONE_IN}; loosen the conditions"
    )]
    TooRare {
        /// The conditions.
        conditions: Conditions,
        /// Rows drawn so far.
        drawn: u64,
        /// Those of them that met the conditions.
        met: u64,
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

/// Drawing gives up where fewer than one row in so many meets the conditions,
const ONE_IN: u64 = 100_000;
/// but not before so many were drawn: of rows that meet them twice as often as that, fewer than 20 in so many are a matter
/// of 2 seeds in 10,000 (a Poisson variable of mean 40).
const FEWEST_DRAWN: u64 = 2_000_000;

/// Batches that are held back before they are put together.
const MOST_HELD: usize = 16;

/// Draws rows in order and hands them to `sink`, a batch at a time, in canonical columns.
///
/// Under conditions, rows are numbered among those that meet them, and `offset` skips such rows (which have to be drawn nevertheless).
/// By [`Way::Rejection`] they are exactly the rows of the sample without conditions that meet them, in its order. `sink` is then
/// called at least once for each group of blocks, if need be with no rows, so that it can end the drawing.
///
/// # Errors
/// See [`SampleError`]; whatever `sink` returns ends the drawing.
pub fn sample(
    model: &Model,
    request: &SampleRequest,
    sink: &mut (dyn FnMut(&RecordBatch) -> Result<(), SampleError> + Send),
    observer: &mut dyn Observer,
) -> Result<Sampled, SampleError> {
    let &SampleRequest { rows, offset, seed, threads, ref conditions } = request;
    if rows == 0 {
        return Err(SampleError::NoRows);
    }
    let end = offset
        .checked_add(rows)
        .filter(|&end| end < 1 << 63)
        .ok_or(SampleError::TooManyRows { offset, rows })?;
    model.can_draw(conditions)?;
    let workers = Threads::new(threads)?;
    let unconditional = || model.network.sampler().ok_or(SampleError::OfImages);
    let (sampler, way) = match model.sampler_under(conditions)? {
        Some((sampler, column)) => (sampler, Way::Conditioning { column }),
        None if conditions.is_empty() => (unconditional()?, Way::Unconditional),
        None => (unconditional()?, Way::Rejection),
    };
    let noise = Noise::new(seed);
    let words = |row: u64, slot: u32| noise.block(Stream::Regenerate, row, slot)[0];
    let draw = |block: u64| -> Result<RecordBatch, SampleError> {
        let drawn = sampler.block(&noise, block);
        let batch = model.decode(&drawn, block * BLOCK, &words)?;
        if conditions.is_empty() { Ok(batch) } else { Ok(conditions.filter(&batch)?) }
    };
    let group = BLOCKS_AHEAD * workers.threads() as u64;
    // Without conditions it is known beforehand which blocks hold the rows.
    let (mut next, last) =
        if conditions.is_empty() { (offset / BLOCK, (end - 1) / BLOCK) } else { (0, (1 << 63) / BLOCK) };
    let mut keep = Keep::new(request, way, next * BLOCK);
    let mut drawn: Vec<RecordBatch> = Vec::new();
    loop {
        let enough = keep.would_end_with(&drawn);
        let blocks = if enough { next..next } else { next..(next + group).min(last + 1) };
        next = blocks.end;
        // One group is written while the next is drawn.
        let mut write = || keep.write(&drawn, sink);
        let (written, ahead) = workers.install(|| {
            rayon::join(&mut write, || blocks.into_par_iter().map(draw).collect::<Result<Vec<_>, _>>())
        });
        if written? > 0 {
            observer.observe(&Event::Rows { done: rows - keep.left, total: rows });
        }
        if keep.left == 0 {
            return Ok(keep.sampled);
        }
        drawn = ahead?;
    }
}

/// Which of the rows that meet the conditions are handed over.
struct Keep<'a> {
    conditions: &'a Conditions,
    /// Rows still to be passed over.
    skip: u64,
    /// Rows still to be handed over.
    left: u64,
    sampled: Sampled,
    /// Rows held back until they fill a batch.
    held: Vec<RecordBatch>,
}

impl<'a> Keep<'a> {
    /// `first` is the number of the first row drawn.
    fn new(request: &'a SampleRequest, way: Way, first: u64) -> Self {
        let SampleRequest { rows, offset, conditions, .. } = request;
        Self {
            conditions,
            skip: offset - first,
            left: *rows,
            sampled: Sampled { way, drawn: 0, met: 0 },
            held: Vec::new(),
        }
    }

    /// Whether these blocks hold all that is still to be handed over.
    fn would_end_with(&self, blocks: &[RecordBatch]) -> bool {
        let met: u64 = blocks.iter().map(|batch| batch.num_rows() as u64).sum();
        self.skip.saturating_add(self.left) <= met
    }

    /// Hands over what is wanted of blocks that have lost the rows which do not meet the conditions; how many rows.
    fn write(
        &mut self,
        blocks: &[RecordBatch],
        sink: &mut (dyn FnMut(&RecordBatch) -> Result<(), SampleError> + Send),
    ) -> Result<u64, SampleError> {
        let before = self.left;
        let mut silent = true;
        for batch in blocks {
            if self.left == 0 {
                break;
            }
            let met = batch.num_rows() as u64;
            self.sampled.drawn += BLOCK;
            self.sampled.met += met;
            let Sampled { drawn, met: kept, .. } = self.sampled;
            if drawn >= FEWEST_DRAWN && kept < drawn / ONE_IN {
                return Err(SampleError::TooRare { conditions: self.conditions.clone(), drawn, met: kept });
            }
            let skipped = self.skip.min(met);
            self.skip -= skipped;
            let wanted = self.left.min(met - skipped);
            self.left -= wanted;
            if wanted > 0 {
                silent &= !self.hand_over(batch.slice(skipped as usize, wanted as usize), sink)?;
            }
        }
        if let (true, Some(batch)) = (silent, blocks.first()) {
            sink(&batch.slice(0, 0))?;
        }
        Ok(before - self.left)
    }

    /// Hands over rows, under conditions in batches of [`BLOCK`] rows however few of a block are kept; whether it did.
    fn hand_over(
        &mut self,
        rows: RecordBatch,
        sink: &mut (dyn FnMut(&RecordBatch) -> Result<(), SampleError> + Send),
    ) -> Result<bool, SampleError> {
        if self.sampled.way == Way::Unconditional {
            return sink(&rows).map(|()| true);
        }
        let schema = rows.schema();
        self.held.push(rows);
        let count = self.held.iter().map(RecordBatch::num_rows).sum::<usize>();
        let whole = self.left == 0 || count >= BLOCK as usize;
        if whole || self.held.len() >= MOST_HELD {
            // Together they hold only those levels of their dictionaries that occur, where there are many.
            self.held = vec![concat_batches(&schema, &self.held)?];
        }
        if whole {
            std::mem::take(&mut self.held).iter().try_for_each(sink)?;
        }
        Ok(whole)
    }
}
