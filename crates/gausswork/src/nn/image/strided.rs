//! Convolutions that halve an image, and their mirror image.
//!
//! As in Radford et al. 2016, §3: the first layer of the way down and the last of the way up have no normalisation.

use super::builder::{Builder, Reach, Then};
use super::config::Upsampling;
use super::perceptron::perceptron;
use super::pyramid::Pyramid;
use super::stage::Stage;
use super::up::mirrored;

/// From images of some channels to the coarsest features.
pub(super) fn down(builder: &mut Builder<'_>, pyramid: &Pyramid, channels: usize) -> Vec<Stage> {
    if pyramid.halvings() == 0 {
        return builder.convolution(
            "down0",
            [channels, pyramid.features[0]],
            Reach::Keeping,
            Then::Nonlinearity,
        );
    }
    let mut from = channels;
    let mut stages = Vec::new();
    for (i, &features) in pyramid.features[1..].iter().enumerate() {
        let then = if i == 0 { Then::Nonlinearity } else { Then::Normalised };
        stages.extend(builder.convolution(&format!("down{i}"), [from, features], Reach::Halving, then));
        from = features;
    }
    stages
}

/// From numbers to images of some channels, which start with the standard deviation `gain`.
pub(super) fn up(
    builder: &mut Builder<'_>,
    pyramid: &Pyramid,
    inputs: usize,
    channels: usize,
    gain: f32,
) -> Vec<Stage> {
    let (coarsest, last) = (pyramid.coarsest(), Then::Nothing(gain));
    let dense = mirrored(&builder.config.dense);
    let mut stages = perceptron(builder, inputs, &dense, ("input", coarsest, Then::Normalised));
    if pyramid.halvings() == 0 {
        stages.extend(builder.convolution("output", [coarsest[2], channels], Reach::Keeping, last));
    }
    for level in (0..pyramid.halvings()).rev() {
        let (from, size) = (pyramid.features[level + 1], pyramid.sides[level]);
        let (name, to, then) = match level {
            0 => ("output".to_owned(), channels, last),
            _ => (format!("up{level}"), pyramid.features[level], Then::Normalised),
        };
        match builder.config.upsampling {
            Upsampling::Transposed => stages.extend(builder.transposed(&name, [from, to], size, then)),
            Upsampling::Nearest => {
                stages.push(Stage::Enlarged(size));
                stages.extend(builder.convolution(&name, [from, to], Reach::Keeping, then));
            }
        }
    }
    stages
}
