//! The network of a discriminator of images.

use burn::tensor::Tensor;

use super::super::discriminator::DiscriminatorConfig;
use super::super::spectral::Normalisation;
use super::super::weight::Weight;
use crate::data::image::ImageShape;
use crate::nn::image::{Down, ImageNetwork};
use crate::nn::{Leaves, Params, Phase};
use crate::noise::Noise;

/// `l(x)`, or of a label `y` too `l(x) + l_y(x)`: a network [`Down`] of one number, and one for each label.
///
/// Each label's number is the features' product with a vector of that label, so that this is the projection of Miyato & Koyama 2018,
/// eq. 5. The images of a pack are channels of one image.
#[derive(Debug, Clone)]
pub(in crate::gan) struct ImageCritic {
    down: Down,
    weights: Vec<Weight>,
    spectral: bool,
    shape: ImageShape,
    pac: usize,
    labels: usize,
}

/// A small start: D ≈ ½ everywhere.
const START: f32 = 0.5;
const NAME: &str = "discriminator";

impl ImageCritic {
    /// A network for packs of images, in entries `discriminator.…` of `params`.
    pub(in crate::gan) fn new(
        params: &mut Params,
        (shape, labels): (ImageShape, usize),
        config: &DiscriminatorConfig,
        noise: &Noise,
    ) -> Self {
        let down = Self::down(params, (shape, labels), config.pac, &config.images.network(), noise);
        let matrices: Vec<_> = params.entries().iter().filter(|entry| entry.is_matrix()).cloned().collect();
        let weights = matrices.into_iter().filter_map(|entry| {
            let (name, shape) = (entry.name, entry.shape);
            let id = params.id(&name)?;
            let name = name.strip_suffix(".weight").unwrap_or(&name).to_owned();
            let (&output, others) = shape.split_last()?;
            let sizes = [others.iter().product(), output];
            Some(Weight::new(params, (name, id), sizes, config.normalisation, noise))
        });
        let weights = weights.collect();
        let spectral = config.normalisation == Normalisation::Spectral;
        Self { down, weights, spectral, shape, pac: config.pac, labels }
    }

    fn down(
        params: &mut Params,
        (shape, labels): (ImageShape, usize),
        pac: usize,
        network: &ImageNetwork,
        noise: &Noise,
    ) -> Down {
        let image = [shape.height, shape.width, shape.channels.count() * pac];
        Down::new(params, NAME, network, image, 1 + labels, START, noise)
    }

    /// Names and shapes of its weights, without making any.
    pub(in crate::gan) fn expected(
        (shape, labels): (ImageShape, usize),
        config: &DiscriminatorConfig,
    ) -> Vec<(String, Vec<usize>)> {
        let mut outline = Params::outline();
        Self::down(&mut outline, (shape, labels), config.pac, &config.images.network(), &Noise::new(0));
        outline.shapes()
    }

    /// Packs with their labels, one-hot behind each, to `[packs, 1]`, and while training what normalisations saw, in numbers that add up.
    pub(in crate::gan) fn forward(
        &self,
        leaves: &Leaves,
        x: Tensor<2>,
        phase: Phase,
    ) -> (Tensor<2>, Vec<f64>) {
        let (x, label) = self.parted(x);
        let (y, seen) = match self.spectral {
            true => self.down.forward(&self.acting(leaves), self.channels(x), phase),
            false => self.down.forward(leaves, self.channels(x), phase),
        };
        (self.of_label(y, label), self.down.sums(seen))
    }

    /// The logits and their directional derivative along `tangent`; a label has no slope.
    pub(in crate::gan) fn with_tangent(
        &self,
        leaves: &Leaves,
        [x, tangent]: [Tensor<2>; 2],
        phase: Phase,
    ) -> (Tensor<2>, Tensor<2>) {
        let ((x, label), (tangent, _)) = (self.parted(x), self.parted(tangent));
        let (x, tangent) = (self.channels(x), self.channels(tangent));
        let (y, along) = match self.spectral {
            true => self.down.tangent(&self.acting(leaves), x, tangent, phase),
            false => self.down.tangent(leaves, x, tangent, phase),
        };
        (self.of_label(y, label.clone()), self.of_label(along, label))
    }

    /// Moves running moments towards those of a batch.
    pub(in crate::gan) fn update(&self, params: &mut Params, sums: &[f64]) {
        self.down.update(params, sums);
    }

    /// The weights, from the input on.
    pub(in crate::gan) fn weights(&self) -> &[Weight] {
        &self.weights
    }

    /// The leaves with weights as they act.
    fn acting(&self, leaves: &Leaves) -> Leaves {
        self.weights.iter().fold(leaves.clone(), |acting, weight| weight.within(acting, leaves))
    }

    /// Images without their labels, and these.
    fn parted(&self, x: Tensor<2>) -> (Tensor<2>, Option<Tensor<2>>) {
        if self.labels == 0 {
            return (x, None);
        }
        let values = x.dims()[1] - self.labels;
        (x.clone().narrow(1, 0, values), Some(x.narrow(1, values, self.labels)))
    }

    /// The first number of each row, and that of its label.
    fn of_label(&self, y: Tensor<2>, label: Option<Tensor<2>>) -> Tensor<2> {
        match label {
            None => y,
            Some(label) => y.clone().narrow(1, 0, 1) + (y.narrow(1, 1, self.labels) * label).sum_dim(1),
        }
    }

    /// The images of a pack as channels of one, pixel by pixel.
    fn channels(&self, x: Tensor<2>) -> Tensor<2> {
        let ([packs, values], pac) = (x.dims(), self.pac);
        if pac == 1 {
            return x;
        }
        let channels = self.shape.channels.count();
        let images = x.reshape([packs, pac, values / pac / channels, channels]);
        images.permute([0, 2, 1, 3]).reshape([packs, values])
    }
}
