//! The training curve.

use askama::Template;
use gausswork_eval::report::CurvePoint;
use plotters::prelude::*;

use super::axis::{Axis, framed};
use super::ink::{Ink, Svg};
use super::number::rounded;
use crate::output::grouped;
use crate::plot::{Area, Drawn, Picture};

/// Points that are drawn.
const POINTS: usize = 160;
/// The share of points, of the lowest, that may lie below the picture: a model begins far down.
const BELOW: f64 = 0.03;

/// The training curve with its caption.
#[derive(Debug, Template)]
#[template(
    source = "<figure>{{ picture|safe }}<figcaption>{{ caption }}</figcaption></figure>",
    ext = "html"
)]
pub(super) struct Curve {
    picture: Svg,
    caption: String,
}

/// The two lines: training and held out.
struct Lines([Vec<(f64, f64)>; 2]);

impl Curve {
    /// The picture of a curve; none where it has fewer than two points.
    ///
    /// # Errors
    /// A picture that cannot be drawn.
    pub(super) fn new(points: &[CurvePoint]) -> anyhow::Result<Option<Self>> {
        let line = |value: fn(&CurvePoint) -> Option<f64>| -> Vec<(f64, f64)> {
            let found = points.iter().filter_map(|point| Some((point.step as f64, value(point)?)));
            thinned(&found.filter(|(_, value)| value.is_finite()).collect::<Vec<_>>())
        };
        let lines = Lines([line(|point| point.train_elbo), line(|point| point.held_out_elbo)]);
        let steps = points.iter().map(|point| point.step).max().unwrap_or(0);
        let Some([first, .., last]) = lines.0.iter().rev().find(|line| line.len() > 1).map(Vec::as_slice)
        else {
            return Ok(None);
        };
        let which = if lines.0[1].len() > 1 { "Held-out" } else { "Training" };
        let label = format!(
            "Training curve over {} steps. {which} evidence lower bound from {} to {} nats per row.",
            grouped(steps),
            rounded(first.1, 4),
            rounded(last.1, 4)
        );
        let caption = "Evidence lower bound, nats per row, by training step: thin grey, training batches; bold line with \
                       points, held-out rows."
            .to_owned();
        Ok(Some(Self { picture: Svg::new(&lines, label)?, caption }))
    }
}

/// Not more points than can be seen, the last among them.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let Some(last) = points.len().checked_sub(1) else { return Vec::new() };
    let count = last.min(POINTS);
    (0..=count).map(|i| points[i * last / count.max(1)]).collect()
}

impl Picture for Lines {
    fn size(&self) -> (u32, u32) {
        (320, 200)
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        let mut values: Vec<f64> = self.0.iter().flatten().map(|point| point.1).collect();
        values.sort_unstable_by(f64::total_cmp);
        let Some((&top, low)) = values.last().zip(values.get((BELOW * values.len() as f64) as usize)) else {
            return Ok(());
        };
        let room = if top > *low { 0.05 * (top - low) } else { 1.0 };
        let (low, top) = (low - room, top + room);
        let steps = self.0.iter().flatten().map(|point| point.0).fold(1.0, f64::max);
        let axes = [Axis::numbers([0.0, steps], 5), Axis::numbers([low, top], 4)];
        let mut chart = framed(area, 52, axes)?;
        for (line, ink) in self.0.iter().zip([Ink::RealLine, Ink::Synthetic(0)]) {
            let clamped: Vec<(f64, f64)> = line.iter().map(|&(x, y)| (x, y.max(low))).collect();
            if ink == Ink::Synthetic(0) && clamped.len() <= POINTS / 2 {
                chart.draw_series(clamped.iter().map(|&at| Circle::new(at, 10, ink.color())))?;
            }
            chart.draw_series([PathElement::new(clamped, ink.color())])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_left_out_and_nothing_is_drawn_of_nothing() {
        let point = |step, held_out_elbo| CurvePoint { step, train_elbo: None, held_out_elbo };
        assert!(Curve::new(&[]).unwrap().is_none());
        assert!(Curve::new(&[point(1, Some(f64::NAN)), point(2, Some(-3.0))]).unwrap().is_none());
        let page =
            Curve::new(&[point(0, Some(-9.0)), point(5, None), point(9, Some(-3.0))]).unwrap().unwrap();
        assert!(page.to_string().contains("from −9 to −3 nats"), "{page}");
    }
}
