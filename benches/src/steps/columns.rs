//! The encoded columns of W3 and W4: 150 numbers that describe a row of fifteen columns, as CTGAN encodes them.
//!
//! Six real columns have a number on (−1, 1) and one of ten modes each, nine categories one of their levels: 6 numbers,
//! then 6 × 10 modes, then 2 + 5 + 6 + 7 + 9 + 14 + 16 + 8 + 17 levels.

/// Numbers on (−1, 1).
pub(super) const REALS: usize = 6;
/// Modes of each.
pub(super) const MODES: usize = 10;
/// Levels of the categories.
pub(super) const LEVELS: [usize; 9] = [2, 5, 6, 7, 9, 14, 16, 8, 17];
/// Numbers per row.
pub(super) const WIDTH: usize = 150;

/// First number and length of each span of which one is 1 and the others are 0: the modes, then the categories.
pub(super) fn spans() -> impl Iterator<Item = (usize, usize)> {
    let lengths = std::iter::repeat_n(MODES, REALS).chain(LEVELS);
    lengths.scan(REALS, |next, length| {
        let first = *next;
        *next += length;
        Some((first, length))
    })
}

/// Makes an encoded row of uniforms on (0, 1), in place; a span's lower levels are likelier.
pub(super) fn encode(row: &mut [f32]) {
    row[..REALS].iter_mut().for_each(|x| *x = 1.8 * (*x - 0.5));
    for (first, length) in spans() {
        let u = row[first];
        let level = ((u * u * length as f32) as usize).min(length - 1);
        row[first..first + length].fill(0.0);
        row[first + level] = 1.0;
    }
}
