use crate::frame::Frame;
use crate::random::{Draws, Purpose};

/// Every column as it is, each shuffled on its own: perfect columns, no dependence. Beyond as many rows as there are, each
/// column begins again in another order.
#[must_use]
pub fn independent(real: &Frame, rows: usize, seed: u64) -> Frame {
    let mut draws = Draws::new(seed, Purpose::Independent);
    let mut order = || {
        let mut order = Vec::with_capacity(rows);
        while order.len() < rows && real.rows > 0 {
            order.extend(draws.permutation(real.rows));
        }
        order.truncate(rows);
        order
    };
    Frame { rows, columns: real.columns.iter().map(|values| values.take(&order())).collect() }
}
