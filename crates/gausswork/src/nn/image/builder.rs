//! Layers with their first weights, by the rules that all architectures share.

use super::config::{ImageNetwork, Normalised};
use super::stage::Stage;
use crate::fused::Window;
use crate::nn::{
    BatchNorm, Conv2d, ConvConfig, ConvTranspose2d, Init, LayerNorm, Linear, Nonlinearity, Params,
};
use crate::noise::Noise;

/// The kernel that halves an image, and whose transpose doubles it: 4×4, every two pixels.
const HALVING: Window = Window { kernel: [4; 2], stride: [2; 2], padding: [1; 2] };
/// The kernel that keeps an image's size: 3×3.
const KEEPING: Window = Window { kernel: [3; 2], stride: [1; 2], padding: [1; 2] };
/// The kernel of single pixels.
const PIXEL: Window = Window { kernel: [1; 2], stride: [1; 2], padding: [0; 2] };

/// What a convolution does to the size of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// 4×4, to half the size.
    Halving,
    /// 3×3.
    Keeping,
    /// 1×1.
    Pixel,
}

/// What follows a linear map or a convolution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Then {
    /// The nonlinearity: the map's gain is that which keeps a signal's size.
    Nonlinearity,
    /// The configured normalisation, then the nonlinearity.
    Normalised,
    /// Nothing; outputs start with this standard deviation where inputs have mean 0 and variance 1.
    Nothing(f32),
}

/// Adds the layers of one network to parameters.
pub(super) struct Builder<'a> {
    pub params: &'a mut Params,
    pub noise: &'a Noise,
    /// What the names of all its weights begin with.
    pub name: &'a str,
    pub config: &'a ImageNetwork,
}

impl Builder<'_> {
    fn named(&self, layer: &str) -> String {
        format!("{}.{layer}", self.name)
    }

    fn after(&self, then: Then) -> Option<Nonlinearity> {
        match then {
            Then::Nonlinearity => Some(self.config.nonlinearity),
            Then::Normalised if self.config.normalisation == Normalised::None => {
                Some(self.config.nonlinearity)
            }
            Then::Normalised | Then::Nothing(_) => None,
        }
    }

    /// √2 where the nonlinearity takes half of the variance, or about that (He et al. 2015).
    fn gain(&self, then: Then) -> f32 {
        match (then, self.config.nonlinearity) {
            (Then::Nothing(gain), _) => gain,
            (_, Nonlinearity::Silu) => std::f32::consts::SQRT_2,
            (_, nonlinearity) => nonlinearity.gain(),
        }
    }

    /// Whether a normalisation follows, before which a bias would be taken away again.
    fn normalises(&self, then: Then) -> bool {
        then == Then::Normalised && self.config.normalisation != Normalised::None
    }

    /// `stage`, and what follows it.
    fn followed(&mut self, stage: Stage, layer: &str, features: usize, then: Then) -> Vec<Stage> {
        let mut stages = vec![stage];
        if self.normalises(then) {
            stages.extend(self.normalised(&format!("{layer}.norm"), features));
        }
        stages
    }

    /// The configured normalisation, if there is one, and the nonlinearity.
    pub(super) fn normalised(&mut self, layer: &str, features: usize) -> Vec<Stage> {
        let (name, after) = (self.named(layer), self.config.nonlinearity);
        let stage = match self.config.normalisation {
            Normalised::None => Stage::Activated(after),
            Normalised::Batch => {
                let norm = BatchNorm::new(self.params, &name, features, after.activation(), self.noise);
                Stage::Batch { norm, after }
            }
            Normalised::Layer => {
                Stage::Layer { norm: LayerNorm::new(self.params, &name, features, self.noise), after }
            }
        };
        vec![stage]
    }

    /// All numbers of an image, `from`, to features `shape`.
    pub(super) fn linear(&mut self, layer: &str, from: usize, shape: [usize; 3], then: Then) -> Vec<Stage> {
        let (name, outputs) = (self.named(layer), shape.iter().product());
        let linear = Linear::new(self.params, &name, [from, outputs], self.gain(then), self.noise);
        let stage = Stage::Linear { layer: linear, shape, after: self.after(then) };
        self.followed(stage, layer, shape[2], then)
    }

    /// A convolution from features of a pixel to others.
    pub(super) fn convolution(
        &mut self,
        layer: &str,
        [channels, features]: [usize; 2],
        reach: Reach,
        then: Then,
    ) -> Vec<Stage> {
        let window = match reach {
            Reach::Halving => HALVING,
            Reach::Keeping => KEEPING,
            Reach::Pixel => PIXEL,
        };
        let bias = !self.normalises(then);
        let config = ConvConfig { channels, features, window, bias, gain: self.gain(then) };
        let stage = Stage::Convolution {
            layer: Conv2d::new(self.params, &self.named(layer), config, self.noise),
            after: self.after(then),
        };
        self.followed(stage, layer, features, then)
    }

    /// A transposed convolution from features of a pixel to others, of this size.
    pub(super) fn transposed(
        &mut self,
        layer: &str,
        [features, channels]: [usize; 2],
        size: [usize; 2],
        then: Then,
    ) -> Vec<Stage> {
        let bias = !self.normalises(then);
        let config = ConvConfig { channels, features, window: HALVING, bias, gain: self.gain(then) };
        let stage = Stage::Transposed {
            layer: ConvTranspose2d::new(self.params, &self.named(layer), config, self.noise),
            size,
            after: self.after(then),
        };
        self.followed(stage, layer, channels, then)
    }

    /// A number that is added to each of an image's outputs.
    pub(super) fn base(&mut self, outputs: usize, start: Init) -> crate::nn::ParamId {
        self.params.add(self.named("output.base"), &[outputs], start, self.noise)
    }
}
