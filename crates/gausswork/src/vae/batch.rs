//! Rows of features, gathered and put on a device in the shapes that the networks read.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::decoder::Decoder;
use crate::layout::{Features, Layout, Place, Span};
use crate::nn::Embedding;

/// A batch of rows on a device.
#[derive(Debug)]
pub struct Batch {
    /// Number of rows.
    pub size: usize,
    /// Rows of the embedding table, `[batch · simplexes]`.
    pub embedded: Tensor<1, Int>,
    /// Scores of the real spans, `[batch, reals]`.
    pub scores: Tensor<2>,
    /// Places within their intervals, −½ to ½, `[batch, reals]`; 0 where there is none.
    pub places: Tensor<2>,
    /// For each group of the decoder, the true codes, `[spans, batch, 1]`.
    pub codes: Vec<Tensor<3, Int>>,
    /// For each group of the decoder that has one, the base measure of each row, `[1, batch, levels]`.
    pub bases: Vec<Option<Tensor<3>>>,
    /// What the likelihood of the real spans needs; `None` where the layout has none.
    pub reals: Option<RealTargets>,
}

/// The true values of the real spans, each `[batch, reals]`.
#[derive(Debug)]
pub struct RealTargets {
    /// Cell widths or Jacobians.
    pub cells: Tensor<2>,
    /// Lower ends of the intervals.
    pub low: Tensor<2>,
    /// Upper ends.
    pub high: Tensor<2>,
    /// 1 where the code before is a bin, else 0.
    pub active: Tensor<2>,
}

impl Batch {
    /// Gathers `rows` of `features`.
    pub fn gather(
        features: &Features,
        rows: impl ExactSizeIterator<Item = usize> + Clone,
        layout: &Layout,
        decoder: &Decoder,
        device: &Device,
    ) -> Self {
        let size = rows.len();
        let offsets = Embedding::offsets(layout);
        let simplexes = offsets.len();
        let reals: Vec<_> = layout.reals().map(|(_, real)| real).collect();
        let code_rows = || rows.clone().map(|row| &features.codes[row * simplexes..(row + 1) * simplexes]);

        let mut embedded = Vec::with_capacity(size * simplexes);
        for codes in code_rows() {
            embedded
                .extend(codes.iter().zip(&offsets).map(|(&code, &offset)| (offset + u32::from(code)) as i32));
        }
        let mut codes = Vec::new();
        let mut bases = Vec::new();
        for group in &decoder.groups {
            let values: Vec<i32> = group
                .simplexes
                .iter()
                .flat_map(|&s| code_rows().map(move |codes| i32::from(codes[s])))
                .collect();
            codes.push(ints(values, [group.simplexes.len(), size, 1], device));
            bases.push(group.given.as_ref().map(|given| {
                let levels = given.levels;
                let mut base = Vec::with_capacity(size * levels);
                for codes in code_rows() {
                    let context = usize::from(codes[given.parent]);
                    base.extend_from_slice(&given.base[context * levels..(context + 1) * levels]);
                }
                Tensor::from_data(TensorData::new(base, [1, size, levels]), device)
            }));
        }

        let width = reals.len();
        let before = simplexes_before_reals(layout);
        let mut columns: [Vec<f32>; 6] = std::array::from_fn(|_| Vec::with_capacity(size * width));
        for (row, codes) in rows.clone().zip(code_rows()) {
            for (r, real) in reals.iter().enumerate() {
                let score = features.scores[row * width + r];
                // An inactive cell gets harmless numbers, and a zero weight.
                let (low, high, active) = match real.places[usize::from(codes[before[r]])] {
                    Place::Interval(low, high) => (low, high, true),
                    Place::Point(_) => (score - 0.5, score + 0.5, false),
                };
                let place = if active { (score - low) / (high - low) - 0.5 } else { 0.0 };
                let cell = if active { features.cells[row * width + r] } else { 0.5 };
                let values = [score, place, cell, low, high, f32::from(u8::from(active))];
                columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
            }
        }
        let mut columns = columns.into_iter().map(|column| {
            if width == 0 {
                Tensor::zeros([size, 1], device)
            } else {
                Tensor::<2>::from_data(TensorData::new(column, [size, width]), device)
            }
        });
        let mut next = || columns.next().unwrap_or_else(|| Tensor::zeros([size, 1], device));
        let (scores, places) = (next(), next());
        let (cells, low, high, active) = (next(), next(), next(), next());
        Self {
            size,
            embedded: Tensor::from_data(TensorData::new(embedded, [size * simplexes]), device),
            scores,
            places,
            codes,
            bases,
            reals: (width > 0).then_some(RealTargets { cells, low, high, active }),
        }
    }
}

fn ints(values: Vec<i32>, shape: [usize; 3], device: &Device) -> Tensor<3, Int> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// For each real span, the number of the simplex that chooses its interval.
pub(super) fn simplexes_before_reals(layout: &Layout) -> Vec<usize> {
    let mut seen = 0;
    let mut before = Vec::new();
    for span in &layout.spans {
        match span {
            Span::Simplex(_) => seen += 1,
            Span::Real(_) => before.push(seen - 1),
        }
    }
    before
}
