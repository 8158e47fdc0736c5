//! The picture of what the two losses of a generator tell it, against what the discriminator says.

use gausswork::divergence::real::Dual;
use gausswork::divergence::special::softplus;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::plot::{self, Area, Drawn, FAMILY, UNIT};

const MINIMAX: RGBColor = RGBColor(186, 40, 110);
const NON_SATURATING: RGBColor = RGBColor(27, 128, 75);
const INK: RGBColor = RGBColor(34, 34, 34);
const PALE: RGBColor = RGBColor(150, 150, 150);
const U: i32 = UNIT as i32;
/// The logits that are drawn: D from 5e-5 to 0.9933.
const LOGITS: (f64, f64) = (-10.0, 5.0);

/// `|∂/∂l|` of `½ ln(1 − D)`, what a minimax generator minimises, and of `−½ ln D`, for `D = 1/(1 + e^−l)`.
#[derive(Debug)]
pub(crate) struct Gradients;

/// The size of a loss's derivative at a logit, by dual numbers.
fn slope(loss: fn(Dual) -> Dual, l: f64) -> f64 {
    loss(Dual { value: l, slope: 1.0 }).slope.abs()
}

fn minimax(l: Dual) -> Dual {
    softplus(l) * -0.5
}

fn non_saturating(l: Dual) -> Dual {
    softplus(-l) * 0.5
}

fn style(points: i32) -> TextStyle<'static> {
    TextStyle::from((FAMILY, points * U).into_font()).color(&INK).pos(Pos::new(HPos::Left, VPos::Center))
}

impl plot::Picture for Gradients {
    fn size(&self) -> (u32, u32) {
        (840, 434)
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        area.fill(&WHITE)?;
        area.draw_text("What the discriminator tells the generator", &style(21), (24 * U, 26 * U))?;
        let key = [
            (NON_SATURATING, "non-saturating loss −½ ln D: slope ½(1 − D)"),
            (MINIMAX, "minimax loss ½ ln(1 − D): slope ½D"),
        ];
        for ((color, text), y) in key.into_iter().zip([54 * U, 75 * U]) {
            area.draw(&Rectangle::new([(24 * U, y - 5 * U), (34 * U, y + 5 * U)], color.filled()))?;
            area.draw_text(text, &style(15), (41 * U, y))?;
        }
        let beside = style(14).transform(FontTransform::Rotate270).pos(Pos::new(HPos::Center, VPos::Center));
        area.draw_text("|∂ loss / ∂l|", &beside, (22 * U, 230 * U))?;
        let (low, high) = LOGITS;
        let mut chart = ChartBuilder::on(area)
            .margin_right(24 * U)
            .margin_top(92 * U)
            .x_label_area_size(46 * U)
            .y_label_area_size(86 * U)
            .build_cartesian_2d(low..high, (1e-5..1.0).log_scale())?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(PALE.mix(0.25).stroke_width(UNIT / 2))
            .axis_style(PALE.stroke_width(UNIT / 2))
            .set_all_tick_mark_size(4 * U)
            .x_labels(16)
            .x_desc("logit l of D; left: a generated sample that the discriminator is sure about")
            .label_style((FAMILY, 13 * U).into_font().color(&INK))
            .axis_desc_style((FAMILY, 14 * U).into_font().color(&INK))
            .x_label_formatter(&|l| format!("{l:.0}").replace('-', "−"))
            .y_label_formatter(&|y| {
                if *y < 1e-3 { format!("{y:.0e}").replace('-', "−") } else { y.to_string() }
            })
            .draw()?;
        for (color, loss) in [(MINIMAX, minimax as fn(Dual) -> Dual), (NON_SATURATING, non_saturating)] {
            let points = (0..=600).map(|i| low + (high - low) * f64::from(i) / 600.0);
            let line: Vec<(f64, f64)> = points.map(|l| (l, slope(loss, l))).collect();
            chart.draw_series([PathElement::new(line, color.stroke_width(2 * UNIT))])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slopes_are_half_of_d_and_of_its_complement() {
        for l in [-30.0_f64, -10.0, 0.0, 4.0] {
            let d = 1.0 / (1.0 + (-l).exp());
            assert!((slope(minimax, l) - 0.5 * d).abs() <= 1e-15 * d);
            assert!((slope(non_saturating, l) / slope(minimax, l) * l.exp() - 1.0).abs() < 1e-12);
        }
    }
}
