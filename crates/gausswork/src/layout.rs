//! What each feature of a row means: written by a codec, read by a likelihood.

use serde::{Deserialize, Serialize};

use crate::noise::{Noise, Stream};

/// Unit of decoding: one discrete choice, or one real number given the choice before it.
///
/// The spans of a [`Layout`] stand in the order in which an autoregressive decoder emits them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Span {
    /// One of `levels` codes.
    Simplex(Simplex),
    /// A real number inside the interval that the preceding simplex chose, or nothing.
    Real(Real),
}

/// A discrete choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Simplex {
    /// Position of the column this belongs to.
    pub column: usize,
    /// Number of codes.
    pub levels: usize,
    /// Whether neighbouring codes are alike.
    pub order: Order,
    /// Log base measure, `[contexts, levels]` row-major, in nats: the logits before anything is learned.
    ///
    /// One context where `given` is `None`, else one per code of that span. Impossible codes carry
    /// [`IMPOSSIBLE`].
    pub base: Vec<f32>,
    /// The earlier simplex, by position in the layout, that selects the row of `base`.
    pub given: Option<usize>,
}

/// A real number given the code of the span just before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Real {
    /// Position of the column this belongs to.
    pub column: usize,
    /// For each code of the preceding simplex, where on the score axis it puts the value.
    pub places: Vec<Place>,
    /// Whether values are cells of a grid (probabilities) or points (densities).
    pub support: Support,
}

/// Where a code puts a value on the standard-normal score axis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Place {
    /// At one score: an atom, or 0 for a missing value.
    Point(f32),
    /// Somewhere between two.
    Interval(f32, f32),
}

/// Whether neighbouring codes of a simplex are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Names.
    Nominal,
    /// Ascending numbers, possibly followed by one code for "missing".
    Ordinal,
}

/// What a real value stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Support {
    /// A cell of a grid: its likelihood is a probability.
    Grid,
    /// A point: its likelihood is a density.
    Continuous,
}

/// The logit of a code that cannot occur: its probability underflows to exactly zero in f32.
pub const IMPOSSIBLE: f32 = -1.0e4;

/// The spans of a row, in decoding order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    /// The spans.
    pub spans: Vec<Span>,
    /// Values that are drawn by rote.
    pub ends: Vec<End>,
    /// Number of columns that the spans describe.
    pub columns: usize,
}

impl Layout {
    /// The simplex spans with their positions.
    pub fn simplexes(&self) -> impl Iterator<Item = (usize, &Simplex)> {
        self.spans.iter().enumerate().filter_map(|(t, span)| match span {
            Span::Simplex(simplex) => Some((t, simplex)),
            Span::Real(_) => None,
        })
    }

    /// The real spans with their positions.
    pub fn reals(&self) -> impl Iterator<Item = (usize, &Real)> {
        self.spans.iter().enumerate().filter_map(|(t, span)| match span {
            Span::Real(real) => Some((t, real)),
            Span::Simplex(_) => None,
        })
    }

    /// Number of logits and real parameters that describe one row.
    pub fn width(&self) -> usize {
        self.spans
            .iter()
            .map(|span| match span {
                Span::Simplex(simplex) => simplex.levels,
                Span::Real(_) => 2,
            })
            .sum()
    }
}

impl Span {
    /// Position of the column this belongs to.
    pub fn column(&self) -> usize {
        match self {
            Span::Simplex(simplex) => simplex.column,
            Span::Real(real) => real.column,
        }
    }
}

/// Rows as a model sees them.
///
/// `codes` is `[rows, simplexes]` and `scores`, `cells` are `[rows, reals]`, all row-major, in the
/// order of the layout. Where the preceding code is an atom, the score is the atom's own and the
/// cell is 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Features {
    /// Number of rows.
    pub rows: usize,
    /// The chosen codes.
    pub codes: Vec<u16>,
    /// Positions on the standard-normal score axis.
    pub scores: Vec<f32>,
    /// Width of the value's grid cell on the score axis ([`Support::Grid`]), or the Jacobian
    /// d(score)/d(value) ([`Support::Continuous`]).
    pub cells: Vec<f32>,
    /// Cells whose likelihood is not the model's.
    pub fixed: Vec<Fixed>,
}

/// A cell whose likelihood the codec fixes, because the training rows say next to nothing about it: a value that they
/// never came near, or the one value at the end of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fixed {
    /// Row.
    pub row: usize,
    /// Column.
    pub column: usize,
    /// Log-likelihood in nats, in the column's units.
    pub log_prob: f32,
}

/// The least or greatest value of a column, held by one or two training rows.
///
/// A model learns next to nothing about so rare a value, and independent draws would leave it out of a third of all
/// samples of the table's size, although its range is what people look at first. It is therefore drawn by rote: one row
/// of every `every`, at a place that depends on the seed, has it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// The simplex, by position in the layout; a real span may follow it.
    pub span: usize,
    /// The code.
    pub code: u16,
    /// The score.
    pub score: f32,
    /// Rows among which one has it.
    pub every: u64,
}

/// A block of generated rows, in terms of the layout.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drawn {
    /// Codes, `[rows, simplexes]`.
    pub codes: Vec<u16>,
    /// Scores, `[rows, reals]`.
    pub scores: Vec<f64>,
}

/// A cell of a block that is given, not drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Given {
    /// Row within the block.
    pub row: usize,
    /// The simplex, by position in the layout.
    pub span: usize,
    /// Its code.
    pub code: u16,
    /// The score of the real span after it, if there is one.
    pub score: f32,
}

/// The value of a column all of whose spans are choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// Position of the column.
    pub column: usize,
    /// A code for each of its choices.
    pub codes: Vec<u16>,
}

impl Coded {
    /// The logarithm of its share of the training rows, nats, as the base measures of a layout have it.
    pub fn log_share(&self, layout: &Layout) -> f32 {
        let of_column = layout.simplexes().filter(|(_, simplex)| simplex.column == self.column);
        let mut context = 0;
        let share = of_column.zip(&self.codes).map(|((_, simplex), &code)| {
            let code = usize::from(code);
            // Only the second digit of a column has a context, the first.
            let row = if simplex.given.is_some() { context * simplex.levels } else { 0 };
            context = code;
            simplex.base.get(row + code).copied().unwrap_or(IMPOSSIBLE)
        });
        share.sum()
    }
}

/// The cells of `count` rows from `first` on that hold a rare end: one row of every stretch, at a place that `noise` decides.
pub fn ends_in(ends: &[End], noise: &Noise, [first, count]: [u64; 2]) -> Vec<Given> {
    let rows = first..first + count;
    let mut given = Vec::new();
    for (e, end) in ends.iter().enumerate() {
        for stretch in rows.start / end.every..=(rows.end - 1) / end.every {
            let within = noise.word(Stream::Ends, stretch, e as u32) % end.every;
            let row = stretch * end.every + within;
            if rows.contains(&row) {
                let row = (row - rows.start) as usize;
                given.push(Given { row, span: end.span, code: end.code, score: end.score });
            }
        }
    }
    given
}
