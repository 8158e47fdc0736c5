//! The picture of a Kullback–Leibler divergence: q and p, and below them the integrand, whose signed area it is.

use gausswork_divergence::Distribution;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{
    curves::{Curves, Sample},
    direction::{Direction, Source},
};
use crate::output::significant;
use crate::plot::{self, Area, Drawn, FAMILY, UNIT};

const Q: RGBColor = RGBColor(31, 97, 173);
const P: RGBColor = RGBColor(214, 105, 0);
const ABOVE: RGBColor = RGBColor(27, 128, 75);
const BELOW: RGBColor = RGBColor(186, 40, 110);
const INK: RGBColor = RGBColor(34, 34, 34);
const PALE: RGBColor = RGBColor(150, 150, 150);
/// How opaque what has no end is.
const ENDLESS: f64 = 0.18;
const U: i32 = UNIT as i32;

/// What is drawn.
#[derive(Debug)]
pub(super) struct Picture {
    title: String,
    names: [String; 2],
    curves: Curves,
    /// Ends of the supports.
    ends: Vec<f64>,
}

impl Picture {
    /// The picture, of distributions of one dimension.
    pub(super) fn new(q: &Distribution, p: &Distribution, forward: &Direction) -> Option<Self> {
        let (a, b) = q.univariate().zip(p.univariate())?;
        let title = match (&forward.infinite, forward.best()) {
            (Some(why), _) => format!("KL(q ‖ p) = ∞: {why}"),
            (None, Some((value, Source::ClosedForm))) => {
                format!("KL(q ‖ p) = {} nats", significant(value, 6))
            }
            (None, Some((value, source))) => {
                format!("KL(q ‖ p) ≈ {} nats, by {}", significant(value, 6), source.name())
            }
            (None, None) => "KL(q ‖ p): quadrature does not converge".to_owned(),
        };
        let ends = [a.support().ends(), b.support().ends()].into_iter().flat_map(|(low, high)| [low, high]);
        Some(Self {
            title: shortened(&title),
            names: [shortened(&format!("q = {q}")), shortened(&format!("p = {p}"))],
            curves: Curves::of(a, b, forward.best().is_some() && forward.infinite.is_none()),
            ends: ends.filter(|end| end.is_finite()).collect(),
        })
    }
}

/// Longer than this, and a line would be too small to read.
const LONGEST: usize = 140;

/// As much of a text as can be read.
fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn style(points: i32, color: &'static RGBColor) -> TextStyle<'static> {
    TextStyle::from((FAMILY, points * U).into_font()).color(color).pos(Pos::new(HPos::Left, VPos::Center))
}

impl plot::Picture for Picture {
    fn size(&self) -> (u32, u32) {
        (840, 620)
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        area.fill(&WHITE)?;
        let title = fitting(area, &self.title, 21, 792)?;
        area.draw_text(&self.title, &title, (24 * U, 26 * U))?;
        swatch(area, Q, &self.names[0], (24 * U, 54 * U))?;
        swatch(area, P, &self.names[1], (24 * U, 75 * U))?;
        let (width, _) = area.dim_in_pixel();
        let panel = |top: i32, height: u32| area.clone().shrink((0, top * U), (width, height * UNIT));
        self.densities(&panel(88, 252))?;
        self.key(area, 358 * U)?;
        self.integrand(&panel(372, 244))
    }
}

/// The style of a text of so many points, or of fewer where it would be wider than `width` points.
fn fitting<B: DrawingBackend>(
    area: &Area<B>,
    text: &str,
    points: i32,
    width: i32,
) -> Of<B, TextStyle<'static>> {
    let wide = area.estimate_text_size(text, &style(points, &INK))?.0;
    let room = f64::from(width * U) / f64::from(wide.max(1));
    Ok(style((f64::from(points) * room.min(1.0)) as i32, &INK))
}

/// A square of a colour, and what it stands for; the x where the text ends.
fn swatch<B: DrawingBackend>(area: &Area<B>, color: RGBColor, text: &str, (x, y): (i32, i32)) -> Of<B, i32> {
    let half = 5 * U;
    area.draw(&Rectangle::new([(x, y - half), (x + 2 * half, y + half)], color.filled()))?;
    let style = fitting(area, text, 15, 775)?;
    area.draw_text(text, &style, (x + 17 * U, y))?;
    let (width, _) = area.estimate_text_size(text, &style)?;
    Ok(x + 17 * U + i32::try_from(width).unwrap_or(0))
}

impl Picture {
    fn densities<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        let curves = &self.curves;
        let top = curves.top(|s| s.q().max(s.p()), &self.ends) * 1.06;
        let what = if curves.discrete { "probability" } else { "density" };
        let mut chart = self.chart(area, (0.0, top), what, "")?;
        // Of two bars at a point, q's is on the left.
        for (color, side, of_q) in [(P, 0.0, false), (Q, -1.0, true)] {
            let value = |s: &Sample| if of_q { s.q() } else { s.p() };
            if curves.discrete {
                let half = 0.4 * self.step();
                chart.draw_series(curves.samples.iter().map(|s| {
                    let x = s.x + half * side;
                    Rectangle::new([(x, 0.0), (x + half, value(s).min(top))], color.filled())
                }))?;
                continue;
            }
            let line: Vec<(f64, f64)> = curves.samples.iter().map(|s| (s.x, value(s).min(top))).collect();
            chart.draw_series([Polygon::new(closed(&line), color.mix(0.12).filled())])?;
            chart.draw_series(pieces(&line, color.stroke_width(2 * UNIT)))?;
        }
        Ok(())
    }

    fn integrand<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        let curves = &self.curves;
        let top = curves.top(Sample::integrand, &self.ends);
        let bottom = -curves.top(|s| -s.integrand(), &self.ends);
        // Room on both sides; where q = p there is nothing but zero.
        let room = if top > bottom { 0.07 * (top - bottom) } else { 1.0 };
        let (bottom, top) = (bottom - room, top + room);
        let what = if curves.discrete { "nats" } else { "nats per unit of x" };
        let mut chart = self.chart(area, (bottom, top), what, "x")?;
        let clamped = |s: &Sample| s.integrand().clamp(bottom, top);
        if curves.discrete {
            let half = 0.4 * self.step();
            chart.draw_series(curves.samples.iter().map(|s| {
                let (color, value) = (if s.integrand() > 0.0 { ABOVE } else { BELOW }, s.integrand());
                let pale = if value.is_finite() { 1.0 } else { ENDLESS };
                Rectangle::new([(s.x - half, 0.0), (s.x + half, clamped(s))], color.mix(pale).filled())
            }))?;
        } else {
            let fill = |keep: &dyn Fn(f64) -> bool| -> Vec<(f64, f64)> {
                let height = |s: &Sample| if keep(s.integrand()) { clamped(s) } else { 0.0 };
                closed(&curves.samples.iter().map(|s| (s.x, height(s))).collect::<Vec<_>>())
            };
            let (above, below) = (fill(&|v| v > 0.0 && v.is_finite()), fill(&|v| v < 0.0));
            chart.draw_series([Polygon::new(above, ABOVE.mix(0.35).filled())])?;
            chart.draw_series([Polygon::new(below, BELOW.mix(0.35).filled())])?;
            chart.draw_series([Polygon::new(fill(&|v| v == f64::INFINITY), ABOVE.mix(ENDLESS).filled())])?;
            for run in curves.samples.chunk_by(|a, b| a.integrand().is_finite() == b.integrand().is_finite())
            {
                if run.iter().all(|s| s.integrand().is_finite()) {
                    let line: Vec<(f64, f64)> = run.iter().map(|s| (s.x, clamped(s))).collect();
                    chart.draw_series(pieces(&line, INK.stroke_width(UNIT * 3 / 2)))?;
                }
            }
        }
        let (low, high) = curves.range;
        chart.draw_series([PathElement::new(vec![(low, 0.0), (high, 0.0)], INK.stroke_width(UNIT))])?;
        Ok(())
    }

    /// What the colours of the integrand mean.
    fn key<B: DrawingBackend>(&self, area: &Area<B>, y: i32) -> Drawn<B> {
        let name = if self.curves.discrete { "the summand q ln(q/p)" } else { "the integrand q ln(q/p)" };
        let style = style(15, &INK);
        area.draw_text(name, &style, (24 * U, y))?;
        let (width, _) = area.estimate_text_size(name, &style)?;
        let x = (24 + 24) * U + i32::try_from(width).unwrap_or(0);
        let (above, below) = match self.curves.areas {
            Some((above, below)) => (
                format!("above 0: +{} nats", significant(above, 5)),
                format!("below 0: {} nats", significant(below, 5).replace('-', "−")),
            ),
            None if self.curves.samples.iter().any(|s| s.integrand() == f64::INFINITY) => {
                ("above 0, pale where infinite".to_owned(), "below 0".to_owned())
            }
            None => ("above 0".to_owned(), "below 0".to_owned()),
        };
        let x = swatch(area, ABOVE, &above, (x, y))?;
        swatch(area, BELOW, &below, (x + 24 * U, y)).map(|_| ())
    }

    /// Axes and their labels.
    fn chart<'a, B: DrawingBackend>(
        &self,
        area: &'a Area<B>,
        (bottom, top): (f64, f64),
        y: &str,
        x: &str,
    ) -> Of<B, Chart<'a, B>> {
        let (_, height) = area.dim_in_pixel();
        let beside =
            style(14, &INK).transform(FontTransform::Rotate270).pos(Pos::new(HPos::Center, VPos::Center));
        area.draw_text(y, &beside, (22 * U, i32::try_from(height / 2).unwrap_or(0) - 12 * U))?;
        let (low, high) = self.curves.range;
        let top = if top > bottom { top } else { bottom + 1.0 };
        let mut chart = ChartBuilder::on(area)
            .margin_right(24 * U)
            .margin_top(4 * U)
            .x_label_area_size(if x.is_empty() { 24 } else { 40 } * U)
            .y_label_area_size(86 * U)
            .build_cartesian_2d(low..high, bottom..top)?;
        let digits = |low: f64, high: f64| {
            let places = (low.abs().max(high.abs()) / (high - low)).log10().max(0.0).ceil();
            3 + places as usize
        };
        let label = |digits: usize, span: f64| {
            move |at: &f64| {
                // What should be 0 is so but for rounding.
                let at = if at.abs() < 1e-9 * span { 0.0 } else { *at };
                significant(at, digits).replace('-', "−")
            }
        };
        let (of_x, of_y) = (label(digits(low, high), high - low), label(digits(bottom, top), top - bottom));
        let most = if self.curves.discrete { self.curves.samples.len().min(9) } else { 9 };
        let mut mesh = chart.configure_mesh();
        if !x.is_empty() {
            mesh.x_desc(x);
        }
        mesh.light_line_style(TRANSPARENT)
            .bold_line_style(PALE.mix(0.25).stroke_width(UNIT / 2))
            .axis_style(PALE.stroke_width(UNIT / 2))
            .set_all_tick_mark_size(4 * U)
            .x_labels(most)
            .y_labels(5)
            .label_style((FAMILY, 13 * U).into_font().color(&INK))
            .axis_desc_style((FAMILY, 14 * U).into_font().color(&INK))
            .x_label_formatter(&of_x)
            .y_label_formatter(&of_y)
            .draw()?;
        Ok(chart)
    }

    /// The distance of neighbouring bars.
    fn step(&self) -> f64 {
        match self.curves.samples.as_slice() {
            [first, second, ..] => second.x - first.x,
            _ => 1.0,
        }
    }
}

type Of<B, T> = Result<T, DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;
type Chart<'a, B> = ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// A line in pieces, so that a jump is drawn straight up or down instead of bending its neighbours.
fn pieces(line: &[(f64, f64)], style: ShapeStyle) -> Vec<PathElement<(f64, f64)>> {
    let jump = |a: &(f64, f64), b: &(f64, f64)| a.0.next_up() >= b.0 && a.1 != b.1;
    let mut all = Vec::new();
    for piece in line.chunk_by(|a, b| !jump(a, b)) {
        all.push(PathElement::new(piece.to_vec(), style));
    }
    for pair in line.windows(2).filter(|pair| jump(&pair[0], &pair[1])) {
        all.push(PathElement::new(pair.to_vec(), style));
    }
    all
}

/// The outline of what lies between a line and 0.
fn closed(line: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let end = |at: Option<&(f64, f64)>| at.map(|&(x, _)| (x, 0.0));
    line.iter().copied().chain(end(line.last())).chain(end(line.first())).collect()
}
