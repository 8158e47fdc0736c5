//! A row of features as the discriminator sees it: one dense vector, the same for real and for generated rows.
//!
//! ```text
//! [one-hot code of every simplex | score of every real | waves of every ordered code | column that is a condition, one-hot]
//! ```
//!
//! Codes of an ordered simplex also give waves `cos(π k u)`, k = 1 … 6, of their rank u among the training rows, 0 to 1, and the rank's
//! normal score where no real follows: so neighbouring numbers look alike to a network that has seen few of each. The last numbers are
//! there where the generator can be told conditions, and are zeros for a row without one.

use burn::tensor::{Device, Tensor, TensorData};

use super::condition::DiscreteColumns;
use crate::layout::{Features, Given, Layout, Order, Span};
use crate::noise::normal_quantile;

/// What the codes of an ordered simplex show.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Numbers per code.
    pub width: usize,
    /// `[levels, width]`.
    pub table: Vec<f32>,
}

/// Whether a rank's normal score is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scored {
    Yes,
    No,
}

/// Waves per ordered simplex.
const WAVES: usize = 6;

/// How rows become vectors.
#[derive(Debug, Clone)]
pub struct View {
    /// Codes of each simplex.
    pub levels: Vec<usize>,
    /// For each ordered simplex, its number, and what each code shows besides itself, `[levels, shown]`.
    pub ordered: Vec<(usize, Shown)>,
    /// Number of real spans.
    pub reals: usize,
    /// The columns that can be a condition.
    pub discrete: DiscreteColumns,
}

impl View {
    /// The view of a layout, with conditions on `discrete` columns.
    pub fn new(layout: &Layout, discrete: DiscreteColumns) -> Self {
        let scored = |t: usize| match layout.spans.get(t + 1) {
            Some(Span::Real(_)) => Scored::No,
            _ => Scored::Yes,
        };
        let ordered = (layout.simplexes().enumerate())
            .filter(|(_, (_, simplex))| simplex.order == Order::Ordinal && simplex.given.is_none())
            .map(|(number, (t, simplex))| (number, Shown::new(&simplex.base, scored(t))))
            .collect();
        Self {
            levels: layout.simplexes().map(|(_, simplex)| simplex.levels).collect(),
            ordered,
            reals: layout.reals().count(),
            discrete,
        }
    }

    /// Numbers per row.
    pub fn width(&self) -> usize {
        self.row_width() + self.discrete.len()
    }

    /// Those of the row itself, without its condition.
    pub fn row_width(&self) -> usize {
        let shown: usize = self.ordered.iter().map(|(_, shown)| shown.width).sum();
        self.levels.iter().sum::<usize>() + self.reals + shown
    }

    /// Real rows without conditions, `[rows, width]`.
    pub fn rows(&self, features: &Features, rows: &[u32], device: &Device) -> Tensor<2> {
        let (simplexes, width) = (self.levels.len(), self.width());
        let first_real: usize = self.levels.iter().sum();
        let mut values = vec![0.0; rows.len() * width];
        for (&row, out) in rows.iter().zip(values.chunks_exact_mut(width.max(1))) {
            let row = row as usize;
            let codes = &features.codes[row * simplexes..(row + 1) * simplexes];
            let mut first = 0;
            for (&code, levels) in codes.iter().zip(&self.levels) {
                out[first + usize::from(code)] = 1.0;
                first += levels;
            }
            let scores = &features.scores[row * self.reals..(row + 1) * self.reals];
            out[first_real..first_real + self.reals].copy_from_slice(scores);
            let mut rest = &mut out[first_real + self.reals..self.row_width()];
            for (number, shown) in &self.ordered {
                let (to, later) = rest.split_at_mut(shown.width);
                to.copy_from_slice(shown.of(codes[*number]));
                rest = later;
            }
        }
        Tensor::from_data(TensorData::new(values, [rows.len(), width]), device)
    }

    /// Rows without conditions, `[rows, width]`, with those of `told`.
    pub fn told(&self, x: Tensor<2>, told: &[Given]) -> Tensor<2> {
        if told.is_empty() {
            return x;
        }
        let ([rows, _], device) = (x.dims(), x.device());
        x + self.discrete.marks(told, [rows, self.row_width()], &device)
    }

    /// Generated rows without conditions from their one-hot codes and scores, `[rows, levels]` and `[rows, 1]` each, to `[rows, width]`.
    pub fn generated(&self, codes: &[Tensor<2>], scores: Vec<Tensor<2>>) -> Tensor<2> {
        let waves = self.ordered.iter().map(|(number, Shown { width, table })| {
            let codes = codes[*number].clone();
            let shape = [table.len() / width, *width];
            let table = Tensor::<1>::from_floats(table.as_slice(), &codes.device());
            codes.matmul(table.reshape(shape))
        });
        let unmarked = codes.first().filter(|_| !self.discrete.is_empty()).map(|codes| {
            let [rows, _] = codes.dims();
            Tensor::zeros([rows, self.discrete.len()], &codes.device())
        });
        Tensor::cat(codes.iter().cloned().chain(scores).chain(waves).chain(unmarked).collect(), 1)
    }
}

impl Shown {
    /// From the logarithms of the codes' shares; `scored` where the rank's normal score is among the numbers.
    fn new(log_shares: &[f32], scored: Scored) -> Self {
        let mut table = Vec::new();
        for rank in ranks(log_shares) {
            table.extend((1..=WAVES).map(|k| (std::f64::consts::PI * k as f64 * rank).cos() as f32));
            if scored == Scored::Yes {
                table.push(normal_quantile(rank) as f32);
            }
        }
        Self { width: WAVES + usize::from(scored == Scored::Yes), table }
    }

    fn of(&self, code: u16) -> &[f32] {
        &self.table[usize::from(code) * self.width..][..self.width]
    }
}

/// The middle of each code's share of the training rows, from the logarithms of the shares.
pub(super) fn ranks(log_shares: &[f32]) -> Vec<f64> {
    let shares: Vec<f64> = log_shares.iter().map(|&b| f64::from(b).exp()).collect();
    let total = shares.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let mut below = 0.0;
    let middle = |share: f64| {
        let middle = ((below + 0.5 * share) / total).clamp(1e-6, 1.0 - 1e-6);
        below += share;
        middle
    };
    shares.into_iter().map(middle).collect()
}
