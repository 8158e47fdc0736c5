//! The layers of Inception-v3, as the weights that FID is defined by want them.
//!
//! They differ from those of the paper (Szegedy et al. 2016, arXiv:1512.00567) as the original graph does: average pooling does not count
//! zeros beyond the border, and the pooling in the last block is by the maximum.

use crate::fused::Window;

/// A step of the way from an image to its features; `C` is what a convolution is made of.
#[derive(Debug, Clone)]
pub(super) enum Step<C> {
    /// A convolution, its normalisation and a rectifier.
    Convolution(C),
    /// The mean over a window of 3 × 3, of what of it is inside the image.
    Average,
    /// The maximum over such a window: at every pixel, or inside the image at every second one.
    Maximum(Stride),
    /// Several ways, whose channels lie behind each other in the end.
    Fork(Vec<Vec<Step<C>>>),
}

/// How a window moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stride {
    /// Over every pixel, with a border.
    Same,
    /// Over every second pixel, without one.
    Halving,
}

/// A convolution by its name among the weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub name: String,
    /// Channels of its input and of its output.
    pub channels: [usize; 2],
    pub window: Window,
}

type Way = Vec<Step<Named>>;

/// The steps up to the mean over all pixels.
pub(super) fn steps() -> Way {
    let stem = |name: &str, channels, kernel, stride, padding| {
        convolution(name, channels, Window::square(kernel, stride, padding))
    };
    vec![
        stem("Conv2d_1a_3x3", [3, 32], 3, 2, 0),
        stem("Conv2d_2a_3x3", [32, 32], 3, 1, 0),
        stem("Conv2d_2b_3x3", [32, 64], 3, 1, 1),
        Step::Maximum(Stride::Halving),
        stem("Conv2d_3b_1x1", [64, 80], 1, 1, 0),
        stem("Conv2d_4a_3x3", [80, 192], 3, 1, 0),
        Step::Maximum(Stride::Halving),
        wide("Mixed_5b", 192, 32),
        wide("Mixed_5c", 256, 64),
        wide("Mixed_5d", 288, 64),
        smaller("Mixed_6a"),
        long("Mixed_6b", 128),
        long("Mixed_6c", 160),
        long("Mixed_6d", 160),
        long("Mixed_6e", 192),
        smallest("Mixed_7a"),
        forked("Mixed_7b", 1280, Step::Average),
        forked("Mixed_7c", 2048, Step::Maximum(Stride::Same)),
    ]
}

fn convolution(name: &str, channels: [usize; 2], window: Window) -> Step<Named> {
    Step::Convolution(Named { name: name.to_owned(), channels, window })
}

/// Convolutions of a block, one after the other, that keep the image's size: for each the end of its name, its outputs and its kernel.
fn chain(block: &str, input: usize, layers: &[(&str, usize, [usize; 2])]) -> Way {
    let mut inputs = input;
    let layers = layers.iter().map(|&(name, output, kernel)| {
        let channels = [std::mem::replace(&mut inputs, output), output];
        let window = Window { kernel, stride: [1, 1], padding: kernel.map(|size| size / 2) };
        convolution(&format!("{block}.{name}"), channels, window)
    });
    layers.collect()
}

/// A convolution of a block that halves the image.
fn halving(block: &str, name: &str, channels: [usize; 2]) -> Step<Named> {
    convolution(&format!("{block}.{name}"), channels, Window::square(3, 2, 0))
}

const ONE: [usize; 2] = [1, 1];
const THREE: [usize; 2] = [3, 3];

fn wide(block: &str, input: usize, pooled: usize) -> Step<Named> {
    Step::Fork(vec![
        chain(block, input, &[("branch1x1", 64, ONE)]),
        chain(block, input, &[("branch5x5_1", 48, ONE), ("branch5x5_2", 64, [5, 5])]),
        chain(
            block,
            input,
            &[("branch3x3dbl_1", 64, ONE), ("branch3x3dbl_2", 96, THREE), ("branch3x3dbl_3", 96, THREE)],
        ),
        [vec![Step::Average], chain(block, input, &[("branch_pool", pooled, ONE)])].concat(),
    ])
}

fn smaller(block: &str) -> Step<Named> {
    let double = chain(block, 288, &[("branch3x3dbl_1", 64, ONE), ("branch3x3dbl_2", 96, THREE)]);
    Step::Fork(vec![
        vec![halving(block, "branch3x3", [288, 384])],
        [double, vec![halving(block, "branch3x3dbl_3", [96, 96])]].concat(),
        vec![Step::Maximum(Stride::Halving)],
    ])
}

fn long(block: &str, width: usize) -> Step<Named> {
    let (along, down) = ([1, 7], [7, 1]);
    Step::Fork(vec![
        chain(block, 768, &[("branch1x1", 192, ONE)]),
        chain(
            block,
            768,
            &[("branch7x7_1", width, ONE), ("branch7x7_2", width, along), ("branch7x7_3", 192, down)],
        ),
        chain(
            block,
            768,
            &[
                ("branch7x7dbl_1", width, ONE),
                ("branch7x7dbl_2", width, down),
                ("branch7x7dbl_3", width, along),
                ("branch7x7dbl_4", width, down),
                ("branch7x7dbl_5", 192, along),
            ],
        ),
        [vec![Step::Average], chain(block, 768, &[("branch_pool", 192, ONE)])].concat(),
    ])
}

fn smallest(block: &str) -> Step<Named> {
    let single = chain(block, 768, &[("branch3x3_1", 192, ONE)]);
    let cross = chain(
        block,
        768,
        &[("branch7x7x3_1", 192, ONE), ("branch7x7x3_2", 192, [1, 7]), ("branch7x7x3_3", 192, [7, 1])],
    );
    Step::Fork(vec![
        [single, vec![halving(block, "branch3x3_2", [192, 320])]].concat(),
        [cross, vec![halving(block, "branch7x7x3_4", [192, 192])]].concat(),
        vec![Step::Maximum(Stride::Halving)],
    ])
}

fn forked(block: &str, input: usize, pool: Step<Named>) -> Step<Named> {
    let both = |along: &str, down: &str| {
        Step::Fork(vec![
            chain(block, 384, &[(along, 384, [1, 3])]),
            chain(block, 384, &[(down, 384, [3, 1])]),
        ])
    };
    let single = chain(block, input, &[("branch3x3_1", 384, ONE)]);
    let double = chain(block, input, &[("branch3x3dbl_1", 448, ONE), ("branch3x3dbl_2", 384, THREE)]);
    Step::Fork(vec![
        chain(block, input, &[("branch1x1", 320, ONE)]),
        [single, vec![both("branch3x3_2a", "branch3x3_2b")]].concat(),
        [double, vec![both("branch3x3dbl_3a", "branch3x3dbl_3b")]].concat(),
        [vec![pool], chain(block, input, &[("branch_pool", 192, ONE)])].concat(),
    ])
}
