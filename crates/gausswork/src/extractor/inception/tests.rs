use super::network::Network;
use super::plan::{Named, Step, steps};
use super::resize::{SIDE, resized};
use super::weights::Weights;
use super::{WeightsError, pickle, torch};
use crate::data::image::{Channels, ImageShape};
use burn::tensor::{Device, Tensor, TensorData};

/// Numbers in [−1, 1) by a name, the same as in the reference: a mix of a hash of the name and the place.
fn numbers(name: &str, count: usize) -> Vec<f32> {
    let hash = name.bytes().fold(2_166_136_261_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(16_777_619));
    let of = |i: usize| {
        let x = (i as u32).wrapping_mul(2_654_435_761).wrapping_add(hash);
        let x = (x ^ (x >> 15)).wrapping_mul(2_246_822_519);
        (f64::from(x ^ (x >> 13)) / 2_147_483_648.0 - 1.0) as f32
    };
    (0..count).map(of).collect()
}

/// The convolutions of some steps.
fn named(steps: &[Step<Named>]) -> Vec<Named> {
    let of = |step: &Step<Named>| match step {
        Step::Convolution(convolution) => vec![convolution.clone()],
        Step::Fork(ways) => ways.iter().flat_map(|way| named(way)).collect(),
        Step::Average | Step::Maximum(_) => Vec::new(),
    };
    steps.iter().flat_map(of).collect()
}

/// Weights of the right shapes whose layers keep the size of what passes.
fn weights() -> Weights {
    let mut weights = Weights::default();
    for Named { name, channels: [inputs, outputs], window } in named(&steps()) {
        let [height, width] = window.kernel;
        let terms = inputs * height * width;
        let scale = (6.0 / terms as f64).sqrt();
        let mut add = |part: &str, shape: Vec<usize>, of: &dyn Fn(f64) -> f64| {
            let name = format!("{name}.{part}");
            let values = numbers(&name, shape.iter().product());
            let values = values.into_iter().map(|x| of(f64::from(x)) as f32).collect();
            weights.add(name, shape, values);
        };
        add("conv.weight", vec![outputs, inputs, height, width], &|x| scale * x);
        add("bn.weight", vec![outputs], &|x| 1.0 + 0.2 * x);
        add("bn.running_var", vec![outputs], &|x| 1.0 + 0.5 * x);
        add("bn.bias", vec![outputs], &|x| 0.1 * x);
        add("bn.running_mean", vec![outputs], &|x| 0.1 * x);
    }
    weights
}

/// torch 2.15, in double precision, on weights and an image by the same formula: after each step mean, root mean square, and the second
/// channel of the first pixel.
const STEPS: [[f64; 3]; 18] = [
    [0.351607, 0.639842, 0.000000],
    [0.492852, 0.810742, 0.120777],
    [0.492681, 0.863307, 0.000000],
    [1.226115, 1.561797, 0.392477],
    [0.932795, 1.700434, 0.221456],
    [1.002505, 1.762549, 9.215705],
    [1.472581, 2.256140, 9.215705],
    [1.539134, 2.747692, 1.612948],
    [1.640256, 2.831953, 0.000000],
    [1.623723, 3.121593, 0.000000],
    [2.019469, 3.602450, 0.000000],
    [1.755314, 3.373245, 0.000000],
    [1.501844, 2.826250, 8.720313],
    [1.194470, 2.223215, 0.089642],
    [1.065498, 1.958217, 0.000000],
    [1.613435, 2.515018, 0.000000],
    [0.977961, 1.911126, 0.000000],
    [0.708882, 1.452078, 2.807974],
];

#[test]
fn every_block_gives_what_the_reference_gives() {
    let network = Network::of(&weights()).unwrap();
    let data = TensorData::new(numbers("input", 107 * 91 * 3), [1, 107, 91, 3]);
    let mut x = Tensor::<4>::from_data(data, &Device::flex());
    let features: Vec<f64> = network.features(x.clone()).into_data().iter::<f64>().collect();
    // Single precision: some roundings of sums of up to 4,000 terms, in up to 18 blocks.
    let near = |found: f64, expected: f64| (found - expected).abs() < 1e-4 * (1.0 + expected.abs());
    for (place, expected) in STEPS.iter().enumerate() {
        x = network.step(place, x);
        let values: Vec<f64> = x.clone().into_data().iter::<f64>().collect();
        let n = values.len() as f64;
        let found = [
            values.iter().sum::<f64>() / n,
            (values.iter().map(|x| x * x).sum::<f64>() / n).sqrt(),
            values[1],
        ];
        assert!(
            found.iter().zip(expected).all(|(&a, &b)| near(a, b)),
            "step {place}: {found:?}, {expected:?}"
        );
    }
    assert_eq!(features.len(), 2048);
    for (place, expected) in [(0, 0.936589), (1, 1.403987), (500, 0.0), (2047, 4.296521)] {
        assert!(near(features[place], expected), "{place}: {}", features[place]);
    }
}

#[test]
fn images_are_resized_as_the_reference_does() {
    let unit = |name: &str, count: usize| -> Vec<f32> {
        numbers(name, count).into_iter().map(|x| (x + 1.0) / 2.0).collect()
    };
    // F.interpolate(size=(299, 299), mode="bilinear", align_corners=False), then 2x − 1.
    let small = ImageShape { height: 20, width: 24, channels: Channels::Rgb };
    let seen = resized(&unit("image", 20 * 24 * 3), small);
    let at = |seen: &[f32], channel: usize, y: usize, x: usize| f64::from(seen[(y * SIDE + x) * 3 + channel]);
    for (channel, y, x, expected) in [
        (0, 0, 0, 0.921067),
        (1, 10, 200, 0.214827),
        (2, 298, 298, -0.016438),
        (0, 150, 151, 0.152384),
        (1, 7, 290, -0.381036),
    ] {
        assert!((at(&seen, channel, y, x) - expected).abs() < 2e-5, "{channel} {y} {x}");
    }
    // A larger image, and grey.
    let large = ImageShape { height: 400, width: 310, channels: Channels::Grey };
    let seen = resized(&unit("big", 400 * 310), large);
    for (y, x, expected) in
        [(0, 0, 0.95409), (10, 200, -0.178591), (298, 298, 0.038476), (150, 151, -0.096607)]
    {
        // Places are rounded to 10⁻⁵ of a pixel at 310.
        assert!((0..3).all(|channel| (at(&seen, channel, y, x) - expected).abs() < 1e-4), "{y} {x}");
    }
}

#[test]
fn both_formats_of_pytorch_hold_the_same_tensors() {
    let zip = include_bytes!("../../../tests/reference/state_dict_zip.pth").as_slice();
    let plain = include_bytes!("../../../tests/reference/state_dict_plain.pth").as_slice();
    for bytes in [zip, plain] {
        let weights = torch::state_dict(bytes).unwrap();
        assert_eq!(weights.get("layer.weight", &[2, 3]).unwrap(), [1.5, -2.0, 0.25, 3.0, 4.0, -0.5]);
        assert_eq!(weights.get("first", &[4]).unwrap(), [0.25, 0.375, 0.5, 0.625]);
        assert_eq!(weights.get("second", &[2, 3]).unwrap(), [0.75, 0.875, 1.0, 1.125, 1.25, 1.375]);
        let error = weights.get("layer.steps", &[]).unwrap_err().to_string();
        assert!(error.contains("'layer.steps' is missing"), "{error}");
        for end in 0..bytes.len() {
            assert!(torch::state_dict(&bytes[..end]).is_err(), "{end} bytes of {}", bytes.len());
        }
        // No single byte that is wrong makes it panic or take room for what is not there.
        for place in 0..bytes.len() {
            let mut wrong = bytes.to_vec();
            wrong[place] ^= 0x41;
            let _ = torch::state_dict(&wrong);
        }
    }
}

#[test]
fn a_pickle_that_calls_something_is_refused() {
    for (bytes, words) in [
        (b"cos\nsystem\n(X\x02\x00\x00\x00lstR.".as_slice(), "it names os.system"),
        (b"\x80\x02c__builtin__\neval\n.", "it names __builtin__.eval"),
        (b"ccollections\nOrderedDict\nK\x01\x85R.", "a call that no list"),
        (b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00.", "an instruction 0x95"),
        (b"h\x00.", "never kept"),
        (b"X\xff\xff\xff\xff.", "cut short"),
        (b"", "cut short"),
    ] {
        let error = pickle::read(bytes).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
    let deep = [vec![b')'; 1], vec![0x85; 100_000], vec![b'.']].concat();
    assert!(pickle::read(&deep).unwrap_err().contains("deep"));
}

#[test]
fn only_the_known_file_gives_fid() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.pth");
    std::fs::write(&path, include_bytes!("../../../tests/reference/state_dict_zip.pth")).unwrap();
    let error = super::InceptionV3::load(&path).unwrap_err();
    assert!(matches!(error, WeightsError::Wrong(_)), "{error}");
    assert!(error.to_string().contains("6726825d0af5f729"), "{error}");
}
