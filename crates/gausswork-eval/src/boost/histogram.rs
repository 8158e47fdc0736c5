//! Sums of derivatives by bin, in whole numbers: first and second derivative packed in one word.
//!
//! The first derivative is the upper 34 bits of the word, signed, and the second the lower 30, so one addition counts both,
//! and sums are exact whatever their order. Derivatives are rounded to the finest grid on which no sum overflows: about 2⁻¹⁴ of
//! the greatest for 100,000 rows, far below what a row's derivative means.

use multiversion::multiversion;

use super::training::{CODES, TOGETHER, Training};

/// First and second derivative, summed.
pub(super) type Sum = [f64; 2];

/// Bits of the second derivative.
const LOW: u32 = 30;

/// The nearest whole number of one below 2²² in size, ties to even: added to 1.5 · 2²³, it is the low bits of the sum.
#[inline(always)]
fn rounded(x: f32) -> i32 {
    const SHIFT: f32 = 12_582_912.0;
    (x + SHIFT).to_bits() as i32 - SHIFT.to_bits() as i32
}

#[multiversion(targets = "simd")]
fn round(words: &mut [i64], g: &[f32], h: &[f32], [of_g, of_h]: [f32; 2]) {
    for ((word, &g), &h) in words.iter_mut().zip(g).zip(h) {
        // A second derivative of nothing would leave a bin's rows without a trace.
        *word = (i64::from(rounded(g * of_g)) << LOW) + i64::from(rounded(h * of_h).max(1));
    }
}

/// First and second derivatives of every row.
#[derive(Debug, Default)]
pub(super) struct Derivatives {
    pub(super) g: Vec<f32>,
    pub(super) h: Vec<f32>,
}

/// The derivatives of every row as words.
#[derive(Debug, Default)]
pub(super) struct Quantised {
    words: Vec<i64>,
    /// What a unit of each half is worth.
    unit: Sum,
}

impl Quantised {
    #[cfg(test)]
    /// Rounds the derivatives of all rows; second ones are not negative. `greatest` bounds both, or is found.
    pub(super) fn set(&mut self, derivatives: &Derivatives, greatest: Option<[f32; 2]>) {
        self.words.clear();
        self.extend(derivatives, greatest, derivatives.g.len());
    }

    /// No rows yet.
    pub(super) fn clear(&mut self) {
        self.words.clear();
    }

    /// Rounds the derivatives of the next ones of `rows` rows. What is found in place of `greatest` holds for all rows only
    /// where these are all.
    pub(super) fn extend(&mut self, derivatives: &Derivatives, greatest: Option<[f32; 2]>, rows: usize) {
        let Derivatives { g, h } = derivatives;
        let most = |values: &[f32]| values.iter().fold(f32::MIN_POSITIVE, |most, x| most.max(x.abs()));
        let greatest = greatest.unwrap_or_else(|| [most(g), most(h)]);
        let rows = rows.max(1) as f64;
        // The sums of all rows stay below 2³³ and 2³⁰, rounding included.
        let limit =
            [((1_u64 << (63 - LOW)) - 1) as f64, ((1_u64 << LOW) - 1) as f64].map(|limit| limit / rows - 1.0);
        self.unit = [0, 1].map(|k| f64::from(greatest[k]) / limit[k].clamp(1.0, f64::from(1 << 21)));
        let [of_g, of_h] = self.unit.map(|unit| (1.0 / unit) as f32);
        let before = self.words.len();
        self.words.resize(before + g.len(), 0);
        round(&mut self.words[before..], g, h, [of_g, of_h]);
    }

    /// What a word stands for.
    #[inline(always)]
    pub(super) fn restored(&self, word: i64) -> Sum {
        let h = word & ((1 << LOW) - 1);
        [exact((word - h) >> LOW) * self.unit[0], exact(h) * self.unit[1]]
    }

    /// The sum over rows.
    #[cfg(test)]
    pub(super) fn sum(&self, rows: &[u32]) -> Sum {
        self.restored(rows.iter().map(|&row| self.words[row as usize]).sum())
    }
}

/// A whole number below 2⁵¹ in size as a float, by placing it in the low bits of 1.5 · 2⁵²: not every instruction set
/// converts 64-bit integers in vector registers.
#[inline(always)]
fn exact(x: i64) -> f64 {
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    f64::from_bits((SHIFT.to_bits() as i64 + x) as u64) - SHIFT
}

/// Room for the sums of the groups that are counted in one pass; all of them are nothing between passes.
#[derive(Debug)]
pub(super) struct Sums(Box<[[i64; CODES]; TOGETHER]>);

impl Default for Sums {
    fn default() -> Self {
        Self(Box::new([[Histogram::EMPTY; CODES]; TOGETHER]))
    }
}

/// Adds the words of some rows to the sums of their codes.
fn tally<const WIDTH: usize>(
    sums: &mut [[i64; CODES]; TOGETHER],
    codes: &[u8],
    rows: &[u32],
    derivatives: &Quantised,
) {
    let codes = codes.as_chunks::<WIDTH>().0;
    let words = &derivatives.words[..codes.len()];
    // A code is a byte, and so always has a sum.
    let mut add = |codes: &[u8; WIDTH], word: i64| {
        for (sums, &code) in sums.iter_mut().zip(codes) {
            sums[usize::from(code)] += word;
        }
    };
    if rows.len() == codes.len() {
        // All of them, in whatever order: sums are exact.
        codes.iter().zip(words).for_each(|(codes, &word)| add(codes, word));
    } else {
        rows.iter().map(|&row| row as usize).for_each(|row| add(&codes[row], words[row]));
    }
}

/// Adds the sums of a group's codes to the slots of its features, and leaves nothing of them.
fn spread<const FEATURES: usize>(sums: &mut [i64; CODES], members: &[u32], words: &mut [i64]) {
    for (sum, members) in sums.iter_mut().zip(members.as_chunks::<FEATURES>().0) {
        let word = std::mem::replace(sum, Histogram::EMPTY);
        members.iter().for_each(|&slot| words[slot as usize] += word);
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

    /// Counts rows, each given once, and nothing else.
    pub(super) fn count(
        &mut self,
        data: &Training,
        rows: &[u32],
        derivatives: &Quantised,
        Sums(sums): &mut Sums,
    ) {
        self.words.clear();
        self.words.resize(data.slots(), Self::EMPTY);
        for (groups, codes) in data.blocks() {
            let tally = match data.width {
                1 => tally::<1>,
                2 => tally::<2>,
                3 => tally::<3>,
                4 => tally::<4>,
                5 => tally::<5>,
                6 => tally::<6>,
                7 => tally::<7>,
                8 => tally::<8>,
                9 => tally::<9>,
                10 => tally::<10>,
                11 => tally::<11>,
                _ => tally::<TOGETHER>,
            };
            tally(sums, codes, rows, derivatives);
            for (group, sums) in groups.iter().zip(&mut **sums) {
                match group.features {
                    1 => spread::<1>(sums, &group.members, &mut self.words),
                    2 => spread::<2>(sums, &group.members, &mut self.words),
                    3 => spread::<3>(sums, &group.members, &mut self.words),
                    4 => spread::<4>(sums, &group.members, &mut self.words),
                    features => {
                        for (sum, members) in sums.iter_mut().zip(group.members.chunks_exact(features)) {
                            let word = std::mem::replace(sum, Self::EMPTY);
                            members.iter().for_each(|&slot| self.words[slot as usize] += word);
                        }
                    }
                }
            }
            // Places without a group counted every row as their first code.
            sums.iter_mut().skip(groups.len()).for_each(|sums| sums[0] = Self::EMPTY);
        }
    }

    /// The sum over all rows that are counted.
    pub(super) fn total(&self, data: &Training, derivatives: &Quantised) -> Sum {
        // Every row counts once for every feature.
        let first = if data.bins.features > 0 { data.slots_of(0) } else { 0..0 };
        derivatives.restored(self.words[first].iter().sum())
    }

    /// Takes the rows of a child away.
    pub(super) fn subtract(&mut self, child: &Self) {
        self.words.iter_mut().zip(&child.words).for_each(|(own, child)| *own -= child);
    }

    /// The bins of a feature, and its missing cells.
    pub(super) fn feature(&self, data: &Training, feature: usize) -> (&[i64], i64) {
        let slots = data.slots_of(feature);
        let missing = slots.end - 1;
        (&self.words[slots.start..missing], self.words[missing])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_derivatives() {
        let derivatives = Derivatives {
            g: (0..100_000).map(|i| ((i % 201) as f32 - 100.0) / 100.0).collect(),
            h: (0..100_000).map(|i| 0.25 * (i % 7) as f32 / 6.0).collect(),
        };
        let mut quantised = Quantised::default();
        quantised.set(&derivatives, None);
        let rows: Vec<u32> = (0..100_000).collect();
        for rows in [&rows[..], &rows[500..700], &rows[3..4]] {
            let sum = quantised.sum(rows);
            let exact = rows.iter().fold([0.0; 2], |s: Sum, &row| {
                let [g, h] = [&derivatives.g, &derivatives.h].map(|of| f64::from(of[row as usize]));
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
