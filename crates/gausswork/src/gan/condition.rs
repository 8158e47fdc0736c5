//! Conditions: the value of a discrete column that a generator of rows is told before it draws a row, and that the row then has.
//!
//! While training, each row of a batch has a condition with the probability `gan.generator.rows.conditions`; its column is drawn
//! uniformly from the discrete ones, its value is the row's own. So the two players meet data and samples under conditions of one
//! joint law, values come as often as in the data, and the rows without a condition keep training `p(x)` itself. (Drawing values by
//! the logarithm of their frequency, as Xu et al. 2019, arXiv:1907.00503, §4.3 do, trains a generator of other frequencies, which
//! a sample without conditions then shows.)

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use crate::layout::{Coded, Features, Given, Layout, Span};
use crate::noise::{Noise, Stream};

/// The discrete columns of a table, those all of whose spans are choices: on each of them a generator can be conditioned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DiscreteColumns {
    /// Shared by all who ask: the generator, and the discriminator's view.
    columns: Arc<[DiscreteColumn]>,
}

#[derive(Debug, Clone, PartialEq)]
struct DiscreteColumn {
    /// Position in the table.
    column: usize,
    digits: Vec<Digit>,
}

/// A choice of a discrete column.
#[derive(Debug, Clone, PartialEq)]
struct Digit {
    /// Position in the layout.
    span: usize,
    /// Its number among the simplexes.
    simplex: usize,
    /// Codes of all digits before it.
    first: usize,
    levels: usize,
}

impl DiscreteColumns {
    /// Those of a layout.
    pub fn new(layout: &Layout) -> Self {
        let continuous: Vec<usize> = layout.reals().map(|(_, real)| real.column).collect();
        let (mut columns, mut first, mut simplex) = (Vec::<DiscreteColumn>::new(), 0, 0);
        for (span, choice) in layout.spans.iter().enumerate() {
            let Span::Simplex(choice) = choice else { continue };
            let digit = Digit { span, simplex, first, levels: choice.levels };
            simplex += 1;
            if continuous.contains(&choice.column) {
                continue;
            }
            first += choice.levels;
            match columns.last_mut().filter(|last| last.column == choice.column) {
                Some(last) => last.digits.push(digit),
                None => columns.push(DiscreteColumn { column: choice.column, digits: vec![digit] }),
            }
        }
        Self { columns: columns.into() }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Codes of all of them together.
    pub fn levels(&self) -> usize {
        self.columns.iter().flat_map(|column| &column.digits).map(|digit| digit.levels).sum()
    }

    /// The cells of a row that has a value, one for each digit; none where its column is not among these, or its codes do not fit.
    pub fn cells(&self, row: usize, value: &Coded) -> Option<Vec<Given>> {
        let column = self.columns.iter().find(|column| column.column == value.column)?;
        let digits = &column.digits;
        let fits = digits.iter().zip(&value.codes).all(|(digit, &code)| usize::from(code) < digit.levels);
        (fits && digits.len() == value.codes.len()).then(|| {
            let cells = digits.iter().zip(&value.codes);
            cells.map(|(digit, &code)| Given { row, span: digit.span, code, score: 0.0 }).collect()
        })
    }

    /// The conditions of consecutive rows of a batch, of which the first is number `first`: cells of `rows` themselves, a row having
    /// some with probability `share`.
    pub fn drawn(
        &self,
        share: f64,
        features: &Features,
        rows: &[u32],
        noise: &Noise,
        [turn, first]: [u64; 2],
    ) -> Vec<Given> {
        if self.is_empty() {
            return Vec::new();
        }
        let simplexes = features.codes.len() / features.rows.max(1);
        let drawn = rows.iter().enumerate().filter_map(|(i, &row)| {
            let [whether, which, ..] = noise.block(Stream::Condition, turn, (first + i as u64) as u32);
            let conditioned = (f64::from(whether) + 0.5) / f64::from(u32::MAX) < share;
            // Multiply-shift: the bias is below n / 2^32.
            let column = &self.columns[((u64::from(which) * self.len() as u64) >> 32) as usize];
            let codes = &features.codes[row as usize * simplexes..];
            let cell = move |digit: &Digit| Given {
                row: i,
                span: digit.span,
                code: codes[digit.simplex],
                score: 0.0,
            };
            conditioned.then(|| column.digits.iter().map(cell))
        });
        drawn.flatten().collect()
    }

    /// Conditions as the generator is told them, one-hot codes of all digits, `[rows, levels]`; zeros for a row without one.
    pub fn one_hot(&self, told: &[Given], rows: usize, device: &Device) -> Tensor<2> {
        let width = self.levels();
        let mut values = vec![0.0; rows * width];
        for digit in self.columns.iter().flat_map(|column| &column.digits) {
            for cell in told.iter().filter(|cell| cell.span == digit.span) {
                values[cell.row * width + digit.first + usize::from(cell.code)] = 1.0;
            }
        }
        Tensor::from_data(TensorData::new(values, [rows, width]), device)
    }

    /// Conditions as the discriminator is told them, behind `before` zeros: a one for the column that a row is conditioned on, whose
    /// value stands in the row itself, `[rows, before + columns]`.
    pub fn marks(&self, told: &[Given], [rows, before]: [usize; 2], device: &Device) -> Tensor<2> {
        let width = before + self.len();
        let mut values = vec![0.0; rows * width];
        for (number, column) in self.columns.iter().enumerate() {
            let of_column = |cell: &&Given| column.digits.iter().any(|digit| digit.span == cell.span);
            for cell in told.iter().filter(of_column) {
                values[cell.row * width + before + number] = 1.0;
            }
        }
        Tensor::from_data(TensorData::new(values, [rows, width]), device)
    }
}

#[cfg(test)]
mod tests;
