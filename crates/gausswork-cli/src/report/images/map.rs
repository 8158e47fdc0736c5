//! Latents in the plane.

use gausswork::run::LatentMap;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::super::axis::{Axis, framed};
use super::super::ink::{self, Ink, SETS, Svg};
use super::super::number::percent;
use crate::output::grouped;
use crate::plot::{Area, Drawn, Picture};

/// Points that are drawn, at most.
const POINTS: usize = 1000;
/// Room for the numbers on the left, in points.
const LEFT: u32 = 36;

/// The picture: a point for each image, or the beginning of its label.
struct Plane {
    points: Vec<[f64; 2]>,
    /// A place and a name for each point; none without labels.
    labels: Vec<(usize, String)>,
}

/// The map with its caption.
///
/// # Errors
/// A picture that cannot be drawn.
pub(super) fn map(map: &LatentMap, names: &[String]) -> anyhow::Result<(Svg, String)> {
    let every = map.points.len().div_ceil(POINTS).max(1);
    let points: Vec<[f64; 2]> = map.points.iter().copied().step_by(every).collect();
    let label = |&label: &u32| {
        let name = names.get(label as usize).map_or("?", String::as_str);
        (label as usize, name.chars().take(2).collect())
    };
    let labels: Vec<(usize, String)> = map.labels.iter().step_by(every).map(label).collect();
    let shares = map.shares.map(percent);
    let told = match labels.is_empty() {
        true => "a point each",
        false => "each the beginning of its label",
    };
    let caption = format!(
        "The means of q(z|x) of {} images, {told}, in the plane of their first two principal components, which have {} and {} of the \
         variance.",
        grouped(points.len() as u128),
        shares[0],
        shares[1]
    );
    let plane = Plane { points, labels };
    Ok((Svg::new(&plane, caption.clone())?, caption))
}

impl Picture for Plane {
    fn size(&self) -> (u32, u32) {
        (520, 420)
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        let axes = [0, 1].map(|axis| {
            let most = self.points.iter().map(|point| point[axis].abs()).fold(1e-6, f64::max);
            Axis::numbers([-1.08 * most, 1.08 * most], 5)
        });
        let mut chart = framed(area, LEFT, axes)?;
        if self.labels.is_empty() {
            let ink = Ink::Point(0).color().filled();
            return chart
                .draw_series(self.points.iter().map(|&[x, y]| Circle::new((x, y), 10, ink)))
                .map(drop);
        }
        for (&[x, y], (place, name)) in self.points.iter().zip(&self.labels) {
            let style = ink::anchored(Ink::Point(place % SETS), HPos::Center);
            chart.draw_series([Text::new(name.clone(), (x, y), style)])?;
        }
        Ok(())
    }
}
