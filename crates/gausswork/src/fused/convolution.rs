use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::autodiff::{Autodiff, NodeId};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Shape, Tensor};

use gausswork_kernels::{Convolution, Window};

use super::layers::Layers;
use super::slices::{filled, slice};

/// `patches(x) W`: images `[batch, height, width, channels]` to features `[batch, rows, columns, features]`, with a weight
/// `[kernel height, kernel width, channels, features]`.
///
/// Channels come last: a row of the kernel then lies over one run of memory, normalisation and bias are those of a matrix
/// `[positions, features]`, and no layer transposes.
pub fn convolution(image: Tensor<4>, weight: Tensor<4>, window: Window) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as Layers>::fused_convolution(
        image.into_dispatch(),
        weight.into_dispatch(),
        window,
    ))
}

/// The transpose of [`convolution`] as a map from features to images of a size, with the same weight: every feature adds
/// its multiple of the kernel to the image.
pub fn transposed_convolution(
    features: Tensor<4>,
    weight: Tensor<4>,
    window: Window,
    image: [usize; 2],
) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as Layers>::fused_transposed_convolution(
        features.into_dispatch(),
        weight.into_dispatch(),
        window,
        image,
    ))
}

/// Channels last to channels second.
fn inward<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    B::float_permute(x, &[0, 3, 1, 2])
}

/// Channels second to channels last.
fn outward<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    B::float_permute(x, &[0, 2, 3, 1])
}

/// `[kernel height, kernel width, channels, features]` to `[features, channels, kernel height, kernel width]`.
fn kernels<B: Backend>(weight: FloatTensor<B>) -> FloatTensor<B> {
    B::float_permute(weight, &[3, 2, 0, 1])
}

fn options(window: Window) -> ConvOptions<2> {
    ConvOptions::new(window.stride, window.padding, [1; 2], 1)
}

pub(super) fn plain<B: Backend>(
    image: FloatTensor<B>,
    weight: FloatTensor<B>,
    window: Window,
) -> FloatTensor<B> {
    outward::<B>(B::conv2d(inward::<B>(image), kernels::<B>(weight), None, options(window)))
}

pub(super) fn plain_transposed<B: Backend>(
    features: FloatTensor<B>,
    weight: FloatTensor<B>,
    window: Window,
    image: [usize; 2],
) -> FloatTensor<B> {
    let positions = [features.shape()[1], features.shape()[2]];
    let smallest = window.smallest_image(positions).unwrap_or(image);
    let more = [image[0] - smallest[0], image[1] - smallest[1]];
    let options = ConvTransposeOptions::new(window.stride, window.padding, more, [1; 2], 1);
    outward::<B>(B::conv_transpose2d(inward::<B>(features), kernels::<B>(weight), None, options))
}

pub(super) fn plain_weight_gradient<B: Backend>(
    image: FloatTensor<B>,
    features: FloatTensor<B>,
    window: Window,
) -> FloatTensor<B> {
    let shape = Shape::from(vec![features.shape()[3], image.shape()[3], window.kernel[0], window.kernel[1]]);
    // Only its shape is looked at.
    let like = B::float_zeros(shape, &image.device(), image.dtype().into());
    let gradient =
        B::conv2d_weight_backward(inward::<B>(image), like, inward::<B>(features), options(window));
    B::float_permute(gradient, &[2, 3, 1, 0])
}

/// The sizes of a convolution whose images have this shape.
fn sizes(images: &Shape, features: usize, window: Window) -> Option<Convolution> {
    Convolution::new(window, images[0], [images[1], images[2]], images[3], features)
}

pub(super) fn on_slices(
    image: &FloatTensor<Flex>,
    weight: &FloatTensor<Flex>,
    window: Window,
) -> Option<FloatTensor<Flex>> {
    let (image, weight) = (image.to_contiguous(), weight.to_contiguous());
    let (images, features) = (image.layout().shape(), weight.layout().shape()[3]);
    let sizes = sizes(images, features, window)?;
    let [rows, columns] = sizes.positions();
    let shape = Shape::from(vec![images[0], rows, columns, features]);
    let mut y = vec![0.0; sizes.feature_len()];
    sizes.forward(slice(&image)?, slice(&weight)?, &mut y);
    Some(filled(shape, y))
}

pub(super) fn transposed_on_slices(
    features: &FloatTensor<Flex>,
    weight: &FloatTensor<Flex>,
    window: Window,
    image: [usize; 2],
) -> Option<FloatTensor<Flex>> {
    let (features, weight) = (features.to_contiguous(), weight.to_contiguous());
    let (of_features, of_weight) = (features.layout().shape(), weight.layout().shape());
    let shape = Shape::from(vec![of_features[0], image[0], image[1], of_weight[2]]);
    let sizes = sizes(&shape, of_weight[3], window)?;
    let mut x = vec![0.0; sizes.image_len()];
    sizes.image_gradient(slice(&features)?, slice(&weight)?, &mut x);
    Some(filled(shape, x))
}

pub(super) fn weight_gradient_on_slices(
    image: &FloatTensor<Flex>,
    features: &FloatTensor<Flex>,
    window: Window,
) -> Option<FloatTensor<Flex>> {
    let (image, features) = (image.to_contiguous(), features.to_contiguous());
    let (images, features_each) = (image.layout().shape(), features.layout().shape()[3]);
    let sizes = sizes(images, features_each, window)?;
    let mut weight = vec![0.0; sizes.weight_len()];
    sizes.weight_gradient(slice(&image)?, slice(&features)?, &mut weight);
    let [height, width] = window.kernel;
    Some(filled(Shape::from(vec![height, width, images[3], features_each]), weight))
}

/// Where a convolution leads.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// From images to features.
    Down,
    /// From features to images of this size.
    Up([usize; 2]),
}

#[derive(Debug, Clone, Copy)]
struct Step {
    window: Window,
    way: Way,
}

impl Step {
    fn apply<B: Layers>(self, x: FloatTensor<B>, weight: FloatTensor<B>) -> FloatTensor<B> {
        match self.way {
            Way::Down => B::fused_convolution(x, weight, self.window),
            Way::Up(image) => B::fused_transposed_convolution(x, weight, self.window, image),
        }
    }
}

impl<B: Layers> Backward<B, 2> for Step {
    type State = (NodeId, NodeId);

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let x: FloatTensor<B> = checkpointer.retrieve_node_output(ops.state.0);
        let weight: FloatTensor<B> = checkpointer.retrieve_node_output(ops.state.1);
        let g = gradients.consume::<B>(&ops.node);
        let [of_x, of_weight] = &ops.parents;
        if let Some(parent) = of_x {
            let way = match self.way {
                Way::Down => Way::Up([x.shape()[1], x.shape()[2]]),
                Way::Up(_) => Way::Down,
            };
            let back = Self { way, ..self };
            gradients.register::<B>(parent.id, back.apply::<B>(g.clone(), weight));
        }
        if let Some(parent) = of_weight {
            let (image, features) = match self.way {
                Way::Down => (x, g),
                Way::Up(_) => (g, x),
            };
            let dw = B::fused_convolution_weight_gradient(image, features, self.window);
            gradients.register::<B>(parent.id, dw);
        }
    }
}

pub(super) fn tracked<B: Layers, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    window: Window,
    way: Way,
) -> FloatTensor<Autodiff<B, C>> {
    let step = Step { window, way };
    match step.prepare::<C>([x.node(), weight.node()]).compute_bound().stateful() {
        OpsKind::Tracked(mut preparation) => {
            let state = (preparation.checkpoint(&x), preparation.checkpoint(&weight));
            preparation.finish(state, step.apply::<B>(x.into_primitive(), weight.into_primitive()))
        }
        OpsKind::UnTracked(preparation) => {
            preparation.finish(step.apply::<B>(x.into_primitive(), weight.into_primitive()))
        }
    }
}
