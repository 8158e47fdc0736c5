//! Axes of small pictures: round ticks, and the frame that a picture is drawn in.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;

use super::ink::{self, Ink};
use super::number::rounded;
use crate::plot::{Area, UNIT};

/// A place on an axis that is named.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// Where.
    pub(super) at: f64,
    /// Its name.
    pub(super) text: String,
}

/// An axis.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    /// Its ends.
    pub(super) ends: [f64; 2],
    /// What is named on it.
    pub(super) ticks: Vec<Tick>,
}

/// A chart between two axes.
pub(super) type Chart<'a, B> = ChartContext<'a, B, Cartesian2d<Axis, Axis>>;
/// What drawing something returns.
pub(super) type Of<B, T> = Result<T, DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

impl Axis {
    /// An axis of numbers, with about so many round ticks.
    pub(super) fn numbers([low, high]: [f64; 2], about: usize) -> Self {
        let at = round(low, high, about);
        let step = at.windows(2).map(|pair| pair[1] - pair[0]).next().unwrap_or(high - low);
        let digits = |at: f64| (at.abs() / step).log10().clamp(0.0, 12.0) as usize + 3;
        let text = |at: f64| if at == 0.0 { "0".to_owned() } else { rounded(at, digits(at)) };
        Self { ends: [low, high], ticks: at.into_iter().map(|at| Tick { at, text: text(at) }).collect() }
    }

    /// An axis of shares, from none to somewhat above the largest.
    pub(super) fn shares(largest: f64, about: usize) -> Self {
        let high = if largest > 0.0 { largest * 1.06 } else { 1.0 };
        let mut axis = Self::numbers([0.0, high], about);
        axis.ticks.iter_mut().for_each(|tick| tick.text = super::number::percent(tick.at));
        axis
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let [low, high] = self.ends;
        let share = if high == low { 0.5 } else { (value - low) / (high - low) };
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // Light points lie between the ticks; there are none.
        if hint.weight().allow_light_points() {
            Vec::new()
        } else {
            self.ticks.iter().map(|tick| tick.at).collect()
        }
    }

    fn range(&self) -> Range<f64> {
        self.ends[0]..self.ends[1]
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, at: &f64) -> String {
        self.ticks.iter().find(|tick| tick.at == *at).map_or(String::new(), |tick| tick.text.clone())
    }
}

/// Multiples of 1, 2 or 5 times a power of ten between two numbers.
fn round(low: f64, high: f64, about: usize) -> Vec<f64> {
    let rough = (high - low) / about.max(1) as f64;
    if !(rough.is_finite() && rough > 0.0) {
        return vec![low];
    }
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|n| n * power).into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    let (first, last) = ((low / step).ceil(), (high / step).floor());
    // Beyond the whole numbers of a double, ticks would not differ.
    if first.abs().max(last.abs()) > 1e15 {
        return vec![low, high];
    }
    (0..=(last - first) as usize).map(|i| (first + i as f64) * step).collect()
}

/// Draws the axes and gives the chart between them; `left` is the room for the names of the second, in points.
pub(super) fn framed<'a, B: DrawingBackend>(
    area: &'a Area<B>,
    left: u32,
    [x, y]: [Axis; 2],
) -> Of<B, Chart<'a, B>> {
    let mut chart = ChartBuilder::on(area)
        .margin_right(22 * UNIT)
        .margin_top(6 * UNIT)
        .x_label_area_size(22 * UNIT)
        .y_label_area_size(left * UNIT)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(Ink::Grid.color().stroke_width(1))
        .axis_style(Ink::Axis.color().stroke_width(1))
        .set_all_tick_mark_size(3 * UNIT)
        .label_style(ink::text(Ink::Pale))
        .draw()?;
    Ok(chart)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let texts = |ends| Axis::numbers(ends, 4).ticks.into_iter().map(|t| t.text).collect::<Vec<_>>();
        assert_eq!(texts([0.0, 10.0]), ["0", "5", "10"]);
        assert_eq!(texts([-0.3, 0.31]), ["−0.2", "0", "0.2"]);
        assert_eq!(
            texts([1e9, 1e9 + 4.0]),
            ["1000000000", "1000000001", "1000000002", "1000000003", "1000000004"]
        );
        assert_eq!(texts([3.0, 3.0]), ["3"]);
        assert!(texts([f64::MIN, f64::MAX]).len() < 3);
    }
}
