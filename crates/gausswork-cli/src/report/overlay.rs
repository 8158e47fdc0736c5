//! The picture of a column: real cells as a grey surface, each synthetic set as a line or an outlined bar.

use gausswork_eval::frame::Kind;
use gausswork_eval::report::{ColumnInfo, Overlay};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::axis::{Axis, Of, Tick, framed};
use super::ink::{self, Ink, SETS};
use super::number::{cut, percent, rounded};
use super::time;
use crate::plot::{Area, Drawn, Picture, UNIT};

/// Width of a picture, in points: a phone's, less its margins.
const WIDTH: u32 = 320;
/// Height of a picture of numbers.
const HEIGHT: u32 = 170;
/// Height of a bar, and of the gap between levels.
const BAR: [u32; 2] = [8, 7];
/// Room for the names of levels, and characters that fit in.
const NAMES: (u32, usize) = (118, 15);
/// Steps of a distribution function that are drawn.
const STEPS: usize = 100;

/// What is drawn of a column.
#[derive(Debug)]
pub(super) struct Overlaid<'a> {
    kind: Kind,
    overlay: &'a Overlay,
}

impl<'a> Overlaid<'a> {
    /// The picture of a column.
    ///
    /// # Errors
    /// In words, why there is none.
    pub(super) fn new(column: &'a ColumnInfo) -> Result<Self, String> {
        let kind = column.kind;
        match &column.overlay {
            Overlay::Empty => Err("Nothing to draw: no real cell is present.".to_owned()),
            Overlay::Histogram { edges, .. } if edges.len() < 2 || !span(edges).is_finite() => {
                Err("Nothing to draw: the range is too wide.".to_owned())
            }
            Overlay::Distribution { x, .. } => match x.as_slice() {
                [] => Err("Nothing to draw: no cell is present.".to_owned()),
                [only] => Err(format!(
                    "Nothing to draw: every cell that is present is {}.",
                    place(kind, *only, 1e9)
                )),
                _ => Ok(Self { kind, overlay: &column.overlay }),
            },
            overlay => Ok(Self { kind, overlay }),
        }
    }

    /// A picture of numbers.
    pub(super) fn of_numbers(overlay: &'a Overlay) -> Self {
        Self { kind: Kind::Number, overlay }
    }

    /// What it is.
    pub(super) fn name(&self) -> &'static str {
        match self.overlay {
            Overlay::Histogram { .. } => "Histogram",
            Overlay::Distribution { .. } => "Distribution functions on an axis of ranks",
            Overlay::Bars { .. } | Overlay::Empty => "Bars of the shares of levels",
        }
    }

    /// What its axes show, in a sentence.
    pub(super) fn caption(&self) -> String {
        match self.overlay {
            Overlay::Histogram { outside, .. } if *outside > 0.0 => {
                format!(
                    "Share of cells per bin; the outer bins hold the {} beyond them, too.",
                    percent(*outside)
                )
            }
            Overlay::Histogram { .. } => "Share of cells per bin.".to_owned(),
            Overlay::Distribution { .. } => {
                "Share of cells at most x; the axis is stretched so that all cells lie evenly on it."
                    .to_owned()
            }
            Overlay::Bars { .. } | Overlay::Empty => "Share of rows with each level.".to_owned(),
        }
    }
}

impl Picture for Overlaid<'_> {
    fn size(&self) -> (u32, u32) {
        match self.overlay {
            Overlay::Bars { labels, synthetic, .. } => {
                (WIDTH, 30 + labels.len() as u32 * level(synthetic.len()))
            }
            _ => (WIDTH, HEIGHT),
        }
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        match self.overlay {
            Overlay::Histogram { edges, real, synthetic, .. } => {
                let ends = [edges[0], edges[edges.len() - 1]];
                let ticks = match self.kind {
                    Kind::Time => Some(time::ticks(ends[0], ends[1])).filter(|ticks| !ticks.is_empty()),
                    Kind::Number | Kind::Category => None,
                };
                let numbers = || Axis::numbers(ends, 4);
                let x = ticks.map_or_else(numbers, |ticks| Axis { ends, ticks });
                steps(area, x, |shares| bins(edges, shares), real, synthetic)
            }
            Overlay::Distribution { x, real, synthetic } => {
                let axis = ranks(self.kind, x);
                steps(area, axis, climb, real, synthetic)
            }
            Overlay::Bars { labels, real, synthetic } => bars(area, labels, real, synthetic),
            Overlay::Empty => Ok(()),
        }
    }
}

fn span(ascending: &[f64]) -> f64 {
    ascending[ascending.len() - 1] - ascending[0]
}

/// A place on a column's axis.
fn place(kind: Kind, x: f64, span: f64) -> String {
    match kind {
        Kind::Time => time::instant(x, span),
        Kind::Number | Kind::Category => rounded(x, 3),
    }
}

/// The axis of the places of ascending numbers, a few of which are named.
fn ranks(kind: Kind, x: &[f64]) -> Axis {
    let last = x.len() - 1;
    let named = match kind {
        Kind::Time => 2,
        Kind::Number | Kind::Category => 4,
    };
    let mut ticks: Vec<Tick> = (0..=named.min(last))
        .map(|i| i * last / named.min(last))
        .map(|i| Tick { at: i as f64, text: place(kind, x[i], span(x)) })
        .collect();
    ticks.dedup_by(|a, b| a.text == b.text);
    Axis { ends: [0.0, last as f64], ticks }
}

/// The outline of a histogram.
fn bins(edges: &[f64], shares: &[f64]) -> Vec<(f64, f64)> {
    edges.windows(2).zip(shares).flat_map(|(edge, &share)| [(edge[0], share), (edge[1], share)]).collect()
}

/// The steps of a distribution function, not more than can be seen.
fn climb(shares: &[f64]) -> Vec<(f64, f64)> {
    let last = shares.len() - 1;
    let count = last.min(STEPS);
    let at: Vec<usize> = (0..=count).map(|i| i * last / count.max(1)).collect();
    let flat = at.windows(2).flat_map(|pair| [(pair[0], shares[pair[0]]), (pair[1], shares[pair[0]])]);
    flat.chain([(last, shares[last])]).map(|(x, share)| (x as f64, share)).collect()
}

/// Real shares as a surface, synthetic ones as lines.
fn steps<B: DrawingBackend>(
    area: &Area<B>,
    x: Axis,
    line: impl Fn(&[f64]) -> Vec<(f64, f64)>,
    real: &[f64],
    synthetic: &[Vec<f64>],
) -> Drawn<B> {
    let shown = &synthetic[..synthetic.len().min(SETS)];
    let most = shown.iter().flatten().chain(real).copied().fold(0.0, f64::max);
    let [low, high] = x.ends;
    let mut chart = framed(area, 44, [x, Axis::shares(most, 3)])?;
    let surface = line(real);
    let closed = [(low, 0.0)].into_iter().chain(surface).chain([(high, 0.0)]).collect::<Vec<_>>();
    chart.draw_series([Polygon::new(closed, Ink::Real.color().filled())])?;
    for (set, shares) in shown.iter().enumerate() {
        chart.draw_series([PathElement::new(line(shares), Ink::Synthetic(set).color())])?;
    }
    Ok(())
}

/// Height of a level: a bar for the real rows and each set, and a gap.
fn level(sets: usize) -> u32 {
    BAR[0] * (1 + sets.min(SETS) as u32) + BAR[1]
}

/// A group of bars for each level.
fn bars<B: DrawingBackend>(
    area: &Area<B>,
    labels: &[String],
    real: &[f64],
    synthetic: &[Vec<f64>],
) -> Of<B, ()> {
    let shown = &synthetic[..synthetic.len().min(SETS)];
    let most = shown.iter().flatten().chain(real).copied().fold(0.0, f64::max);
    let rows = f64::from(labels.len() as u32);
    let unnamed = Axis { ends: [rows, 0.0], ticks: Vec::new() };
    let mut chart = framed(area, NAMES.0, [Axis::shares(most, 3), unnamed])?;
    let (height, gap) = (f64::from(level(synthetic.len())), f64::from(BAR[1]));
    let bar = |row: usize, place: usize, share: f64| {
        let from = row as f64 + (gap / 2.0 + f64::from(BAR[0]) * place as f64) / height;
        [(0.0, from), (share, from + f64::from(BAR[0] - 1) / height)]
    };
    chart.draw_series(
        real.iter()
            .enumerate()
            .map(|(row, &share)| Rectangle::new(bar(row, 0, share), Ink::Real.color().filled())),
    )?;
    for (set, shares) in shown.iter().enumerate() {
        let ink = Ink::Bar(set).color();
        chart.draw_series(
            shares.iter().enumerate().map(|(row, &share)| Rectangle::new(bar(row, set + 1, share), ink)),
        )?;
    }
    let style = ink::anchored(Ink::Text, HPos::Right);
    for (row, label) in labels.iter().enumerate() {
        let (_, y) = chart.backend_coord(&(0.0, row as f64 + 0.5));
        area.draw_text(&cut(label, NAMES.1), &style, ((NAMES.0 - 5) as i32 * UNIT as i32, y))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_drawn_says_why() {
        let column = |overlay| ColumnInfo { name: "a".to_owned(), kind: Kind::Number, overlay };
        let why = |overlay| Overlaid::new(&column(overlay)).err().unwrap();
        assert!(why(Overlay::Empty).contains("no real cell"));
        let one = Overlay::Distribution { x: vec![7.0], real: vec![1.0], synthetic: vec![] };
        assert_eq!(why(one), "Nothing to draw: every cell that is present is 7.");
        let wide = Overlay::Histogram {
            edges: vec![f64::MIN, f64::MAX],
            real: vec![1.0],
            synthetic: vec![],
            outside: 0.0,
        };
        assert!(why(wide).contains("too wide"));
    }

    #[test]
    fn steps_are_few() {
        let shares: Vec<f64> = (0..1000).map(|i| f64::from(i) / 999.0).collect();
        let line = climb(&shares);
        assert_eq!((line.len(), line[0], line[line.len() - 1]), (2 * STEPS + 1, (0.0, 0.0), (999.0, 1.0)));
    }
}
