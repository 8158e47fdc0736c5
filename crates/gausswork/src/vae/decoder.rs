//! The decoder `p(x|z)`: a latent to a distribution over rows, autoregressive over columns given `z`.
//!
//! ```text
//! p(x|z) = ∏_t p(x_t | x_<t, z),    h_t = R_t(silu(U_t g(z) + Σ_{s<t} V_ts e(x_s)))
//! ```
//!
//! with `g` a residual trunk, `e` the embedding shared with the encoder, `R_t` a residual block of span `t`'s
//! own, and a linear head per span. All spans are computed at once from the true row (as in MADE, Germain et al.
//! 2015, the masks are on the weights), and one after the other when sampling.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::host::Matrix;
use crate::dist::{Categorical, TruncatedLogistic};
use crate::fused::silu;
use crate::layout::{IMPOSSIBLE, Layout, Order, Simplex, Span, Support};
use crate::nn::{Init, Leaves, Linear, ParamId, Params, PerSpanLinear, PerSpanResidual, Residual};
use crate::noise::Noise;

/// How the columns of a row depend on each other given `z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Columns {
    /// Each on the columns before it.
    Autoregressive,
    /// Not at all: everything they share is in `z`.
    Independent,
}

/// Simplex spans of like width whose heads are computed together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Numbers of the simplexes, counting simplexes only.
    pub simplexes: Vec<usize>,
    /// Where each stands in the layout.
    pub spans: Vec<usize>,
    /// The base measure, where it depends on an earlier code; such a group has one span.
    pub given: Option<Given>,
    /// The heads, as wide as the widest span.
    pub head: PerSpanLinear,
}

/// A base measure chosen by an earlier code.
#[derive(Debug, Clone)]
pub struct Given {
    /// Number of the simplex that chooses.
    pub parent: usize,
    /// Codes per context.
    pub levels: usize,
    /// `[contexts, levels]`.
    pub base: Vec<f32>,
}

/// The decoder network.
///
/// Inside, *units* are the spans in the order of `groups`, then the real spans.
#[derive(Debug, Clone)]
pub struct Decoder {
    /// Simplexes by width.
    pub groups: Vec<Group>,
    /// Layout position of each unit.
    pub units: Vec<usize>,
    pub(super) trunk: Linear,
    pub(super) block: Residual,
    pub(super) fan_out: Linear,
    pub(super) context: Option<ParamId>,
    pub(super) per_unit: PerSpanResidual,
    pub(super) reals: Option<RealHeads>,
    pub(super) hidden: usize,
}

/// The heads of the real spans.
#[derive(Debug, Clone)]
pub(super) struct RealHeads {
    /// `mu` and `log_scale` from the hidden units.
    pub(super) head: PerSpanLinear,
    /// `mu` directly from earlier scores, `[reals, reals]`, masked.
    pub(super) skip: Option<ParamId>,
    /// 1 where the support is a grid, `reals` long.
    pub(super) grid: Vec<f32>,
}

/// Bounds of the log-scale of a real span, in score units.
const LOG_SCALE_BOUNDS: (f64, f64) = (-9.0, 3.0);

/// A log-scale within its bounds.
pub(super) fn bound_log_scale(log_scale: f32) -> f32 {
    log_scale.clamp(LOG_SCALE_BOUNDS.0 as f32, LOG_SCALE_BOUNDS.1 as f32)
}

/// Sizes of a decoder.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Latent dimensions.
    pub latent: usize,
    /// Hidden units of the trunk.
    pub width: usize,
    /// Hidden units per span.
    pub hidden: usize,
    /// Numbers per embedded span.
    pub embedding: usize,
}

/// What a decoder says about each span of a batch, given the spans before it.
#[derive(Debug)]
pub struct Described {
    /// Log-likelihood of each unit, `[batch, units]`, nats; units as in [`Decoder::units`].
    pub log_probs: Tensor<2>,
}

impl Decoder {
    /// A decoder for a layout.
    pub fn new(params: &mut Params, layout: &Layout, sizes: Sizes, columns: Columns, noise: &Noise) -> Self {
        let Sizes { latent, width, hidden, embedding } = sizes;
        let mut groups = group_by_width(layout);
        let real_spans: Vec<usize> = layout.reals().map(|(t, _)| t).collect();
        let simplex_spans: Vec<usize> = layout.simplexes().map(|(t, _)| t).collect();
        let units: Vec<usize> = groups
            .iter()
            .flat_map(|group| group.spans.iter().copied())
            .chain(real_spans.iter().copied())
            .collect();

        let trunk = Linear::new(params, "decoder.trunk", [latent, width], 1.0, noise);
        let block = Residual::new(params, "decoder.block", width, noise);
        let fan_out = Linear::new(params, "decoder.fan_out", [width, units.len() * hidden], 1.0, noise);
        // What is embedded stands in the order simplexes, reals.
        let embedded: Vec<usize> = simplex_spans.iter().chain(&real_spans).copied().collect();
        let context = match columns {
            Columns::Independent => None,
            Columns::Autoregressive => {
                let std = 1.0 / ((embedded.len() * embedding) as f32 * 0.5).sqrt();
                let free = embedded
                    .iter()
                    .flat_map(|&from| {
                        let row: Vec<bool> =
                            units.iter().flat_map(|&to| std::iter::repeat_n(from < to, hidden)).collect();
                        std::iter::repeat_n(row, embedding).flatten()
                    })
                    .collect();
                let shape = [embedded.len() * embedding, units.len() * hidden];
                Some(params.add_masked("decoder.context", &shape, Init::Normal { std }, free, noise))
            }
        };
        let per_unit = PerSpanResidual::new(params, "decoder.unit", [units.len(), hidden], noise);
        for (g, group) in groups.iter_mut().enumerate() {
            let biases = Init::Values(group.biases.clone());
            let shape = [group.spans.len(), hidden, group.levels];
            group.head =
                Some(PerSpanLinear::new(params, &format!("decoder.head{g}"), shape, 0.1, biases, noise));
        }
        let reals = (!real_spans.is_empty()).then(|| {
            let shape = [real_spans.len(), hidden, 2];
            let skip = (columns == Columns::Autoregressive).then(|| {
                let free =
                    real_spans.iter().flat_map(|from| real_spans.iter().map(move |to| from < to)).collect();
                let shape = [real_spans.len(), real_spans.len()];
                params.add_masked("decoder.skip", &shape, Init::Zeros, free, noise)
            });
            RealHeads {
                head: PerSpanLinear::new(params, "decoder.real", shape, 0.1, Init::Zeros, noise),
                skip,
                grid: layout
                    .reals()
                    .map(|(_, real)| f32::from(u8::from(real.support == Support::Grid)))
                    .collect(),
            }
        });
        let groups = groups.into_iter().filter_map(Grouping::finish).collect();
        Self { groups, units, trunk, block, fan_out, context, per_unit, reals, hidden }
    }

    /// The base measure of a simplex by the code of an earlier one, with that one's number.
    pub(super) fn given(&self, span: usize) -> Option<(usize, Matrix)> {
        let given = self.groups.iter().find(|group| group.spans.contains(&span))?.given.as_ref()?;
        Some((given.parent, Matrix::new(given.base.clone(), given.levels)))
    }

    /// The weight of each earlier score in the location of real span `real` of `reals`.
    pub(super) fn skip(&self, params: &Params, [real, reals]: [usize; 2]) -> Vec<f32> {
        let skip = self.reals.as_ref().and_then(|heads| heads.skip);
        skip.map(|id| params.get(id).chunks(reals).take(real).map(|row| row[real]).collect())
            .unwrap_or_default()
    }

    /// What the true spans contribute to the units after them, `[batch, units · hidden]`; the same for every `z`.
    ///
    /// `embedded` is the embedding of the batch, `[batch, spans · embedding]`.
    pub fn context(&self, leaves: &Leaves, embedded: Tensor<2>) -> Option<Tensor<2>> {
        self.context.map(|context| embedded.matmul(leaves.get(context)))
    }

    /// Log-likelihood of each span of `batch` given `z: [batch, latent]` and the true spans before it, of which
    /// `context` is the contribution.
    pub fn describe(
        &self,
        leaves: &Leaves,
        z: Tensor<2>,
        context: Option<Tensor<2>>,
        batch: &Batch,
    ) -> Described {
        let units = self.units.len();
        let trunk = silu(self.block.forward(leaves, self.trunk.forward(leaves, z)));
        let mut fan = self.fan_out.forward(leaves, trunk);
        if let Some(context) = context {
            fan = fan + context;
        }
        let [size, _] = fan.dims();
        let hidden = silu(fan).reshape([size, units, self.hidden]).swap_dims(0, 1);
        let hidden = silu(self.per_unit.forward(leaves, hidden));

        let mut log_probs: Vec<Tensor<2>> = Vec::new();
        let mut first = 0;
        for (g, group) in self.groups.iter().enumerate() {
            let spans = group.spans.len();
            let mut logits = group.head.forward(leaves, hidden.clone().narrow(0, first, spans));
            if let Some(base) = &batch.bases[g] {
                logits = logits + base.clone();
            }
            let group_log_probs = Categorical { logits }.log_probs_of(batch.codes[g].clone());
            log_probs.push(group_log_probs.reshape([spans, size]).transpose());
            first += spans;
        }
        if let (Some(heads), Some(targets)) = (&self.reals, &batch.reals) {
            let reals = heads.grid.len();
            let output = heads.head.forward(leaves, hidden.narrow(0, first, reals));
            let part = |i: usize| {
                output.clone().slice([0..reals, 0..size, i..i + 1]).reshape([reals, size]).transpose()
            };
            let (mut mu, log_scale) = (part(0), part(1));
            if let Some(skip) = heads.skip {
                mu = mu + batch.scores.clone().matmul(leaves.get(skip));
            }
            let grid = Tensor::<1>::from_floats(heads.grid.as_slice(), &mu.device()).reshape([1, reals]);
            let likelihood = TruncatedLogistic {
                mu,
                log_scale: log_scale.clamp(LOG_SCALE_BOUNDS.0, LOG_SCALE_BOUNDS.1),
                low: targets.low.clone(),
                high: targets.high.clone(),
            };
            let real = likelihood.log_mass(batch.scores.clone(), targets.cells.clone(), grid);
            log_probs.push(real * targets.active.clone());
        }
        Described { log_probs: Tensor::cat(log_probs, 1) }
    }
}

/// A group in the making.
struct Grouping {
    simplexes: Vec<usize>,
    spans: Vec<usize>,
    levels: usize,
    given: Option<Given>,
    biases: Vec<f32>,
    head: Option<PerSpanLinear>,
}

impl Grouping {
    fn finish(self) -> Option<Group> {
        Some(Group { simplexes: self.simplexes, spans: self.spans, given: self.given, head: self.head? })
    }
}

/// Widths up to which simplexes share a group: padding wastes less than a third on average.
const GROUP_WIDTHS: [usize; 9] = [4, 8, 16, 32, 64, 96, 128, 192, 512];

fn group_by_width(layout: &Layout) -> Vec<Grouping> {
    let mut groups: Vec<Grouping> = Vec::new();
    let mut simplexes: Vec<(usize, usize, &Simplex)> =
        layout.simplexes().enumerate().map(|(number, (span, simplex))| (number, span, simplex)).collect();
    let class = |simplex: &Simplex| GROUP_WIDTHS.partition_point(|&width| width < simplex.levels);
    simplexes.sort_by_key(|&(number, _, simplex)| {
        (simplex.given.is_some(), class(simplex), simplex.order == Order::Nominal, number)
    });
    let mut last = None;
    for (number, span, simplex) in simplexes {
        let key = (simplex.given.is_some().then_some(number), class(simplex));
        if last != Some(key) {
            groups.push(Grouping {
                simplexes: vec![],
                spans: vec![],
                levels: 0,
                given: None,
                biases: vec![],
                head: None,
            });
            last = Some(key);
        }
        let Some(group) = groups.last_mut() else { continue };
        group.simplexes.push(number);
        group.spans.push(span);
        group.levels = group.levels.max(simplex.levels);
        if let Some(parent) = simplex.given {
            group.given = Some(Given {
                parent: number_of(layout, parent),
                levels: simplex.levels,
                base: simplex.base.clone(),
            });
        }
    }
    for group in &mut groups {
        for &span in &group.spans {
            let Span::Simplex(simplex) = &layout.spans[span] else { continue };
            let start = group.biases.len();
            if simplex.given.is_none() {
                group.biases.extend(&simplex.base);
            } else {
                group.biases.resize(start + simplex.levels, 0.0);
            }
            group.biases.resize(start + group.levels, IMPOSSIBLE);
        }
    }
    groups
}

/// The number, among simplexes, of the simplex at a layout position.
fn number_of(layout: &Layout, span: usize) -> usize {
    layout.simplexes().take_while(|&(t, _)| t < span).count()
}
