use crate::frame::Frame;
use crate::random::{Draws, Purpose};

/// Real rows drawn with replacement: perfect fidelity, no privacy.
#[must_use]
pub fn row_copy(real: &Frame, rows: usize, seed: u64) -> Frame {
    let mut draws = Draws::new(seed, Purpose::Copy);
    let order: Vec<u32> = (0..rows).map(|_| draws.below(real.rows) as u32).collect();
    real.take(&order)
}
