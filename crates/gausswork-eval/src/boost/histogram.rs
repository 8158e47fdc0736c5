//! Sums of derivatives by bin, in whole numbers: first and second derivative packed in one word.
//!
//! The first derivative is the upper 34 bits of the word, signed, and the second the lower 30, so one addition counts both,
//! and sums are exact whatever their order. Derivatives are rounded to the finest grid on which no sum overflows: about 2⁻¹⁴ of
//! the greatest for 100,000 rows, far below what a row's derivative means.

use super::binned::Binned;

/// First and second derivative, summed.
pub(super) type Sum = [f64; 2];

/// Bits of the second derivative.
const LOW: u32 = 30;

/// The nearest whole number of one below 2²² in size, ties to even: added to 1.5 · 2²³, it is the low bits of the sum.
fn rounded(x: f32) -> i32 {
    const SHIFT: f32 = 12_582_912.0;
    (x + SHIFT).to_bits() as i32 - SHIFT.to_bits() as i32
}

/// The derivatives of every row as words.
#[derive(Debug, Default)]
pub(super) struct Quantised {
    words: Vec<i64>,
    /// What a unit of each half is worth.
    unit: Sum,
}

impl Quantised {
    /// Rounds derivatives; second ones are not negative. `greatest` bounds both, or is found.
    pub(super) fn set(&mut self, derivatives: &[[f32; 2]], greatest: Option<[f32; 2]>) {
        let found =
            || derivatives.iter().fold([f32::MIN_POSITIVE; 2], |[a, b], [g, h]| [a.max(g.abs()), b.max(*h)]);
        let greatest = greatest.unwrap_or_else(found);
        let rows = derivatives.len().max(1) as f64;
        // The sums of all rows stay below 2³³ and 2³⁰, rounding included.
        let limit =
            [((1_u64 << (63 - LOW)) - 1) as f64, ((1_u64 << LOW) - 1) as f64].map(|limit| limit / rows - 1.0);
        self.unit = [0, 1].map(|k| f64::from(greatest[k]) / limit[k].clamp(1.0, f64::from(1 << 21)));
        let [of_g, of_h] = self.unit.map(|unit| (1.0 / unit) as f32);
        let word = |&[g, h]: &[f32; 2]| {
            // A second derivative of nothing would leave a bin's rows without a trace.
            (i64::from(rounded(g * of_g)) << LOW) + i64::from(rounded(h * of_h).max(1))
        };
        self.words.clear();
        self.words.extend(derivatives.iter().map(word));
    }

    /// What a word stands for.
    pub(super) fn restored(&self, word: i64) -> Sum {
        let h = word & ((1 << LOW) - 1);
        [((word - h) >> LOW) as f64 * self.unit[0], h as f64 * self.unit[1]]
    }

    /// The sum over rows.
    pub(super) fn sum(&self, rows: &[u32]) -> Sum {
        self.restored(rows.iter().map(|&row| self.words[row as usize]).sum())
    }
}

/// The sums of one node: the bins of each feature one after another, its missing cells last.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    words: Vec<i64>,
}

impl Histogram {
    /// No rows.
    pub(super) const EMPTY: i64 = 0;

    /// Whether it never counted anything.
    pub(super) fn is_unused(&self) -> bool {
        self.words.is_empty()
    }

    /// Empties it.
    pub(super) fn clear(&mut self, data: &Binned) {
        self.words.clear();
        self.words.resize(data.offsets.last().map_or(0, |&end| end as usize), Self::EMPTY);
    }

    /// Adds rows.
    pub(super) fn count(&mut self, data: &Binned, rows: &[u32], derivatives: &Quantised) {
        for &row in rows {
            let word = derivatives.words[row as usize];
            for &slot in data.slots(row as usize) {
                self.words[slot as usize] += word;
            }
        }
    }

    /// Takes the rows of a child away.
    pub(super) fn subtract(&mut self, child: &Self) {
        self.words.iter_mut().zip(&child.words).for_each(|(own, child)| *own -= child);
    }

    /// The bins of a feature, and its missing cells.
    pub(super) fn feature(&self, data: &Binned, feature: usize) -> (&[i64], i64) {
        let [from, to] = [feature, feature + 1].map(|i| data.offsets[i] as usize);
        (&self.words[from..to - 1], self.words[to - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_derivatives() {
        let derivatives: Vec<[f32; 2]> =
            (0..100_000).map(|i| [((i % 201) as f32 - 100.0) / 100.0, 0.25 * (i % 7) as f32 / 6.0]).collect();
        let mut quantised = Quantised::default();
        quantised.set(&derivatives, None);
        let rows: Vec<u32> = (0..100_000).collect();
        for rows in [&rows[..], &rows[500..700], &rows[3..4]] {
            let sum = quantised.sum(rows);
            let exact = rows.iter().fold([0.0; 2], |s: Sum, &row| {
                let [g, h] = derivatives[row as usize].map(f64::from);
                [s[0] + g, s[1] + h]
            });
            // Half a unit a row.
            let slack = [0, 1].map(|k| 0.51 * quantised.unit[k] * rows.len() as f64 + 1e-6);
            assert!(
                (sum[0] - exact[0]).abs() <= slack[0] && (sum[1] - exact[1]).abs() <= 2.0 * slack[1],
                "{sum:?} {exact:?}"
            );
        }
        assert!(quantised.unit[0] < 2e-5 && quantised.unit[1] < 3e-5, "{:?}", quantised.unit);
    }
}
