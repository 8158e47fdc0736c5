//! Residual blocks of two convolutions, between which images are halved or doubled.
//!
//! A block is `x + C(a(n(C(a(n(x))))))`, with its shortcut resized as the rest and taken through a convolution of single pixels where the
//! number of features changes (He et al. 2016, "Identity mappings"; Miyato et al. 2018, appendix B). The last convolution of a block
//! starts with half the gain, so that a block starts near its shortcut.

use super::builder::{Builder, Reach, Then};
use super::perceptron::perceptron;
use super::pyramid::Pyramid;
use super::stage::Stage;
use super::up::mirrored;

/// The standard deviation with which a block's own part starts.
const BLOCK: f32 = 0.5;

/// From images of some channels to the coarsest features.
pub(super) fn down(builder: &mut Builder<'_>, pyramid: &Pyramid, channels: usize) -> Vec<Stage> {
    let mut from = pyramid.features[0];
    let mut stages = builder.convolution("input", [channels, from], Reach::Keeping, Then::Nothing(1.0));
    if pyramid.halvings() == 0 {
        stages.push(block(builder, "down0", [from; 2], Resized::Never));
    }
    for (i, &features) in pyramid.features[1..].iter().enumerate() {
        stages.push(block(builder, &format!("down{i}"), [from, features], Resized::Halved));
        from = features;
    }
    stages.extend(builder.normalised("end", from));
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
    let mut from = pyramid.coarsest()[2];
    let dense = mirrored(&builder.config.dense);
    let mut stages = perceptron(builder, inputs, &dense, ("input", pyramid.coarsest(), Then::Nothing(1.0)));
    if pyramid.halvings() == 0 {
        stages.push(block(builder, "up0", [from; 2], Resized::Never));
    }
    for level in (0..pyramid.halvings()).rev() {
        let (features, size) = (pyramid.features[level], pyramid.sides[level]);
        stages.push(block(builder, &format!("up{level}"), [from, features], Resized::Enlarged(size)));
        from = features;
    }
    stages.extend(builder.normalised("end", from));
    stages.extend(builder.convolution("output", [from, channels], Reach::Keeping, Then::Nothing(gain)));
    stages
}

/// What a block does to the size of features.
#[derive(Debug, Clone, Copy)]
enum Resized {
    Never,
    Halved,
    Enlarged([usize; 2]),
}

fn block(builder: &mut Builder<'_>, name: &str, [from, to]: [usize; 2], resized: Resized) -> Stage {
    let mut main = builder.normalised(&format!("{name}.start"), from);
    let mut shortcut = Vec::new();
    if let Resized::Enlarged(size) = resized {
        main.push(Stage::Enlarged(size));
    }
    main.extend(builder.convolution(&format!("{name}.inner"), [from, to], Reach::Keeping, Then::Normalised));
    main.extend(builder.convolution(
        &format!("{name}.outer"),
        [to, to],
        Reach::Keeping,
        Then::Nothing(BLOCK),
    ));
    if let Resized::Halved = resized {
        main.push(Stage::Halved);
        shortcut.push(Stage::Halved);
    }
    if from != to {
        let name = format!("{name}.shortcut");
        // Of single pixels, so it commutes with the resizing and is done on the fewer of them.
        shortcut.extend(builder.convolution(&name, [from, to], Reach::Pixel, Then::Nothing(1.0)));
    }
    if let Resized::Enlarged(size) = resized {
        shortcut.push(Stage::Enlarged(size));
    }
    Stage::Residual { main, shortcut }
}
