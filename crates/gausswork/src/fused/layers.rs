//! Backend methods of the layers of image networks.

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Flex, backend_extension};

use gausswork_kernels::{Activation, Window};

use super::batch_norm::Normalisation;
use super::convolution::Way;
use super::{Fused, batch_norm, bias, choice, convolution, layer_norm, maxout};

/// As [`Fused`], for the layers of image networks.
#[backend_extension(Flex, Autodiff)]
pub trait Layers: Fused {
    /// See [`super::convolution()`].
    fn fused_convolution(
        image: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        convolution::plain::<Self>(image, weight, window)
    }

    /// See [`super::transposed_convolution`]; it is the gradient of a convolution by its image too.
    fn fused_transposed_convolution(
        features: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
        image: [usize; 2],
    ) -> FloatTensor<Self> {
        convolution::plain_transposed::<Self>(features, weight, window, image)
    }

    /// The gradient by the weight of a convolution from images to features, one of the two being a gradient; either way.
    fn fused_convolution_weight_gradient(
        image: FloatTensor<Self>,
        features: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        convolution::plain_weight_gradient::<Self>(image, features, window)
    }

    /// See [`super::bias_activated`].
    fn fused_bias(
        x: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        bias::plain::<Self>(x, bias, activation)
    }

    /// Mean and variance of each column, `[2, columns]`, without a gradient.
    fn fused_column_moments(x: FloatTensor<Self>) -> FloatTensor<Self> {
        batch_norm::plain_moments::<Self>(x)
    }

    /// See [`super::batch_norm()`]; `of_x` says whether the moments are those of `x`, which only its gradient asks.
    fn fused_batch_norm(
        x: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        normalisation: Normalisation,
        of_x: bool,
    ) -> FloatTensor<Self> {
        let _ = of_x;
        batch_norm::plain::<Self>(x, moments, scale, shift, normalisation)
    }

    /// The gradients of [`super::batch_norm()`] by `x`, scale and shift, times `g`.
    fn fused_batch_norm_gradient(
        x: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        g: FloatTensor<Self>,
        normalisation: Normalisation,
        of_x: bool,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        batch_norm::plain_gradient::<Self>(x, moments, scale, shift, g, normalisation, of_x)
    }

    /// See [`super::layer_norm()`].
    fn fused_layer_norm(
        x: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        layer_norm::plain::<Self>(x, scale, shift, epsilon)
    }

    /// The gradients of [`super::layer_norm()`] by `x`, scale and shift, times `g`.
    fn fused_layer_norm_gradient(
        x: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        g: FloatTensor<Self>,
        epsilon: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        layer_norm::plain_gradient::<Self>(x, scale, g, epsilon)
    }

    /// See [`super::maxout()`]; also 1 at each piece that is the greatest, 0 at the others.
    fn fused_maxout(x: FloatTensor<Self>, pieces: usize) -> (FloatTensor<Self>, FloatTensor<Self>) {
        maxout::plain::<Self>(x, pieces)
    }

    /// The gradient of [`super::maxout()`] by its argument, times `g`.
    fn fused_maxout_gradient(
        chosen: FloatTensor<Self>,
        g: FloatTensor<Self>,
        pieces: usize,
    ) -> FloatTensor<Self> {
        maxout::plain_gradient::<Self>(chosen, g, pieces)
    }

    /// See [`super::straight_through_choice()`], of logits with their noise.
    fn fused_choice(x: FloatTensor<Self>, temperature: f32) -> FloatTensor<Self> {
        let _ = temperature;
        choice::plain::<Self>(x)
    }

    /// The gradient of [`super::straight_through_choice`] by `x`, times `g`.
    fn fused_choice_gradient(
        x: FloatTensor<Self>,
        g: FloatTensor<Self>,
        temperature: f32,
    ) -> FloatTensor<Self> {
        choice::plain_gradient::<Self>(x, g, temperature)
    }
}

impl Layers for Flex {
    fn fused_convolution(
        image: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        convolution::on_slices(&image, &weight, window)
            .unwrap_or_else(|| convolution::plain::<Self>(image, weight, window))
    }

    fn fused_transposed_convolution(
        features: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
        image: [usize; 2],
    ) -> FloatTensor<Self> {
        convolution::transposed_on_slices(&features, &weight, window, image)
            .unwrap_or_else(|| convolution::plain_transposed::<Self>(features, weight, window, image))
    }

    fn fused_convolution_weight_gradient(
        image: FloatTensor<Self>,
        features: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        convolution::weight_gradient_on_slices(&image, &features, window)
            .unwrap_or_else(|| convolution::plain_weight_gradient::<Self>(image, features, window))
    }

    fn fused_bias(
        x: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        bias::on_slices(x, bias, activation)
    }

    fn fused_column_moments(x: FloatTensor<Self>) -> FloatTensor<Self> {
        batch_norm::moments_on_slices(&x).unwrap_or_else(|| batch_norm::plain_moments::<Self>(x))
    }

    fn fused_batch_norm(
        x: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        normalisation: Normalisation,
        _: bool,
    ) -> FloatTensor<Self> {
        batch_norm::on_slices(&x, [&moments, &scale, &shift], normalisation)
            .unwrap_or_else(|| batch_norm::plain::<Self>(x, moments, scale, shift, normalisation))
    }

    fn fused_batch_norm_gradient(
        x: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        g: FloatTensor<Self>,
        normalisation: Normalisation,
        of_x: bool,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        match batch_norm::gradient_on_slices(&x, [&moments, &scale, &shift], g, normalisation, of_x) {
            Ok(gradients) => gradients.into(),
            Err(g) => batch_norm::plain_gradient::<Self>(x, moments, scale, shift, g, normalisation, of_x),
        }
    }

    fn fused_layer_norm(
        x: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        layer_norm::on_slices(&x, &scale, &shift, epsilon)
            .unwrap_or_else(|| layer_norm::plain::<Self>(x, scale, shift, epsilon))
    }

    fn fused_layer_norm_gradient(
        x: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        g: FloatTensor<Self>,
        epsilon: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        match layer_norm::gradient_on_slices(&x, &scale, g, epsilon) {
            Ok(gradients) => gradients.into(),
            Err(g) => layer_norm::plain_gradient::<Self>(x, scale, g, epsilon),
        }
    }

    fn fused_maxout(x: FloatTensor<Self>, pieces: usize) -> (FloatTensor<Self>, FloatTensor<Self>) {
        maxout::on_slices(&x, pieces).unwrap_or_else(|| maxout::plain::<Self>(x, pieces))
    }

    fn fused_maxout_gradient(
        chosen: FloatTensor<Self>,
        g: FloatTensor<Self>,
        pieces: usize,
    ) -> FloatTensor<Self> {
        maxout::gradient_on_slices(&chosen, &g, pieces)
            .unwrap_or_else(|| maxout::plain_gradient::<Self>(chosen, g, pieces))
    }

    fn fused_choice(x: FloatTensor<Self>, _: f32) -> FloatTensor<Self> {
        choice::on_slices(&x).unwrap_or_else(|| choice::plain::<Self>(x))
    }

    fn fused_choice_gradient(
        x: FloatTensor<Self>,
        g: FloatTensor<Self>,
        temperature: f32,
    ) -> FloatTensor<Self> {
        choice::gradient_on_slices(&x, &g, temperature)
            .unwrap_or_else(|| choice::plain_gradient::<Self>(x, g, temperature))
    }
}

impl<B: Layers, C: CheckpointStrategy> Layers for Autodiff<B, C> {
    fn fused_convolution(
        image: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
    ) -> FloatTensor<Self> {
        convolution::tracked::<B, C>(image, weight, window, Way::Down)
    }

    fn fused_transposed_convolution(
        features: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        window: Window,
        image: [usize; 2],
    ) -> FloatTensor<Self> {
        convolution::tracked::<B, C>(features, weight, window, Way::Up(image))
    }

    fn fused_bias(
        x: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        bias::tracked::<B, C>(x, bias, activation)
    }

    fn fused_column_moments(x: FloatTensor<Self>) -> FloatTensor<Self> {
        FloatTensor::<Self>::new(B::fused_column_moments(x.into_primitive()))
    }

    fn fused_batch_norm(
        x: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        normalisation: Normalisation,
        of_x: bool,
    ) -> FloatTensor<Self> {
        batch_norm::tracked::<B, C>(x, moments, scale, shift, normalisation, of_x)
    }

    fn fused_layer_norm(
        x: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        layer_norm::tracked::<B, C>(x, scale, shift, epsilon)
    }

    fn fused_maxout(x: FloatTensor<Self>, pieces: usize) -> (FloatTensor<Self>, FloatTensor<Self>) {
        maxout::tracked::<B, C>(x, pieces)
    }

    fn fused_choice(x: FloatTensor<Self>, temperature: f32) -> FloatTensor<Self> {
        choice::tracked::<B, C>(x, temperature)
    }
}
