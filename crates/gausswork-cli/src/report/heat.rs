//! Heat maps of associations: one triangle, by the numbers of the columns.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::ink::{self, Ink, LEVELS};
use super::number::rounded;
use crate::plot::{Area, Drawn, Picture, UNIT};

/// Size of the picture, in points.
const SIZE: (u32, u32) = (300, 318);
/// Room for the numbers on the left.
const LEFT: i32 = 24;
/// Side of the square of cells.
const SIDE: i32 = 268;
/// Cells at least this wide hold their number, in points.
const ROOMY: i32 = 30;
const U: i32 = UNIT as i32;

/// Values of pairs of columns.
#[derive(Debug)]
pub(super) struct Heat {
    /// The columns' numbers, ascending.
    pub(super) columns: Vec<usize>,
    /// The value of each pair, by places in `columns`, the greater first.
    pub(super) cells: Vec<([usize; 2], Option<f64>)>,
    /// The absolute value of the darkest cells.
    pub(super) full: f64,
}

impl Heat {
    /// The ink of a value, if it is not next to nothing.
    fn ink(&self, value: f64) -> Option<Ink> {
        let level = ((value.abs() / self.full).min(1.0) * LEVELS as f64).round() as usize;
        let ink = if value > 0.0 { Ink::Positive(level) } else { Ink::Negative(level) };
        (level > 0).then_some(ink)
    }
}

/// A square; those below zero are smaller, so that the sign is not in the colour alone.
fn square([left, top]: [i32; 2], side: i32, ink: Ink) -> Rectangle<(i32, i32)> {
    let inset = if matches!(ink, Ink::Negative(_)) { side / 6 } else { 0 };
    let corners = [(left + inset, top + inset), (left + side - inset, top + side - inset)];
    Rectangle::new(corners, ink.color().filled())
}

impl Picture for Heat {
    fn size(&self) -> (u32, u32) {
        SIZE
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        let count = self.columns.len().max(1) as i32;
        let side = SIDE * U / count;
        let corner = |row: usize, column: usize| [LEFT * U + column as i32 * side, 4 * U + row as i32 * side];
        let number = ink::anchored(Ink::Text, HPos::Center);
        for &([row, column], value) in &self.cells {
            let [left, top] = corner(row, column);
            let middle = (left + side / 2, top + side / 2);
            match value.filter(|value| value.is_finite()) {
                Some(value) => {
                    if let Some(ink) = self.ink(value) {
                        area.draw(&square([left, top], side - U / 2, ink))?;
                    }
                    if side >= ROOMY * U {
                        area.draw_text(&short(value), &number, middle)?;
                    }
                }
                None => {
                    area.draw(&Circle::new(middle, side.min(12 * U) / 8, Ink::Undefined.color().filled()))?
                }
            }
        }
        // Every number where there is room, else every fifth.
        let every = if side >= 13 * U { 1 } else { 5 };
        let (below, beside) = (ink::anchored(Ink::Pale, HPos::Center), ink::anchored(Ink::Pale, HPos::Right));
        for place in (0..self.columns.len()).filter(|place| every == 1 || (place + 1) % every == 0) {
            let text = self.columns[place].to_string();
            let [left, top] = corner(place, place);
            area.draw_text(&text, &beside, ((LEFT - 4) * U, top + side / 2))?;
            area.draw_text(&text, &below, (left + side / 2, (SIDE + 13) * U))?;
        }
        self.scale(area)
    }
}

impl Heat {
    /// What the inks stand for.
    fn scale<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        let steps = LEVELS as i32;
        let (step, top) = (10 * U, (SIZE.1 as i32 - 24) * U);
        let middle = LEFT * U + SIDE * U / 2;
        for level in (-steps..=steps).filter(|level| *level != 0) {
            let depth = level.unsigned_abs() as usize;
            let ink = if level > 0 { Ink::Positive(depth) } else { Ink::Negative(depth) };
            area.draw(&square([middle + level * step - step / 2, top], step - U / 2, ink))?;
        }
        let style = ink::anchored(Ink::Pale, HPos::Center);
        for (level, value) in [(-steps, -self.full), (0, 0.0), (steps, self.full)] {
            area.draw_text(&rounded(value, 2), &style, (middle + level * step, top + 17 * U))?;
        }
        Ok(())
    }
}

/// Two decimals without the leading zero.
fn short(value: f64) -> String {
    let text = format!("{:.2}", value.abs());
    let digits = text.strip_prefix('0').unwrap_or(&text);
    if value < 0.0 && digits != ".00" { format!("−{digits}") } else { digits.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_sizes() {
        let heat = Heat { columns: vec![1, 2], cells: Vec::new(), full: 0.5 };
        assert_eq!(heat.ink(0.5), Some(Ink::Positive(LEVELS)));
        assert_eq!(heat.ink(-2.0), Some(Ink::Negative(LEVELS)));
        assert_eq!(heat.ink(0.001), None);
        assert_eq!([short(-0.123), short(1.0), short(-0.001)], ["−.12", "1.00", ".00"]);
    }
}
