//! Which numbers of a set are black and white.

use super::options::ReadImages;

/// Where a range comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RangeSource {
    /// A scale that images are commonly written in.
    Known,
    /// The least and the greatest number of the set: a guess.
    Observed,
    /// The options.
    Given,
}

/// The numbers that become 0 and 1.
///
/// PNG and JPEG hold 0 to 255. Arrays do not say what they hold; by their least and greatest number `a` and `b`,
/// * whole numbers with `0 ≤ a` and `b ≤ 16` have the range 0 to `b`: binary images, 4 bits, the digits of 16 levels,
/// * other whole numbers with `0 ≤ a` and `b ≤ 255` have 0 to 255,
/// * numbers in `[0, 1]` have 0 to 1, others in `[−1, 1]` have −1 to 1,
/// * all others have `a` to `b`, which is [`RangeSource::Observed`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Range {
    /// What becomes 0.
    pub low: f32,
    /// What becomes 1.
    pub high: f32,
    /// Where the two come from.
    pub source: RangeSource,
}

/// The most levels that are taken for the whole scale of an array of whole numbers.
const FEW: f32 = 16.0;

impl Range {
    /// The scale of PNG and JPEG.
    pub const BYTE: Self = Self { low: 0.0, high: 255.0, source: RangeSource::Known };

    /// The range of an array, by the rule.
    pub(super) fn of_array(extremes: [f32; 2], whole: bool, options: &ReadImages) -> Self {
        let [least, greatest] = extremes;
        let known = |low, high| Self { low, high, source: RangeSource::Known };
        if let Some(given) = Self::given(options) {
            given
        } else if whole && least >= 0.0 && (1.0..=FEW).contains(&greatest) {
            known(0.0, greatest)
        } else if whole && least >= 0.0 && greatest <= 255.0 {
            Self::BYTE
        } else if least >= 0.0 && greatest <= 1.0 {
            known(0.0, 1.0)
        } else if least >= -1.0 && greatest <= 1.0 {
            known(-1.0, 1.0)
        } else {
            // A set of one number only has no scale of its own.
            let high = if least < greatest { greatest } else { least + 1.0 };
            Self { low: least, high, source: RangeSource::Observed }
        }
    }

    /// The range that the options give.
    pub(super) fn given(options: &ReadImages) -> Option<Self> {
        options.range.map(|[low, high]| Self { low, high, source: RangeSource::Given })
    }

    /// A number of the set, scaled: `(x − low) / (high − low)`.
    #[must_use]
    pub fn scaled(&self, value: f32) -> f32 {
        (value - self.low) / (self.high - self.low)
    }

    /// The number that is scaled to `unit`, or to what of [0, 1] is nearest to that: `low + unit · (high − low)`.
    #[must_use]
    pub fn unscaled(&self, unit: f32) -> f32 {
        self.low + unit.clamp(0.0, 1.0) * (self.high - self.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_show_their_range() {
        let of = |extremes, whole| {
            let range = Range::of_array(extremes, whole, &ReadImages::default());
            (range.low, range.high, range.source)
        };
        use RangeSource::{Known, Observed};
        assert_eq!(of([0.0, 16.0], true), (0.0, 16.0, Known));
        assert_eq!(of([0.0, 1.0], true), (0.0, 1.0, Known));
        assert_eq!(of([0.0, 17.0], true), (0.0, 255.0, Known));
        assert_eq!(of([0.0, 0.0], true), (0.0, 255.0, Known));
        assert_eq!(of([0.0, 1.0], false), (0.0, 1.0, Known));
        assert_eq!(of([-1.0, 0.9], false), (-1.0, 1.0, Known));
        assert_eq!(of([0.0, 300.0], true), (0.0, 300.0, Observed));
        assert_eq!(of([0.0, 2.5], false), (0.0, 2.5, Observed));
        assert_eq!(of([-3.0, -3.0], true), (-3.0, -2.0, Observed));
        let options = ReadImages { range: Some([0.0, 4095.0]), ..ReadImages::default() };
        assert_eq!(
            Range::of_array([0.0, 16.0], true, &options),
            Range { low: 0.0, high: 4095.0, source: RangeSource::Given }
        );
    }
}
