//! Backend methods of what stands at a network's end: likelihoods, and the distribution of a latent.

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, backend_extension};

use super::row_loss::Traced;
use super::{Fused, bernoulli, levels, normal, spans, spans_softmax};

/// As [`Fused`], for the ends of networks.
#[backend_extension(Flex, Autodiff)]
pub trait Heads: Fused {
    /// See [`super::bernoulli_loss`]; also the derivative of each row's loss by its logits.
    fn fused_bernoulli_loss(
        logits: FloatTensor<Self>,
        targets: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        bernoulli::plain::<Self>(logits, targets)
    }

    /// See [`super::levels_loss`]; also the derivative of each row's loss by its parameters.
    fn fused_levels_loss(
        output: FloatTensor<Self>,
        x: FloatTensor<Self>,
        components: usize,
        cell: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        levels::plain::<Self>(output, x, components, cell)
    }

    /// See [`super::spans_loss`]; also the derivative of each row's loss by its logits.
    fn fused_spans_loss(
        logits: FloatTensor<Self>,
        targets: FloatTensor<Self>,
        lengths: Vec<usize>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        spans::plain::<Self>(logits, targets, lengths)
    }

    /// See [`super::spans_softmax()`].
    fn fused_spans_softmax(x: FloatTensor<Self>, lengths: Vec<usize>, temperature: f32) -> FloatTensor<Self> {
        spans_softmax::plain::<Self>(x, lengths, temperature)
    }

    /// The gradient of [`super::spans_softmax()`] by its argument, times `g`, from its result `y`.
    fn fused_spans_softmax_gradient(
        y: FloatTensor<Self>,
        g: FloatTensor<Self>,
        lengths: Vec<usize>,
        temperature: f32,
    ) -> FloatTensor<Self> {
        spans_softmax::plain_gradient::<Self>(y, g, lengths, temperature)
    }

    /// See [`super::normal_rate`]; also its derivative by `log_var`.
    fn fused_normal_rate(
        mu: FloatTensor<Self>,
        log_var: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        normal::plain_rate::<Self>(mu, log_var)
    }

    /// See [`super::normal_draw`]; also its second term.
    fn fused_normal_draw(
        mu: FloatTensor<Self>,
        log_var: FloatTensor<Self>,
        epsilon: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        normal::plain_draw::<Self>(mu, log_var, epsilon)
    }
}

impl Heads for Flex {
    fn fused_bernoulli_loss(
        logits: FloatTensor<Self>,
        targets: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        bernoulli::on_slices(&logits, &targets).unwrap_or_else(|| bernoulli::plain::<Self>(logits, targets))
    }

    fn fused_levels_loss(
        output: FloatTensor<Self>,
        x: FloatTensor<Self>,
        components: usize,
        cell: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        levels::on_slices(&output, &x, components, cell)
            .unwrap_or_else(|| levels::plain::<Self>(output, x, components, cell))
    }

    fn fused_spans_loss(
        logits: FloatTensor<Self>,
        targets: FloatTensor<Self>,
        lengths: Vec<usize>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        spans::on_slices(&logits, &targets, &lengths)
            .unwrap_or_else(|| spans::plain::<Self>(logits, targets, lengths))
    }

    fn fused_spans_softmax(x: FloatTensor<Self>, lengths: Vec<usize>, temperature: f32) -> FloatTensor<Self> {
        spans_softmax::on_slices(&x, &lengths, temperature)
            .unwrap_or_else(|| spans_softmax::plain::<Self>(x, lengths, temperature))
    }

    fn fused_spans_softmax_gradient(
        y: FloatTensor<Self>,
        g: FloatTensor<Self>,
        lengths: Vec<usize>,
        temperature: f32,
    ) -> FloatTensor<Self> {
        spans_softmax::gradient_on_slices(&y, &g, &lengths, temperature)
            .unwrap_or_else(|| spans_softmax::plain_gradient::<Self>(y, g, lengths, temperature))
    }

    fn fused_normal_rate(
        mu: FloatTensor<Self>,
        log_var: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        normal::rate_on_slices(&mu, &log_var).unwrap_or_else(|| normal::plain_rate::<Self>(mu, log_var))
    }

    fn fused_normal_draw(
        mu: FloatTensor<Self>,
        log_var: FloatTensor<Self>,
        epsilon: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        normal::draw_on_slices(&mu, &log_var, &epsilon)
            .unwrap_or_else(|| normal::plain_draw::<Self>(mu, log_var, epsilon))
    }
}

impl<B: Heads, C: CheckpointStrategy> Heads for Autodiff<B, C> {
    fn fused_bernoulli_loss(
        logits: FloatTensor<Self>,
        targets: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        bernoulli::tracked::<B, C>(logits, targets)
    }

    fn fused_levels_loss(
        output: FloatTensor<Self>,
        x: FloatTensor<Self>,
        components: usize,
        cell: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        levels::tracked::<B, C>(output, x, components, cell)
    }

    fn fused_spans_loss(
        logits: FloatTensor<Self>,
        targets: FloatTensor<Self>,
        lengths: Vec<usize>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        spans::tracked::<B, C>(logits, targets, lengths)
    }

    fn fused_spans_softmax(x: Traced<B, C>, lengths: Vec<usize>, temperature: f32) -> Traced<B, C> {
        spans_softmax::tracked::<B, C>(x, lengths, temperature)
    }

    fn fused_normal_rate(
        mu: FloatTensor<Self>,
        log_var: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        normal::tracked_rate::<B, C>(mu, log_var)
    }

    fn fused_normal_draw(
        mu: FloatTensor<Self>,
        log_var: FloatTensor<Self>,
        epsilon: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        normal::tracked_draw::<B, C>(mu, log_var, epsilon)
    }
}
