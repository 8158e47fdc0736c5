//! Convolutions down from images to features, and up from features to images; channels last.

use burn::tensor::Tensor;

use super::params::{Init, Leaves, ParamId, Params};
use crate::fused::{Activation, Window, bias_activated, convolution, transposed_convolution};
use crate::noise::Noise;

/// What a convolution in either direction is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConvConfig {
    /// Channels of the larger images, features of the smaller ones.
    pub channels: usize,
    /// See `channels`.
    pub features: usize,
    /// The kernel.
    pub window: Window,
    /// Whether a bias is added; before a normalisation it would be taken away again.
    pub bias: bool,
    /// Standard deviation of the output at the start, where the input has mean 0 and variance 1 and no border is near.
    pub gain: f32,
}

/// `patches(x) W + b`, `[batch, height, width, channels]` to `[batch, rows, columns, features]`.
#[derive(Debug, Clone)]
pub struct Conv2d {
    /// Weight, `[kernel height, kernel width, channels, features]`.
    pub weight: ParamId,
    /// Bias, `[features]`.
    pub bias: Option<ParamId>,
    /// The kernel.
    pub window: Window,
}

impl Conv2d {
    /// A layer whose weights start as N(0, gain² / terms of an output) and whose bias starts at zero.
    pub fn new(params: &mut Params, name: &str, config: ConvConfig, noise: &Noise) -> Self {
        let ConvConfig { channels, features, window, bias, gain } = config;
        let [height, width] = window.kernel;
        let std = gain / ((channels * height * width).max(1) as f32).sqrt();
        let shape = [height, width, channels, features];
        Self {
            weight: params.add(format!("{name}.weight"), &shape, Init::Normal { std }, noise),
            bias: bias.then(|| params.add(format!("{name}.bias"), &[features], Init::Zeros, noise)),
            window,
        }
    }

    /// Images to features, with an activation.
    pub fn forward(&self, leaves: &Leaves, x: Tensor<4>, activation: Activation) -> Tensor<4> {
        finish(leaves, convolution(x, leaves.get(self.weight), self.window), self.bias, activation)
    }
}

/// The transpose of a convolution: `[batch, rows, columns, features]` to `[batch, height, width, channels]`.
#[derive(Debug, Clone)]
pub struct ConvTranspose2d {
    /// Weight, `[kernel height, kernel width, channels, features]`.
    pub weight: ParamId,
    /// Bias, `[channels]`.
    pub bias: Option<ParamId>,
    /// The kernel.
    pub window: Window,
}

impl ConvTranspose2d {
    /// A layer whose weights start as N(0, gain² / terms of an output) and whose bias starts at zero.
    pub fn new(params: &mut Params, name: &str, config: ConvConfig, noise: &Noise) -> Self {
        let ConvConfig { channels, features, window, bias, gain } = config;
        let [height, width] = window.kernel;
        // A kernel's element is over a pixel at one of every `stride` positions each way.
        let overlap = (height * width) as f32 / (window.stride[0] * window.stride[1]).max(1) as f32;
        let std = gain / (features as f32 * overlap).max(1.0).sqrt();
        let shape = [height, width, channels, features];
        Self {
            weight: params.add(format!("{name}.weight"), &shape, Init::Normal { std }, noise),
            bias: bias.then(|| params.add(format!("{name}.bias"), &[channels], Init::Zeros, noise)),
            window,
        }
    }

    /// Features to images of a size, with an activation.
    pub fn forward(
        &self,
        leaves: &Leaves,
        x: Tensor<4>,
        image: [usize; 2],
        activation: Activation,
    ) -> Tensor<4> {
        let y = transposed_convolution(x, leaves.get(self.weight), self.window, image);
        finish(leaves, y, self.bias, activation)
    }
}

fn finish(leaves: &Leaves, y: Tensor<4>, bias: Option<ParamId>, activation: Activation) -> Tensor<4> {
    match bias {
        Some(bias) => bias_activated(y, leaves.get(bias), activation),
        None => crate::fused::activate(y, activation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Stream;
    use burn::tensor::{Device, TensorData};

    #[test]
    fn outputs_start_with_the_stated_deviation() {
        let noise = Noise::new(3);
        let mut params = Params::default();
        let window = Window::square(4, 2, 1);
        let config = ConvConfig { channels: 24, features: 32, window, bias: true, gain: 0.5 };
        let down = Conv2d::new(&mut params, "down", config, &noise);
        let up = ConvTranspose2d::new(&mut params, "up", config, &noise);
        let device = Device::flex();
        let leaves = params.leaves(&device);
        let normals = |shape: [usize; 4]| {
            let mut values = vec![0.0; shape.iter().product()];
            noise.fill_normal(Stream::Test, shape[3] as u64, &mut values);
            Tensor::<4>::from_data(TensorData::new(values, shape), &device)
        };
        let features = down.forward(&leaves, normals([8, 16, 16, 24]), Activation::Identity);
        assert_eq!(features.dims(), [8, 8, 8, 32]);
        let image = up.forward(&leaves, normals([8, 8, 8, 32]), [16, 16], Activation::Identity);
        assert_eq!(image.dims(), [8, 16, 16, 24]);
        for inner in [features.slice([0..8, 1..7, 1..7]), image.slice([0..8, 1..15, 1..15])] {
            let std = inner.square().mean().into_scalar::<f32>().sqrt();
            // The weights' own mean square is off by √(2 / 12288), about 1.3 %; that of the images by less.
            assert!((std - 0.5).abs() < 0.5 * 4.0 * 0.013, "{std}");
        }
    }
}
