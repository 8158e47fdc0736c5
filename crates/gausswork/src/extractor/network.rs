//! The network of an extractor.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::data::image::ImageShape;
use crate::fused::{Activation, Window};
use crate::nn::{Conv2d, ConvConfig, Leaves, Linear, Params};
use crate::noise::Noise;

/// Features of an image.
const FEATURES: usize = 64;
/// Channels of the first layer; each that halves the image has twice as many, up to [`MOST_CHANNELS`].
const CHANNELS: usize = 16;
const MOST_CHANNELS: usize = 128;
/// Sides are halved until the shorter one is this long, or shorter.
const SMALL: usize = 4;
/// Numbers that the last convolution may leave at most.
const MOST_FLAT: usize = 1 << 14;
/// What keeps the variance of what passes through a rectifier.
const GAIN: f32 = std::f32::consts::SQRT_2;

/// The sizes of a [`FeatureNetwork`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NetworkSizes {
    /// What it looks at.
    pub image: ImageShape,
    /// Channels after each convolution; the first keeps the image's size, every other halves it.
    pub channels: Vec<usize>,
    /// Features.
    pub features: usize,
    /// Outputs behind the features: classes, or the dimensions in which images are told apart.
    pub outputs: usize,
}

impl NetworkSizes {
    /// Those for images of a shape.
    pub fn of(image: ImageShape, outputs: usize) -> Self {
        let (mut channels, mut size) = (vec![CHANNELS], [image.height, image.width]);
        let left = |size: [usize; 2], channels: usize| size[0] * size[1] * channels;
        let mut last = CHANNELS;
        while (size[0].min(size[1]) > SMALL || left(size, last) > MOST_FLAT) && size[0].max(size[1]) > 1 {
            size = size.map(|side| side.div_ceil(2));
            last = (2 * last).min(MOST_CHANNELS);
            channels.push(last);
        }
        Self { image, channels, features: FEATURES, outputs }
    }

    /// Layers between an image and its features.
    pub fn layers(&self) -> usize {
        self.channels.len() + 1
    }

    /// The size of the image behind each convolution.
    fn images(&self) -> Vec<[usize; 2]> {
        let mut size = [self.image.height, self.image.width];
        let mut of = |place: usize| {
            if place > 0 {
                size = size.map(|side| side.div_ceil(2));
            }
            size
        };
        (0..self.channels.len()).map(&mut of).collect()
    }

    /// Numbers behind the last convolution.
    fn flat(&self) -> usize {
        let last = self.images().last().map_or(0, |[height, width]| height * width);
        last * self.channels.last().copied().unwrap_or(0)
    }

    /// The shapes of all weights, by name.
    pub(super) fn expected(&self) -> Vec<(String, Vec<usize>)> {
        let mut inputs = self.image.channels.count();
        let mut expected = Vec::new();
        for (place, &channels) in self.channels.iter().enumerate() {
            expected.push((format!("convolution{place}.weight"), vec![3, 3, inputs, channels]));
            expected.push((format!("convolution{place}.bias"), vec![channels]));
            inputs = channels;
        }
        for (name, input, output) in
            [("features", self.flat(), self.features), ("outputs", self.features, self.outputs)]
        {
            expected.push((format!("{name}.weight"), vec![input, output]));
            expected.push((format!("{name}.bias"), vec![output]));
        }
        expected
    }

    /// Multiplications that one image takes on its way through.
    pub fn multiplications(&self) -> u64 {
        let mut inputs = self.image.channels.count();
        let mut of_convolution = |([height, width], &channels): ([usize; 2], &usize)| {
            let each = 9 * std::mem::replace(&mut inputs, channels) * channels;
            (height * width * each) as u64
        };
        let convolutions: u64 = self.images().into_iter().zip(&self.channels).map(&mut of_convolution).sum();
        convolutions + ((self.flat() + self.outputs) * self.features) as u64
    }

    /// Checks what a file says before anything is built from it.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub(super) fn check(&self) -> Result<(), String> {
        const MOST: usize = 1 << 14;
        let ImageShape { height, width, .. } = self.image;
        let sizes = [height, width, self.features, self.outputs];
        let sizes = sizes.iter().chain(&self.channels);
        if let Some(size) = sizes.copied().find(|size| !(1..=MOST).contains(size)) {
            return Err(format!("a layer or an image of size {size}"));
        }
        if !(1..=16).contains(&self.channels.len()) {
            return Err(format!("{} convolutions", self.channels.len()));
        }
        Ok(())
    }
}

/// Convolutions that halve the image, a layer of features behind them, and outputs that are linear in the features.
#[derive(Debug, Clone)]
pub struct FeatureNetwork {
    /// The sizes.
    pub sizes: NetworkSizes,
    /// The weights.
    pub params: Params,
    convolutions: Vec<Conv2d>,
    features: Linear,
    outputs: Linear,
}

impl FeatureNetwork {
    /// A network with initial weights from `noise`.
    pub fn new(sizes: NetworkSizes, noise: &Noise) -> Self {
        let mut params = Params::default();
        let mut inputs = sizes.image.channels.count();
        let mut convolution = |(place, &features): (usize, &usize)| {
            let window = Window::square(3, if place == 0 { 1 } else { 2 }, 1);
            let channels = std::mem::replace(&mut inputs, features);
            let config = ConvConfig { channels, features, window, bias: true, gain: GAIN };
            Conv2d::new(&mut params, &format!("convolution{place}"), config, noise)
        };
        let convolutions = sizes.channels.iter().enumerate().map(&mut convolution).collect();
        let features = Linear::new(&mut params, "features", [sizes.flat(), sizes.features], GAIN, noise);
        let outputs = Linear::new(&mut params, "outputs", [sizes.features, sizes.outputs], 1.0, noise);
        Self { sizes, params, convolutions, features, outputs }
    }

    /// Multiplies all features by a positive factor, and leaves the outputs as they are: `max(0, s x) = s max(0, x)`.
    pub fn scale_features(&mut self, factor: f32) {
        let Linear { weight, bias, .. } = self.features;
        for (id, factor) in [(weight, factor), (bias, factor), (self.outputs.weight, 1.0 / factor)] {
            self.params.get_mut(id).iter_mut().for_each(|value| *value *= factor);
        }
    }

    /// The BLAKE3 hash of its weights, with their names and shapes.
    pub fn weights_hash(&self) -> String {
        super::file::digest(&self.params)
    }

    /// Features `[images, features]` of images `[images, values]` with numbers in [0, 1].
    pub fn features(&self, leaves: &Leaves, x: Tensor<2>) -> Tensor<2> {
        let ImageShape { height, width, channels } = self.sizes.image;
        let [images, _] = x.dims();
        let x = (x.mul_scalar(2.0) - 1.0).reshape([images, height, width, channels.count()]);
        let x = self.convolutions.iter().fold(x, |x, layer| layer.forward(leaves, x, Activation::Relu));
        self.features.activated(leaves, x.reshape([images, self.sizes.flat()]), Activation::Relu)
    }

    /// Outputs `[images, outputs]` of features.
    pub fn outputs(&self, leaves: &Leaves, features: Tensor<2>) -> Tensor<2> {
        self.outputs.forward(leaves, features)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::image::Channels;
    use burn::tensor::{Device, TensorData};

    #[test]
    fn every_image_gets_a_network_of_the_sizes_that_are_said() {
        for [height, width] in [[1, 1], [1, 9], [8, 8], [28, 20], [28, 28], [5, 64], [64, 64]] {
            let image = ImageShape { height, width, channels: Channels::Rgb };
            let sizes = NetworkSizes::of(image, 7);
            assert_eq!(sizes.check(), Ok(()));
            let network = FeatureNetwork::new(sizes.clone(), &Noise::new(1));
            let has = network.params.entries().iter().map(|entry| (entry.name.clone(), entry.shape.clone()));
            assert_eq!(has.collect::<Vec<_>>(), sizes.expected());
            let device = Device::flex();
            let leaves = network.params.leaves(&device);
            let x = TensorData::new(vec![0.5_f32; 2 * image.values()], [2, image.values()]);
            let features = network.features(&leaves, Tensor::from_data(x, &device));
            assert_eq!(features.dims(), [2, sizes.features]);
            assert_eq!(network.outputs(&leaves, features).dims(), [2, 7]);
        }
        // 28² · 9 · 16 + 14² · 9 · 16 · 32 + 7² · 9 · 32 · 64 + 4² · 9 · 64 · 128 + 4² · 128 · 64 + 64 · 10
        let image = ImageShape { height: 28, width: 28, channels: Channels::Grey };
        assert_eq!(NetworkSizes::of(image, 10).multiplications(), 3_230_592);
    }

    #[test]
    fn scaled_features_leave_the_outputs() {
        let image = ImageShape { height: 8, width: 8, channels: Channels::Grey };
        let mut network = FeatureNetwork::new(NetworkSizes::of(image, 3), &Noise::new(2));
        let device = Device::flex();
        let both = |network: &FeatureNetwork| {
            let leaves = network.params.leaves(&device);
            let pixels = (0..640).map(|i| (i * 29 % 97) as f32 / 97.0).collect();
            let x = Tensor::from_data(TensorData::new::<f32, _>(pixels, [10, 64]), &device);
            let features = network.features(&leaves, x);
            let outputs = network.outputs(&leaves, features.clone());
            [features, outputs].map(|x| x.into_data().iter::<f32>().collect::<Vec<_>>())
        };
        let [features, outputs] = both(&network);
        network.scale_features(0.25);
        let [smaller, same] = both(&network);
        // A power of two is exact.
        assert!(smaller.iter().zip(&features).all(|(a, b)| *a == 0.25 * b));
        assert_eq!(same, outputs);
    }
}
