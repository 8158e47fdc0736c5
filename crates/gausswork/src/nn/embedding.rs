//! A row of features as one vector per span.

use burn::tensor::{Int, Tensor};

use super::params::{Init, Leaves, ParamId, Params};
use crate::layout::{Layout, Order, Span};
use crate::noise::{Noise, Stream};

/// Maps each span of a row to a vector of `width` numbers: a code to a row of a table, a real number to
/// `score · a + place · b`, where `place` is its position within its interval, −½ to ½.
#[derive(Debug, Clone)]
pub struct Embedding {
    /// Rows of all simplex spans, `[Σ levels, width]`.
    pub table: ParamId,
    /// `a` and `b` of the real spans, `[2, reals, width]`; absent where there are none.
    pub slopes: Option<ParamId>,
    /// Numbers per span.
    pub width: usize,
    /// Number of simplex spans.
    pub simplexes: usize,
    /// Number of real spans.
    pub reals: usize,
}

impl Embedding {
    /// An embedding of the spans of a layout: simplexes in layout order first, then reals.
    pub fn new(params: &mut Params, layout: &Layout, width: usize, noise: &Noise) -> Self {
        const STD: f32 = 0.5;
        let mut rows = Vec::new();
        for (t, simplex) in layout.simplexes() {
            let mut table = vec![0.0; simplex.levels * width];
            noise.fill_normal(Stream::Init, 1 << 32 | t as u64, &mut table);
            for (k, row) in table.chunks_mut(width).enumerate() {
                for (d, value) in row.iter_mut().enumerate() {
                    *value = match simplex.order {
                        Order::Nominal => STD * *value,
                        // Neighbouring numbers start as neighbours: cosines of rising frequency, and a little noise.
                        Order::Ordinal => {
                            let place = (k as f32 + 0.5) / simplex.levels as f32;
                            let wave = (std::f32::consts::PI * (d as f32 + 1.0) * place).cos();
                            STD * std::f32::consts::SQRT_2 * wave + 0.1 * STD * *value
                        }
                    };
                }
            }
            rows.extend(table);
        }
        let (simplexes, reals) = (layout.simplexes().count(), layout.reals().count());
        let levels = rows.len() / width;
        let table = params.add("embedding.table", &[levels, width], Init::Values(rows), noise);
        let slopes = (reals > 0)
            .then(|| params.add("embedding.slopes", &[2, reals, width], Init::Normal { std: STD }, noise));
        Self { table, slopes, width, simplexes, reals }
    }

    /// `rows: [batch · simplexes]` (indices into the table), `scores`, `places: [batch, reals]`
    /// to `[batch, (simplexes + reals) · width]`.
    pub fn forward(
        &self,
        leaves: &Leaves,
        rows: Tensor<1, Int>,
        scores: Tensor<2>,
        places: Tensor<2>,
        batch: usize,
    ) -> Tensor<2> {
        let codes: Tensor<2> =
            leaves.get::<2>(self.table).select(0, rows).reshape([batch, self.simplexes * self.width]);
        let Some(slopes) = self.slopes else { return codes };
        let slopes: Tensor<3> = leaves.get(slopes);
        let slope = |i: usize| slopes.clone().narrow(0, i, 1).reshape([1, self.reals, self.width]);
        let column = |x: Tensor<2>| x.reshape([batch, self.reals, 1]);
        let reals = column(scores) * slope(0) + column(places) * slope(1);
        Tensor::cat(vec![codes, reals.reshape([batch, self.reals * self.width])], 1)
    }

    /// First row of each simplex span in the table.
    pub fn offsets(layout: &Layout) -> Vec<u32> {
        let mut next = 0;
        layout
            .spans
            .iter()
            .filter_map(|span| match span {
                Span::Simplex(simplex) => {
                    let offset = next;
                    next += simplex.levels as u32;
                    Some(offset)
                }
                Span::Real(_) => None,
            })
            .collect()
    }
}
