//! Inks and inlining: a picture is drawn in colours that stand for classes of the page's style sheet, which knows light,
//! dark and paper.

use askama::Template;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::plot::{self, FAMILY, Picture, UNIT};

/// The most sets that have an ink of their own.
pub(super) const SETS: usize = 4;
/// Steps from nothing to the darkest cell of a heat map.
pub(super) const LEVELS: usize = 10;
/// Size of all text, in points; the style sheet has the same.
const TEXT: u32 = 11;
/// Marks a colour as an ink.
const MARK: u8 = 0xFA;

/// What something is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Text.
    Text,
    /// Text of lesser weight.
    Pale,
    /// Lines of axes.
    Axis,
    /// Lines behind everything.
    Grid,
    /// The surface that stands for real rows.
    Real,
    /// A line that stands for real rows.
    RealLine,
    /// A line of a synthetic set.
    Synthetic(usize),
    /// An outlined bar of a synthetic set.
    Bar(usize),
    /// A cell above zero.
    Positive(usize),
    /// A cell below zero.
    Negative(usize),
    /// A cell without a value.
    Undefined,
    /// A point of a synthetic set, one of many.
    Point(usize),
    /// A level that a line is to be held against.
    Level(usize),
    /// A sample over a surface.
    Sample,
    /// A line of the truth over a surface.
    Truth,
    /// A line where a surface is neither high nor low.
    Undecided,
    /// The border of a surface.
    Border,
}

impl Ink {
    /// The colour that becomes its class.
    pub(super) fn color(self) -> RGBColor {
        let (kind, n) = match self {
            Self::Text => (0, 0),
            Self::Pale => (1, 0),
            Self::Axis => (2, 0),
            Self::Grid => (3, 0),
            Self::Real => (4, 0),
            Self::RealLine => (5, 0),
            Self::Synthetic(n) => (6, n),
            Self::Bar(n) => (7, n),
            Self::Positive(n) => (8, n),
            Self::Negative(n) => (9, n),
            Self::Undefined => (10, 0),
            Self::Point(n) => (11, n),
            Self::Level(n) => (12, n),
            Self::Sample => (13, 0),
            Self::Truth => (14, 0),
            Self::Undecided => (15, 0),
            Self::Border => (16, 0),
        };
        RGBColor(MARK, kind, n as u8)
    }

    /// Its class, from the colour.
    fn class(kind: u8, n: u8) -> String {
        const CLASSES: [&str; 17] =
            ["t", "u", "ax", "gr", "re", "rl", "s", "b", "p", "n", "no", "d", "e", "sa", "tr", "un", "bo"];
        let name = CLASSES.get(usize::from(kind)).copied().unwrap_or("t");
        if matches!(kind, 6..=9 | 11 | 12) { format!("{name}{n}") } else { name.to_owned() }
    }
}

/// Text in an ink, its left middle at the place where it is drawn.
pub(super) fn text(ink: Ink) -> TextStyle<'static> {
    TextStyle {
        font: (FAMILY, TEXT * UNIT).into_font(),
        color: ink.color().to_backend_color(),
        pos: Pos::new(HPos::Left, VPos::Center),
    }
}

/// The same, but centred or ending there.
pub(super) fn anchored(ink: Ink, at: HPos) -> TextStyle<'static> {
    text(ink).pos(Pos::new(at, VPos::Center))
}

/// A picture as a page holds it.
#[derive(Debug, Template)]
#[template(
    source = r#"<svg role="img" aria-label="{{ label }}" width="{{ size.0 }}" height="{{ size.1 }}" viewBox="0 0 {{ size.0 * UNIT }} {{ size.1 * UNIT }}">{{ body|safe }}</svg>"#,
    ext = "html"
)]
pub(super) struct Svg {
    label: String,
    size: (u32, u32),
    body: String,
}

impl Svg {
    /// Draws a picture; `label` says what it shows to those who do not see it.
    ///
    /// # Errors
    /// A picture that cannot be drawn.
    pub(super) fn new(picture: &impl Picture, label: String) -> anyhow::Result<Self> {
        let drawn = plot::svg(picture)?;
        let inside = drawn.split_once('>').map_or("", |(_, rest)| rest);
        let inside = inside.trim_end().trim_end_matches("</svg>");
        Ok(Self { label, size: picture.size(), body: lean(inside) })
    }
}

impl Svg {
    /// The picture, whose inside can be used by another under a name.
    pub(super) fn named(self, name: &str) -> Self {
        let body = format!("<g id=\"{name}\">{}</g>", self.body);
        Self { body, ..self }
    }
}

/// Elements without what the style sheet says, and classes in place of colours. In what is escaped no attribute can hide.
fn lean(drawn: &str) -> String {
    let mut out = String::with_capacity(drawn.len() / 2);
    let mut rest = drawn;
    // Each attribute is ` name="value"`.
    while let Some((before, after)) = rest.split_once("=\"") {
        let Some((head, name)) = before.rsplit_once(' ') else { break };
        let Some((value, after)) = after.split_once('"') else { break };
        out.push_str(&head.replace('\n', ""));
        rest = after;
        match (name, value) {
            ("font-family" | "font-size" | "stroke-width", _) | ("opacity", "1") | (_, "none") => {}
            ("text-anchor", "start") => {}
            ("fill" | "stroke", color) => {
                if let Some([kind, n]) = ink(color) {
                    out.push_str(&format!(" class=\"{}\"", Ink::class(kind, n)));
                }
            }
            _ => out.push_str(&format!(" {name}=\"{}\"", value.trim_end())),
        }
    }
    out.push_str(&rest.replace('\n', ""));
    out
}

/// Kind and number of the ink that a colour stands for.
fn ink(color: &str) -> Option<[u8; 2]> {
    let number = u32::from_str_radix(color.strip_prefix('#')?, 16).ok()?;
    let [_, mark, kind, n] = number.to_be_bytes();
    (mark == MARK).then_some([kind, n])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_classes_and_text_stays() {
        let drawn = "\n<rect x=\"1\" opacity=\"1\" fill=\"#FA0402\" stroke=\"none\"/>\n<text x=\"2\" font-size=\"9.1\" \
                     fill=\"#FA0000\">\na=&quot;#FA0000&quot; &lt;\n</text>\n";
        assert_eq!(
            lean(drawn),
            "<rect x=\"1\" class=\"re\"/><text x=\"2\" class=\"t\">a=&quot;#FA0000&quot; &lt;</text>"
        );
        let RGBColor(_, kind, n) = Ink::Positive(7).color();
        assert_eq!(Ink::class(kind, n), "p7");
    }

    #[test]
    fn labels_are_escaped() {
        let svg = Svg { label: "a \"<b>\"".to_owned(), size: (1, 1), body: String::new() };
        assert!(!svg.to_string().contains("<b>") && !svg.to_string().contains("\"a \"\""));
    }
}
