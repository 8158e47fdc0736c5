//! Figures as the page shows them: as many decimals as their error leaves meaning to, and never NaN.

use gausswork_eval::score::Score;

use crate::output::significant;

/// What stands where there is no figure.
pub(super) const NONE: &str = "–";
/// Longer names are cut: a page is no place for a novel in a cell.
const LONGEST: usize = 120;

/// A figure and how sure it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figure {
    /// The value.
    pub(super) value: String,
    /// Half of its interval, or the interval; empty where none is known.
    pub(super) spread: String,
}

impl Figure {
    /// A value and its 95 % interval.
    pub(super) fn new(value: f64, interval: Option<[f64; 2]>) -> Self {
        let interval = interval.filter(|ends| ends.iter().all(|end| end.is_finite()));
        let Some([low, high]) = interval.filter(|_| value.is_finite()) else {
            return Self { value: plain(value), spread: String::new() };
        };
        let half = (high - low) / 2.0;
        let lopsided = (high + low - 2.0 * value).abs() > 0.02 * (high - low);
        // A lopsided interval takes more room, and has a digit less where that saves one.
        let places = places(if lopsided { high - low } else { half });
        let spread = if half <= 0.0 {
            "± 0".to_owned()
        } else if lopsided {
            format!("[{}, {}]", fixed(low, places), fixed(high, places))
        } else {
            format!("± {}", fixed(half, places))
        };
        Self { value: fixed(value, places), spread }
    }

    /// A score.
    pub(super) fn of(score: &Score) -> Self {
        Self::new(score.value, score.interval)
    }

    /// The figure in a sentence.
    pub(super) fn sentence(&self) -> String {
        if self.spread.is_empty() { self.value.clone() } else { format!("{} {}", self.value, self.spread) }
    }
}

/// Decimals that show two digits of an error.
fn places(error: f64) -> Option<usize> {
    let first = error.log10().floor();
    // An error of nothing, or beyond what decimals can show.
    (first.is_finite() && (-5.0..7.0).contains(&first)).then(|| (1.0 - first).max(0.0) as usize)
}

/// A number to so many decimals; to significant digits where none are given or it would be too long.
fn fixed(x: f64, places: Option<usize>) -> String {
    match places {
        Some(places) if x.abs() < 1e7 => {
            let text = format!("{x:.places$}");
            // What rounds to zero has no sign.
            let zero = text.chars().all(|c| "-0.".contains(c));
            signed(if zero { text.trim_start_matches('-') } else { &text })
        }
        _ => plain(x),
    }
}

/// A number without an error.
pub(super) fn plain(x: f64) -> String {
    rounded(x, 3)
}

/// A number to so many significant digits, a true minus before it.
pub(super) fn rounded(x: f64, digits: usize) -> String {
    if x.is_finite() { signed(&significant(x, digits)) } else { "not defined".to_owned() }
}

fn signed(text: &str) -> String {
    text.replace('-', "−")
}

/// A number to three decimals.
pub(super) fn thousandths(x: f64) -> String {
    fixed(x, Some(3))
}

/// A share in percent, to one decimal.
pub(super) fn tenths(share: f64) -> String {
    format!("{}\u{a0}%", fixed(100.0 * share, Some(1)))
}

/// A share in percent.
pub(super) fn percent(share: f64) -> String {
    if share.is_finite() { format!("{}\u{a0}%", rounded(100.0 * share, 3)) } else { NONE.to_owned() }
}

/// A name from the data, cut where it is very long.
pub(super) fn shown(name: &str) -> String {
    cut(name, LONGEST)
}

/// At most so many characters of a text.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_decides_the_decimals() {
        let of = |value, low, high| Figure::new(value, Some([low, high])).sentence();
        assert_eq!(of(0.934_21, 0.932_1, 0.936_32), "0.9342 ± 0.0021");
        assert_eq!(of(0.5, 0.1, 0.6), "0.50 [0.10, 0.60]");
        assert_eq!(of(-0.000_01, -0.02, 0.02), "0.000 ± 0.020");
        assert_eq!(of(1.0, 1.0, 1.0), "1 ± 0");
        assert_eq!(of(12_345.6, 12_300.0, 12_391.2), "12346 ± 46");
    }

    #[test]
    fn there_is_no_nan() {
        assert_eq!(Figure::new(f64::NAN, Some([0.0, 1.0])).sentence(), "not defined");
        assert_eq!(Figure::new(0.25, Some([f64::NEG_INFINITY, 1.0])).sentence(), "0.25");
        assert_eq!(percent(f64::NAN), NONE);
        assert_eq!(cut("abcdef", 4), "abc…");
    }
}
