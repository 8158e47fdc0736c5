//! Numbers to images.

use burn::tensor::Tensor;

use super::builder::{Builder, Then};
use super::config::{Architecture, ImageNetwork};
use super::perceptron::perceptron;
use super::pyramid::Pyramid;
use super::seen::Seen;
use super::stage::{Stage, flat, forward, function, sums, update};
use super::tangent::with_tangent;
use super::{residual, strided};
use crate::fused::Activation;
use crate::nn::{Init, Leaves, Linear, ParamId, Params, Phase};
use crate::noise::Noise;

/// A network from numbers to images: a decoder, or a generator.
///
/// It gives `planes` numbers for every number of an image; those of the first plane come first, each as an image lies in memory.
#[derive(Debug, Clone)]
pub struct Up {
    stages: Vec<Stage>,
    /// What is added to each output, `[planes · values]`.
    base: Base,
    planes: usize,
}

/// Where each output's own bias is.
#[derive(Debug, Clone, Copy)]
enum Base {
    /// In the last linear layer.
    InLayer,
    /// After the last convolution.
    Apart(ParamId),
}

/// Hidden layers in the opposite order.
pub(super) fn mirrored(hidden: &[usize]) -> Vec<usize> {
    hidden.iter().rev().copied().collect()
}

impl Up {
    /// A network to `planes` images `[height, width, channels]` in entries `name.…` of `params`: weights start as in
    /// [`Down::new`](super::Down::new), and each output's own bias as `base`, so that images start near that.
    pub fn new(
        params: &mut Params,
        name: &str,
        config: &ImageNetwork,
        inputs: usize,
        (image, planes): ([usize; 3], usize),
        (base, gain): (Init, f32),
        noise: &Noise,
    ) -> Self {
        let mut builder = Builder { params, noise, name, config };
        let [height, width, channels] = image;
        let outputs = planes * height * width * channels;
        let pyramid = Pyramid::of([height, width], config.width);
        let convolutional = match config.architecture {
            Architecture::Perceptron => {
                let last = ("output", [1, 1, outputs], Then::Nothing(gain));
                let stages = perceptron(&mut builder, inputs, &mirrored(&config.hidden), last);
                if let (Init::Values(base), Some(Stage::Linear { layer, .. })) = (base, stages.last()) {
                    params.get_mut(layer.bias).copy_from_slice(&base);
                }
                return Self { stages, base: Base::InLayer, planes };
            }
            Architecture::Strided => strided::up,
            Architecture::Residual => residual::up,
        };
        let stages = convolutional(&mut builder, &pyramid, inputs, planes * channels, gain);
        Self { stages, base: Base::Apart(builder.base(outputs, base)), planes }
    }

    /// `[batch, inputs]` to `[batch, planes · values]`, and what batch normalisations saw.
    pub fn forward(&self, leaves: &Leaves, z: Tensor<2>, phase: Phase) -> (Tensor<2>, Seen) {
        let mut seen = Seen::default();
        let [batch, inputs] = z.dims();
        let y = forward(&self.stages, leaves, z.reshape([batch, 1, 1, inputs]), phase, &mut seen);
        let y = self.in_planes(y);
        let y = match self.base {
            Base::InLayer => y,
            Base::Apart(base) => y + leaves.get::<1>(base).unsqueeze(),
        };
        (y, seen)
    }

    /// `y(z)` and its directional derivative `t · ∇y(z)`, both `[batch, planes · values]`; see
    /// [`Down::tangent`](super::Down::tangent).
    pub fn tangent(
        &self,
        leaves: &Leaves,
        z: Tensor<2>,
        t: Tensor<2>,
        phase: Phase,
    ) -> (Tensor<2>, Tensor<2>) {
        let [batch, inputs] = z.dims();
        let shaped = |x: Tensor<2>| x.reshape([batch, 1, 1, inputs]);
        let (y, t) = with_tangent(&self.stages, leaves, (shaped(z), shaped(t)), phase);
        let y = match self.base {
            Base::InLayer => self.in_planes(y),
            Base::Apart(base) => self.in_planes(y) + leaves.get::<1>(base).unsqueeze(),
        };
        (y, self.in_planes(t))
    }

    /// The layers of a perceptron, each with what follows it; none of other architectures.
    pub(crate) fn linear_layers(&self) -> Option<Vec<(&Linear, Activation)>> {
        fn of(stage: &Stage) -> Option<(&Linear, Activation)> {
            match stage {
                Stage::Linear { layer, after, .. } => Some((layer, function(*after))),
                _ => None,
            }
        }
        self.stages.iter().map(of).collect()
    }

    /// From what a shard's pass saw, numbers that add up over shards, for [`Up::update`].
    pub fn sums(&self, seen: Seen) -> Vec<f64> {
        sums(&self.stages, seen)
    }

    /// Moves running moments towards those of a batch, of whose shards these are the summed [`Up::sums`]; gives back the numbers that it did not need.
    pub fn update<'a>(&self, params: &mut Params, sums: &'a [f64]) -> &'a [f64] {
        update(&self.stages, params, sums)
    }

    /// The channels of a convolution, those of each plane together, plane by plane.
    fn in_planes(&self, y: Tensor<4>) -> Tensor<2> {
        let [batch, height, width, features] = y.dims();
        if self.planes == 1 || matches!(self.base, Base::InLayer) {
            return flat(y);
        }
        let channels = features / self.planes;
        let plane = |i: usize| {
            let channels = i * channels..(i + 1) * channels;
            flat(y.clone().slice([0..batch, 0..height, 0..width, channels]))
        };
        Tensor::cat((0..self.planes).map(plane).collect(), 1)
    }
}
