//! A generator of table rows: a latent to the spans of a [`Layout`], one after the other.
//!
//! ```text
//! h_t = silu(U_t [g(z), e(x_1), …, e(x_{t-1})]),    x_t ~ p(· | h_t + R_t(h_t))
//! ```
//!
//! with `g` a residual trunk, `e` an embedding of the value just generated, and the heads of the layout: a simplex is an exact draw
//! from a softmax with the gradient of its relaxation, a real number an affine function of logistic noise within the interval
//! that the choice before it names. The row is therefore a deterministic function of the latent and of addressed noise.
//!
//! A generator that can be told conditions adds a vector of each of their codes to what the trunk's blocks read, so that the spans
//! before the conditioned one follow it too; without a condition nothing is added.

mod span;

use burn::tensor::{Tensor, activation};

use crate::fused::{Relaxation, silu, straight_through_choice};
use crate::layout::{Given, Layout, Order, Place, Span};
use crate::nn::{Init, Leaves, Linear, ParamId, Params, Residual};
use crate::noise::Noise;

pub(super) use self::span::{Kind, based, embedded, interval_of, place_of};
use self::span::{SpanNet, constant};
use super::condition::DiscreteColumns;
use super::view::{View, ranks};

/// Sizes of a [`RowGenerator`].
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Latent dimensions.
    pub latent: usize,
    /// Hidden units of the trunk.
    pub width: usize,
    /// Residual blocks of the trunk.
    pub blocks: usize,
    /// Hidden units per span.
    pub hidden: usize,
    /// Numbers per embedded span.
    pub embedding: usize,
}

/// The generator network of a table.
#[derive(Debug, Clone)]
pub struct RowGenerator {
    trunk: Linear,
    blocks: Vec<Residual>,
    pub(super) spans: Vec<SpanNet>,
    /// Gumbel numbers that each span of a row takes: one for each code, two for a real.
    noise_widths: Vec<usize>,
    /// Columns of which it can be told the value, and a vector for each of their codes, `[levels, width]`.
    conditions: Option<(DiscreteColumns, ParamId)>,
}

/// Name of the vectors of conditions.
pub(super) const CONDITIONS: &str = "generator.conditions.weight";

/// Generated rows in the terms of the layout.
#[derive(Debug)]
pub struct Generated {
    /// One-hot codes of each simplex, `[rows, levels]`.
    pub codes: Vec<Tensor<2>>,
    /// Scores of each real, `[rows, 1]`.
    pub scores: Vec<Tensor<2>>,
}

impl RowGenerator {
    /// A generator for a layout, which can be told the values of `discrete` columns; its heads start at the shares of the training
    /// rows, and conditions without an effect.
    pub fn new(
        params: &mut Params,
        layout: &Layout,
        discrete: DiscreteColumns,
        sizes: Sizes,
        noise: &Noise,
    ) -> Self {
        let Sizes { latent, width, blocks, hidden, embedding } = sizes;
        let trunk = Linear::new(params, "generator.trunk", [latent, width], 1.0, noise);
        let blocks = (0..blocks)
            .map(|b| Residual::new(params, &format!("generator.block{b}"), width, noise))
            .collect();
        let (mut simplex, mut numbers, mut noise_widths) = (0, Vec::new(), Vec::new());
        let last = layout.spans.len().saturating_sub(1);
        let spans = (layout.spans.iter().enumerate())
            .map(|(t, span)| {
                let name = |part: &str| format!("generator.span{t}.{part}");
                let mut layer =
                    |part: &str, shape, gain| Linear::new(params, &name(part), shape, gain, noise);
                let entry = layer("entry", [width + t * embedding, hidden], 1.0);
                let inner = layer("inner", [hidden, hidden], 1.0);
                let outer = layer("outer", [hidden, hidden], 0.5);
                let outputs = match span {
                    Span::Simplex(simplex) => simplex.levels,
                    Span::Real(_) => 2,
                };
                let head = layer("head", [hidden, outputs], 0.1);
                numbers.push(simplex);
                let kind = match span {
                    Span::Simplex(spec) => {
                        simplex += 1;
                        noise_widths.push(spec.levels);
                        let given = spec.given.map(|parent| (numbers[parent], spec.base.clone()));
                        if given.is_none() {
                            params.get_mut(head.bias).copy_from_slice(&spec.base);
                        }
                        let embedding = (t < last).then(|| {
                            let init = Init::Normal { std: 0.5 };
                            let id = params.add(name("embedding"), &[spec.levels, embedding], init, noise);
                            if spec.order == Order::Ordinal && spec.given.is_none() {
                                // Neighbouring numbers start as neighbours: waves, and a little noise.
                                let rows = params.get_mut(id).chunks_exact_mut(embedding);
                                for (row, rank) in rows.zip(ranks(&spec.base)) {
                                    for (k, value) in row.iter_mut().enumerate() {
                                        let wave = (std::f64::consts::PI * (k + 1) as f64 * rank).cos();
                                        *value =
                                            0.2 * *value + (0.5 * std::f64::consts::SQRT_2 * wave) as f32;
                                    }
                                }
                            }
                            id
                        });
                        Kind::Simplex { given, embedding }
                    }
                    Span::Real(real) => {
                        noise_widths.push(2);
                        let ends = real.places.iter().flat_map(|place| match *place {
                            Place::Point(score) => [score, 0.0],
                            Place::Interval(low, high) => [low, high - low],
                        });
                        let init = Init::Normal { std: 0.5 };
                        let slopes =
                            (t < last).then(|| params.add(name("slopes"), &[2, embedding], init, noise));
                        Kind::Real { before: simplex - 1, intervals: ends.collect(), slopes }
                    }
                };
                SpanNet { entry, inner, outer, head, kind }
            })
            .collect();
        let conditions = (!discrete.is_empty()).then(|| {
            let table = params.add(CONDITIONS, &[discrete.levels(), width], Init::Zeros, noise);
            (discrete, table)
        });
        Self { trunk, blocks, spans, noise_widths, conditions }
    }

    /// Gumbel numbers that a row takes.
    pub fn noise_width(&self) -> usize {
        self.noise_widths.iter().sum()
    }

    /// Generates a row for each latent of `z: [rows, latent]`, with standard Gumbel noise `gumbels: [rows, noise_width]`.
    ///
    /// Cells in `given` are as they say, and later spans follow them; so are those in `told`, conditions which all spans follow.
    pub fn generate(
        &self,
        leaves: &Leaves,
        z: Tensor<2>,
        (relaxation, temperature): (Relaxation, f32),
        gumbels: &[f32],
        [given, told]: [&[Given]; 2],
    ) -> Generated {
        let device = z.device();
        let [rows, _] = z.dims();
        let noise_width = self.noise_width();
        let mut first = 0;
        let mut context = vec![self.entered(leaves, z, told)];
        let mut generated = Generated { codes: Vec::new(), scores: Vec::new() };
        for (t, net) in self.spans.iter().enumerate() {
            let output = net.output(leaves, &context);
            let width = self.noise_widths[t];
            // The noise of this span.
            let mut noise = Vec::with_capacity(rows * width);
            for row in gumbels.chunks_exact(noise_width) {
                noise.extend_from_slice(&row[first..first + width]);
            }
            first += width;
            match &net.kind {
                Kind::Simplex { given: base, embedding } => {
                    let logits = based(output, base.as_ref(), &generated.codes);
                    for cell in given.iter().chain(told).filter(|cell| cell.span == t) {
                        // No perturbed logit comes near.
                        noise[cell.row * width + usize::from(cell.code)] = 1e9;
                    }
                    let noise = constant(noise, [rows, width], &device);
                    let codes = straight_through_choice(logits, noise, relaxation, temperature);
                    if let Some(embedding) = embedding {
                        context.push(codes.clone().matmul(leaves.get(*embedding)));
                    }
                    generated.codes.push(codes);
                }
                Kind::Real { before, intervals, slopes } => {
                    // The difference of two Gumbel numbers has a logistic distribution.
                    let logistic: Vec<f32> = noise.chunks_exact(2).map(|pair| pair[0] - pair[1]).collect();
                    let [mu, log_scale] = place_of(output);
                    let logit = mu + log_scale.exp() * constant(logistic, [rows, 1], &device);
                    let place = activation::sigmoid(logit);
                    let [low, span] = interval_of(intervals, &generated.codes[*before]);
                    let mut score = low + span * place.clone();
                    let fixed = given.iter().filter(|cell| cell.span + 1 == t);
                    let fixed: Vec<(usize, f32)> = fixed.map(|cell| (cell.row, cell.score)).collect();
                    if !fixed.is_empty() {
                        let (mut kept, mut value) = (vec![1.0; rows], vec![0.0; rows]);
                        fixed.iter().for_each(|&(row, score)| (kept[row], value[row]) = (0.0, score));
                        score =
                            score * constant(kept, [rows, 1], &device) + constant(value, [rows, 1], &device);
                    }
                    if let Some(slopes) = slopes {
                        context.push(embedded(score.clone(), place, leaves.get(*slopes)));
                    }
                    generated.scores.push(score);
                }
            }
        }
        generated
    }

    /// The trunk's output under conditions, `[rows, width]`.
    pub(super) fn entered(&self, leaves: &Leaves, z: Tensor<2>, told: &[Given]) -> Tensor<2> {
        let ([rows, _], device) = (z.dims(), z.device());
        let mut trunk = self.trunk.forward(leaves, z);
        if let Some((discrete, table)) = self.conditions.as_ref().filter(|_| !told.is_empty()) {
            trunk = trunk + discrete.one_hot(told, rows, &device).matmul(leaves.get(*table));
        }
        silu(self.blocks.iter().fold(trunk, |x, block| block.forward(leaves, x)))
    }

    /// [`RowGenerator::generate`] as the discriminator sees it, `[rows, view.width()]`.
    pub fn viewed(
        &self,
        leaves: &Leaves,
        view: &View,
        z: Tensor<2>,
        relaxed: (Relaxation, f32),
        gumbels: &[f32],
        told: &[Given],
    ) -> Tensor<2> {
        let Generated { codes, scores } = self.generate(leaves, z, relaxed, gumbels, [&[], told]);
        view.told(view.generated(&codes, scores), told)
    }
}
