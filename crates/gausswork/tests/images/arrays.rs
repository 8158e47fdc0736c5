//! IDX, `.npy` and `.npz`.

use std::path::Path;

use gausswork::data::image::{Channels, ImageShape, RangeSource, ReadImages, is_image_set, read};

use super::support::{folder, gz, idx, npy, numbers, plain, write, zip_of};

/// Two images of 2 x 3 pixels and 3 channels: the number at (image, row, column, channel).
fn at(image: usize, row: usize, column: usize, channel: usize) -> u8 {
    (100 * image + 30 * row + 10 * column + channel) as u8
}

/// Those images in the order of the axes given, the last the fastest.
fn laid_out(sizes: [usize; 4], place: impl Fn([usize; 4]) -> u8) -> Vec<u8> {
    let mut out = Vec::new();
    for a in 0..sizes[0] {
        for b in 0..sizes[1] {
            for c in 0..sizes[2] {
                for d in 0..sizes[3] {
                    out.push(place([a, b, c, d]));
                }
            }
        }
    }
    out
}

#[test]
fn layouts_of_an_array_are_one_set() {
    let temporary = folder();
    let file = |name: &str, bytes: &[u8]| plain(&write(temporary.path(), name, bytes)).unwrap();
    let last = laid_out([2, 2, 3, 3], |[i, r, c, k]| at(i, r, c, k));
    let set = file("last.npy", &npy("|u1", false, &[2, 2, 3, 3], &last));
    assert_eq!(set.shape(), ImageShape { height: 2, width: 3, channels: Channels::Rgb });
    assert_eq!(numbers(&set)[18 + 9 + 3 + 2], f32::from(at(1, 1, 1, 2)));
    // Channels second can only be told where the last index is no number of channels: width 2 here.
    let narrow = laid_out([2, 3, 2, 3], |[i, r, c, k]| at(i, r, c, k));
    let narrow = file("narrow.npy", &npy("|u1", false, &[2, 3, 2, 3], &narrow));
    let second = laid_out([2, 3, 3, 2], |[i, k, r, c]| at(i, r, c, k));
    let second = file("second.npy", &npy("|u1", false, &[2, 3, 3, 2], &second));
    assert_eq!(second.fingerprint(), narrow.fingerprint());
    // Fortran's order: the first index is the fastest, so the bytes are those of the reversed shape.
    let fortran = laid_out([3, 3, 2, 2], |[k, c, r, i]| at(i, r, c, k));
    let fortran = file("fortran.npy", &npy("|u1", true, &[2, 2, 3, 3], &fortran));
    assert_eq!(fortran.fingerprint(), set.fingerprint());
    let packed = file("packed.npy.gz", &gz(&npy("|u1", false, &[2, 2, 3, 3], &last)));
    assert_eq!(packed.fingerprint(), set.fingerprint());
    let idx = file("set-images-idx4-ubyte", &idx(&[2, 2, 3, 3], &last));
    assert_eq!(idx.fingerprint(), set.fingerprint());
}

/// A number to its bytes.
type Encode = fn(u8) -> Vec<u8>;

#[test]
fn types_of_an_array_are_one_set() {
    let temporary = folder();
    let values = [0u8, 3, 16, 7, 1, 2, 0, 5];
    let shape = [2, 2, 2];
    let bytes = |of: Encode| values.iter().flat_map(|&value| of(value)).collect::<Vec<u8>>();
    let file = |name: &str, bytes: &[u8]| plain(&write(temporary.path(), name, bytes)).unwrap();
    let set = file("u1.npy", &npy("|u1", false, &shape, &values));
    assert_eq!((set.range().low, set.range().high, set.range().source), (0.0, 16.0, RangeSource::Known));
    assert_eq!((set.levels(), set.extremes()), (Some(17), [0.0, 16.0]));
    set.check_unit_interval().unwrap();
    let cases: [(&str, Encode); 6] = [
        ("<i8", |value| i64::from(value).to_le_bytes().into()),
        (">i4", |value| i32::from(value).to_be_bytes().into()),
        ("<u2", |value| u16::from(value).to_le_bytes().into()),
        ("<f4", |value| f32::from(value).to_le_bytes().into()),
        (">f8", |value| f64::from(value).to_be_bytes().into()),
        ("|i1", |value| vec![value]),
    ];
    for (descr, of) in cases {
        let other = file("other.npy", &npy(descr, false, &shape, &bytes(of)));
        assert_eq!(other.fingerprint(), set.fingerprint(), "{descr}");
        assert_eq!(other.levels(), Some(17), "{descr}");
    }
    let binary = file("binary.npy", &npy("|b1", false, &shape, &[0, 1, 1, 0, 1, 1, 0, 0]));
    assert_eq!((binary.levels(), binary.range().high), (Some(2), 1.0));
}

#[test]
fn floats_keep_their_scale() {
    let temporary = folder();
    let file = |values: &[f32]| {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let path = write(temporary.path(), "floats.npy", &npy("<f4", false, &[1, 2, 2], &bytes));
        plain(&path).unwrap()
    };
    let gathered = |values: &[f32]| {
        let mut out = [0.0; 4];
        file(values).gather(&[0], &mut out).unwrap();
        out
    };
    assert_eq!(gathered(&[0.0, 0.25, 0.5, 1.0]), [0.0, 0.25, 0.5, 1.0]);
    assert_eq!(gathered(&[-1.0, 0.0, 0.5, 1.0]), [0.0, 0.5, 0.75, 1.0]);
    assert_eq!(file(&[0.0, 0.25, 0.5, 1.0]).levels(), None);
    let set = file(&[0.0, 75.0, 150.0, 300.0]);
    assert_eq!(
        (set.range().source, set.extremes(), set.levels()),
        (RangeSource::Observed, [0.0, 300.0], None)
    );
    let given = ReadImages { range: Some([0.0, 600.0]), ..ReadImages::default() };
    let set = read(&temporary.path().join("floats.npy"), &given).unwrap();
    let mut out = [0.0; 4];
    set.gather(&[0], &mut out).unwrap();
    assert_eq!(out, [0.0, 0.125, 0.25, 0.5]);
    set.check_unit_interval().unwrap();
}

#[test]
fn idx_finds_its_labels() {
    let temporary = folder();
    let images = idx(&[3, 1, 2], &[0, 255, 3, 4, 5, 6]);
    let labels = idx(&[3], &[7, 2, 7]);
    for (images_name, labels_name, packed) in [
        ("a/train-images-idx3-ubyte", "a/train-labels-idx1-ubyte", [false, false]),
        ("b/train-images-idx3-ubyte.gz", "b/train-labels-idx1-ubyte.gz", [true, true]),
        ("c/t10k-images.idx3-ubyte", "c/t10k-labels.idx1-ubyte.gz", [false, true]),
        ("d/t10k-images-idx3-ubyte.gz", "d/t10k-labels-idx1-ubyte", [true, false]),
    ] {
        let pack = |bytes: &[u8], packed| if packed { gz(bytes) } else { bytes.to_vec() };
        let path = write(temporary.path(), images_name, &pack(&images, packed[0]));
        assert!(plain(&path).unwrap().labels().is_none());
        write(temporary.path(), labels_name, &pack(&labels, packed[1]));
        let set = plain(&path).unwrap();
        assert_eq!(set.labels().unwrap().names, ["2", "7"]);
        assert_eq!(set.labels().unwrap().codes, [1, 0, 1]);
        assert_eq!(numbers(&set), [0.0, 255.0, 3.0, 4.0, 5.0, 6.0]);
        assert!(is_image_set(&path));
    }
}

#[test]
fn npz_holds_images_and_labels() {
    let temporary = folder();
    let images = npy("|u1", false, &[2, 2, 2], &[0, 1, 2, 3, 4, 5, 6, 255]);
    let labels = npy("<i8", false, &[2], &[5u64.to_le_bytes(), 3u64.to_le_bytes()].concat());
    for [images_name, labels_name] in
        [["images", "labels"], ["X", "y"], ["x_train", "y_train"], ["arr_0", "arr_1"], ["pictures", "target"]]
    {
        let files =
            [(format!("{labels_name}.npy"), labels.clone()), (format!("{images_name}.npy"), images.clone())];
        let files: Vec<(&str, Vec<u8>)> =
            files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
        let path = write(temporary.path(), "set.npz", &zip_of(&files));
        let set = plain(&path).unwrap();
        assert_eq!(set.labels().unwrap().names, ["3", "5"], "{images_name}");
        assert_eq!(set.labels().unwrap().codes, [1, 0]);
        assert_eq!(set.len(), 2);
    }
}

#[test]
fn the_digits_are_those_of_the_table() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let set = plain(&data.join("digits.npz")).unwrap();
    assert_eq!((set.len(), set.shape().to_string().as_str(), set.levels()), (1797, "8x8 grey", Some(17)));
    let file = std::fs::File::open(data.join("digits.csv.gz")).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut text).unwrap();
    let labels = set.labels().unwrap();
    for (row, (line, pixels)) in text.lines().zip(numbers(&set).chunks(64)).enumerate() {
        let cells: Vec<f32> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(&cells[..64], pixels);
        assert_eq!(labels.names[labels.codes[row] as usize], cells[64].to_string());
    }
    assert_eq!(text.lines().count(), set.len());
}
