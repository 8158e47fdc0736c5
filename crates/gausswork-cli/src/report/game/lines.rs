//! Figures of a game over its steps, as lines.

use plotters::prelude::*;

use super::super::axis::{Axis, Tick, framed};
use super::super::ink::{Ink, SETS};
use super::super::number::rounded;
use crate::game::Series;
use crate::plot::{Area, Drawn, Picture};

/// Points of a line, each the mean over a stretch of steps.
pub(super) const POINTS: usize = 160;
/// Lines with so few points show them.
const FEW: usize = 40;
/// The share of points at either end that may lie beyond the picture: games jump.
const BEYOND: f64 = 0.02;

/// The second axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::report) enum Scale {
    /// Of numbers, between ends that depend on them.
    Numbers,
    /// Between these ends.
    Between([f64; 2]),
    /// Of positive numbers, by their logarithms.
    Logarithms,
}

/// Lines of figures, and levels that mean something.
#[derive(Debug)]
pub(in crate::report) struct Lines {
    /// Values or logarithms.
    lines: Vec<Series>,
    levels: Vec<(Ink, f64)>,
    y: Axis,
    steps: f64,
    /// Whether a line leaves the picture.
    pub(super) beyond: Beyond,
}

/// Whether all values are between the ends of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beyond {
    /// All are.
    Nothing,
    /// Some are not, and are drawn at its edge.
    Some,
}

impl Lines {
    /// The picture of at most four series, the first drawn whole, the others with dashes; none where no line has two points.
    pub(in crate::report) fn new(
        series: &[&[(f64, f64)]],
        levels: Vec<(Ink, f64)>,
        scale: Scale,
    ) -> Option<Self> {
        let lines: Vec<Series> =
            series.iter().take(SETS).map(|series| thinned(&scaled(series, scale))).collect();
        if lines.iter().all(|line| line.len() < 2) {
            return None;
        }
        let steps = lines.iter().flatten().map(|point| point.0).fold(1.0, f64::max);
        let values = || lines.iter().flatten().map(|point| point.1);
        let y = match scale {
            Scale::Between(ends) => Axis::numbers(ends, 4),
            Scale::Numbers => Axis::numbers(ends(values(), levels.iter().map(|level| level.1)), 4),
            Scale::Logarithms => powers(ends(values(), std::iter::empty())),
        };
        let [low, high] = y.ends;
        let beyond = match values().all(|value| (low..=high).contains(&value)) {
            true => Beyond::Nothing,
            false => Beyond::Some,
        };
        Some(Self { lines, levels, y, steps, beyond })
    }
}

/// The series, or its logarithms where there are any.
fn scaled(series: &[(f64, f64)], scale: Scale) -> Series {
    match scale {
        Scale::Numbers | Scale::Between(_) => series.to_vec(),
        Scale::Logarithms => {
            series.iter().filter(|(_, y)| *y > 0.0).map(|&(step, y)| (step, y.log10())).collect()
        }
    }
}

/// Means over stretches of equally many points, so that there are not more than can be seen.
pub(super) fn thinned(points: &[(f64, f64)]) -> Series {
    let count = points.len().min(POINTS);
    let stretch = |i: usize| &points[i * points.len() / count..(i + 1) * points.len() / count];
    let mean = |stretch: &[(f64, f64)], of: fn(&(f64, f64)) -> f64| {
        stretch.iter().map(of).sum::<f64>() / stretch.len() as f64
    };
    (0..count).map(stretch).map(|part| (mean(part, |point| point.0), mean(part, |point| point.1))).collect()
}

/// Ends of an axis that hold nearly all values and all levels, with some room.
fn ends(values: impl Iterator<Item = f64>, levels: impl Iterator<Item = f64>) -> [f64; 2] {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    let cut = (BEYOND * values.len() as f64) as usize;
    let at = |place: usize| values.get(place).copied();
    let inner = [at(cut), at(last - cut.min(last))].into_iter().flatten();
    let [low, high] =
        inner.chain(levels).fold([f64::MAX, f64::MIN], |[low, high], x| [low.min(x), high.max(x)]);
    let room = if high > low { 0.06 * (high - low) } else { 0.5 };
    [low - room, high + room]
}

/// An axis of powers of ten, between whose logarithms `ends` lie.
fn powers([low, high]: [f64; 2]) -> Axis {
    let whole = |log: f64| rounded(10f64.powi(log as i32), 1);
    let decades = (high.floor() - low.ceil()).max(0.0) as usize + 1;
    let every = decades.div_ceil(5);
    let (first, last) = (low.ceil() as i64, high.floor() as i64);
    let mut ticks: Vec<Tick> =
        (first..=last).step_by(every).map(|log| Tick { at: log as f64, text: whole(log as f64) }).collect();
    // Between few powers, their halves and fifths are named, too; within one decade, whatever is round.
    if ticks.len() < 3 {
        let within = |log: &f64| (low..=high).contains(log);
        let parts =
            (first - 1..=last).flat_map(|power| [1.0, 2.0, 5.0].map(|n: f64| n.log10() + power as f64));
        let named = |log: f64| Tick { at: log, text: rounded(10f64.powf(log), 1) };
        ticks = parts.filter(within).map(named).collect();
    }
    if ticks.len() < 2 {
        let between = Axis::numbers([10f64.powf(low), 10f64.powf(high)], 3).ticks;
        ticks = between.into_iter().filter(|tick| tick.at > 0.0).collect();
        ticks.iter_mut().for_each(|tick| tick.at = tick.at.log10());
    }
    Axis { ends: [low, high], ticks }
}

impl Picture for Lines {
    fn size(&self) -> (u32, u32) {
        (320, 200)
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        let [low, high] = self.y.ends;
        let mut chart = framed(area, 44, [Axis::numbers([0.0, self.steps], 4), self.y.clone()])?;
        for &(ink, level) in &self.levels {
            chart.draw_series([PathElement::new([(0.0, level), (self.steps, level)], ink.color())])?;
        }
        for (place, line) in self.lines.iter().enumerate() {
            let inside: Series = line.iter().map(|&(step, y)| (step, y.clamp(low, high))).collect();
            if inside.len() <= FEW && place == 0 {
                let ink = Ink::Synthetic(place).color();
                chart.draw_series(inside.iter().map(|&at| Circle::new(at, 10, ink)))?;
            }
            chart.draw_series([PathElement::new(inside, Ink::Synthetic(place).color())])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_few_points_and_keeps_its_mean() {
        let points: Series = (0..100_003).map(|i| (f64::from(i), f64::from(i % 7))).collect();
        let thin = thinned(&points);
        assert_eq!(thin.len(), POINTS);
        let mean = |series: &Series| series.iter().map(|p| p.1).sum::<f64>() / series.len() as f64;
        assert!((mean(&thin) - mean(&points)).abs() < 0.01);
        assert_eq!(thinned(&points[..3]), points[..3]);
        assert!(thinned(&[]).is_empty());
    }

    #[test]
    fn axes_of_powers_have_names_within_a_decade_and_over_many() {
        let names = |ends| powers(ends).ticks.into_iter().map(|tick| tick.text).collect::<Vec<_>>();
        assert_eq!(names([-2.2, 1.1]), ["0.01", "0.1", "1", "10"]);
        assert_eq!(names([-0.4, 1.1]), ["0.5", "1", "2", "5", "10"]);
        assert_eq!(names([0.1, 0.5]), ["2", "3"]);
        assert!(names([-40.0, 3.0]).len() <= 5);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(Lines::new(&[], Vec::new(), Scale::Numbers).is_none());
        assert!(Lines::new(&[&[(1.0, 2.0)]], Vec::new(), Scale::Numbers).is_none());
        let zeros: Series = (0..9).map(|i| (f64::from(i), 0.0)).collect();
        assert!(Lines::new(&[&zeros], Vec::new(), Scale::Logarithms).is_none());
        assert_eq!(Lines::new(&[&zeros], Vec::new(), Scale::Numbers).unwrap().beyond, Beyond::Nothing);
    }
}
