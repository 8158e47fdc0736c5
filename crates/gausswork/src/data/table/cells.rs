//! The cells of one column as text: each distinct spelling once, and a code per row.
//!
//! A column is typed, parsed and counted by its distinct spellings, so a column of ten levels costs
//! ten decisions however many rows it has. Spellings are numbered in order of first appearance:
//! nothing depends on how the reading was shared out.

/// The code of a cell that is missing in the source itself (Parquet and Arrow have true nulls).
pub(super) const MISSING: u32 = u32::MAX;

/// An empty slot of the hash table.
const FREE: u32 = u32::MAX;

/// The cells of one column.
#[derive(Default, Debug)]
pub(super) struct Cells {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    codes: Vec<u32>,
    /// Open addressing, a power of two in size: codes at the hashes of their spellings.
    table: Vec<u32>,
    /// How often each spelling was quoted; shorter than `ends` where nothing was any more.
    quoted: Vec<u32>,
    full: bool,
}

impl Cells {
    /// Appends a cell.
    pub(super) fn push(&mut self, cell: &[u8], quoted: bool) {
        let code = match self.codes.last() {
            Some(&last) if last != MISSING && self.spelling(last) == cell => last,
            _ => self.intern(cell),
        };
        self.codes.push(code);
        if quoted && code != MISSING {
            let at = code as usize;
            if self.quoted.len() <= at {
                self.quoted.resize(at + 1, 0);
            }
            if let Some(count) = self.quoted.get_mut(at) {
                *count = count.saturating_add(1);
            }
        }
    }

    /// Appends a cell that the source says is missing.
    pub(super) fn push_missing(&mut self) {
        self.codes.push(MISSING);
    }

    /// The code of a spelling, a new one if it is new.
    fn intern(&mut self, cell: &[u8]) -> u32 {
        if (self.ends.len() + 1) * 4 > self.table.len() * 3 {
            self.grow();
        }
        let mask = self.table.len() - 1;
        let mut at = hash(cell) as usize & mask;
        loop {
            match self.table.get(at).copied() {
                Some(FREE) | None => break,
                Some(code) if self.spelling(code) == cell => return code,
                Some(_) => at = (at + 1) & mask,
            }
        }
        let (Ok(code), Ok(end)) = (
            u32::try_from(self.ends.len()),
            u32::try_from(self.bytes.len() + cell.len()),
        ) else {
            self.full = true;
            return MISSING;
        };
        if i32::try_from(end).is_err() || i32::try_from(code).is_err() {
            self.full = true;
            return MISSING;
        }
        self.bytes.extend_from_slice(cell);
        self.ends.push(end);
        if let Some(slot) = self.table.get_mut(at) {
            *slot = code;
        }
        code
    }

    fn grow(&mut self) {
        let size = (self.table.len() * 2).max(64);
        let mut table = vec![FREE; size];
        for code in 0..u32::try_from(self.ends.len()).unwrap_or(FREE) {
            let mut at = hash(self.spelling(code)) as usize & (size - 1);
            while table.get(at).is_some_and(|&slot| slot != FREE) {
                at = (at + 1) & (size - 1);
            }
            if let Some(slot) = table.get_mut(at) {
                *slot = code;
            }
        }
        self.table = table;
    }

    /// Whether the column holds more distinct text than an Arrow array can (2 GiB).
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// The code of every row.
    pub(super) fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// How many distinct spellings there are.
    pub(super) fn distinct(&self) -> usize {
        self.ends.len()
    }

    /// The spelling of a code.
    pub(super) fn spelling(&self, code: u32) -> &[u8] {
        let at = code as usize;
        let start = at
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or(0);
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.bytes
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// The spelling of a code as text. Readers have checked that it is UTF-8.
    pub(super) fn text(&self, code: u32) -> &str {
        std::str::from_utf8(self.spelling(code)).unwrap_or_default()
    }

    /// Every code with its spelling.
    pub(super) fn spellings(&self) -> impl Iterator<Item = (u32, &[u8])> + Clone {
        (0u32..)
            .take(self.ends.len())
            .map(|code| (code, self.spelling(code)))
    }

    /// The 0-based row in which a code appears first.
    pub(super) fn first_row(&self, code: u32) -> usize {
        self.codes
            .iter()
            .position(|&other| other == code)
            .unwrap_or(0)
    }

    /// How often each code appears.
    pub(super) fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.ends.len()];
        for &code in &self.codes {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// How often a code was quoted.
    pub(super) fn times_quoted(&self, code: u32) -> u64 {
        self.quoted.get(code as usize).copied().unwrap_or(0).into()
    }
}

/// A fast hash of a short text: eight bytes at a time, folded multiplication.
fn hash(bytes: &[u8]) -> u64 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |state: u64, word: u64| {
        let wide = u128::from(state ^ word) * u128::from(K);
        #[allow(clippy::cast_possible_truncation, reason = "both halves are wanted")]
        let folded = (wide as u64) ^ ((wide >> 64) as u64);
        folded
    };
    let mut state = bytes.len() as u64 ^ 0x2545_f491_4f6c_dd1d;
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        state = fold(state, word.try_into().map_or(0, u64::from_le_bytes));
    }
    let mut last = [0u8; 8];
    for (slot, byte) in last.iter_mut().zip(words.remainder()) {
        *slot = *byte;
    }
    fold(fold(state, u64::from_le_bytes(last)), K)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_numbered_as_they_appear() {
        let mut cells = Cells::default();
        for cell in ["b", "a", "b", "", "a", "a"] {
            cells.push(cell.as_bytes(), cell == "a");
        }
        cells.push_missing();
        assert_eq!(cells.codes(), [0, 1, 0, 2, 1, 1, MISSING]);
        assert_eq!(cells.counts(), [2, 3, 1]);
        assert_eq!(
            (cells.text(0), cells.text(1), cells.text(2)),
            ("b", "a", "")
        );
        assert_eq!((cells.times_quoted(0), cells.times_quoted(1)), (0, 3));
        assert_eq!(cells.first_row(2), 3);
    }

    #[test]
    fn many_spellings_stay_apart() {
        let mut cells = Cells::default();
        for round in 0..2 {
            for i in 0..50_000u32 {
                cells.push(i.to_string().as_bytes(), false);
                assert_eq!(cells.codes().last(), Some(&i), "{round}");
            }
        }
        assert_eq!(cells.distinct(), 50_000);
    }
}
