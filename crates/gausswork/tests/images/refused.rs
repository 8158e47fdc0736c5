//! What is whole, and still no set of images to learn from.

use gausswork::data::image::{Crop, ReadImages, Size};
use png::{BitDepth, ColorType};

use super::support::{coloured, complaint, folder, grey, npy, plain, png_of, tar_of, write, zip_of};

fn options() -> ReadImages {
    ReadImages::default()
}

#[test]
fn a_set_without_an_image_is_refused() {
    let temporary = folder();
    write(temporary.path(), "set/notes.txt", b"text");
    write(temporary.path(), "set/b/table.csv", b"1,2");
    assert_eq!(
        complaint(&temporary.path().join("set"), &options()),
        "set: no image in it, but 2 of other kinds (b/table.csv); PNG and JPEG files are read"
    );
    std::fs::create_dir(temporary.path().join("empty")).unwrap();
    assert_eq!(
        complaint(&temporary.path().join("empty"), &options()),
        "empty: no image in it; PNG and JPEG files are read"
    );
    let path = write(temporary.path(), "a.tar", &tar_of(&[("x.txt", b"text".to_vec())]));
    assert_eq!(
        complaint(&path, &options()),
        "a.tar: no image in it, but 1 of other kinds (x.txt); PNG and JPEG files are read"
    );
    let below = ReadImages { below: Some("train".to_owned()), ..options() };
    let path = write(temporary.path(), "b.tar", &tar_of(&[("test/x.png", grey([1, 1], &[0]))]));
    assert_eq!(complaint(&path, &below), "b.tar, train: no image in it; PNG and JPEG files are read");
    let path = write(temporary.path(), "c.zip", &zip_of(&[("x.txt", b"text".to_vec())]));
    let error = complaint(&path, &options());
    assert!(
        error.starts_with("c.zip: not a set of images: a zip archive of 1 files, none of them an image"),
        "{error}"
    );
    let error = complaint(&temporary.path().join("none"), &options());
    assert_eq!(error, "none: no such file or folder");
    let error = complaint(&write(temporary.path(), "d.csv", b"a,b\n1,2\n"), &options());
    assert!(
        error.starts_with("d.csv: not a set of images: its first bytes are 61 2c 62 0a; read are IDX"),
        "{error}"
    );
}

#[test]
fn mixed_sizes_and_channels_name_one_of_each() {
    let temporary = folder();
    write(temporary.path(), "set/a.png", &grey([28, 20], &[0; 560]));
    write(temporary.path(), "set/b.png", &grey([28, 20], &[0; 560]));
    write(temporary.path(), "set/c.png", &grey([20, 28], &[0; 560]));
    assert_eq!(
        complaint(&temporary.path().join("set"), &options()),
        "set: a.png is 28x20 pixels (height x width), c.png is 20x28: make them one size, for example --crop square \
         --resize 28x20"
    );
    write(temporary.path(), "set/c.png", &coloured([28, 20], [1, 2, 3]));
    assert_eq!(
        complaint(&temporary.path().join("set"), &options()),
        "set: a.png is grey, c.png is coloured: make them one (--channels grey, or --channels rgb)"
    );
    write(temporary.path(), "set/a.png", &coloured([28, 20], [1, 2, 3]));
    let error = complaint(&temporary.path().join("set"), &options());
    assert!(error.starts_with("set: b.png is grey, a.png is coloured"), "{error}");
    let crop = ReadImages { crop: Some(Crop::To(Size { height: 29, width: 20 })), ..options() };
    let error = complaint(&temporary.path().join("set"), &crop);
    assert_eq!(
        error,
        "set/a.png: --crop 29x20 is larger than the image, which is 28x20 rgb: crop less, or only --resize"
    );
}

#[test]
fn images_beside_folders_of_images_are_refused() {
    let temporary = folder();
    for name in ["set/cat/1.png", "set/dog/1.png", "set/stray.png"] {
        write(temporary.path(), name, &grey([1, 1], &[0]));
    }
    assert_eq!(
        complaint(&temporary.path().join("set"), &options()),
        "set: stray.png lies beside the folders whose names are labels, as that of cat/1.png: move it into one of them, or go \
         without labels (--labels ignored)"
    );
}

#[test]
fn transparent_pixels_have_no_colour() {
    let temporary = folder();
    let bytes = png_of([1, 2], ColorType::Rgba, BitDepth::Eight, &[1, 2, 3, 255, 4, 5, 6, 254]);
    let error = complaint(&write(temporary.path(), "a.png", &bytes), &options());
    assert!(error.starts_with("a.png: is transparent at row 0, column 1 (from 0)"), "{error}");
    assert!(error.contains("-alpha remove"), "{error}");
}

#[test]
fn an_image_larger_than_any_is_not_decoded() {
    let temporary = folder();
    let mut bytes = grey([1, 1], &[0]);
    // The width and the height of the header chunk; its checksum then is another.
    bytes[16..24].copy_from_slice(&[0, 0, 255, 255, 0, 0, 255, 255]);
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    let error = complaint(&write(temporary.path(), "a.png", &bytes), &options());
    assert!(error.contains("claims 65535x65535 pixels; an image has 1 to 67108864"), "{error}");
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[test]
fn arrays_that_are_no_images_say_what_to_do() {
    let temporary = folder();
    let says = |descr: &str, shape: &[usize], bytes: &[u8], expected: &str| {
        let error =
            complaint(&write(temporary.path(), "a.npy", &npy(descr, false, shape, bytes)), &options());
        assert!(error.starts_with("a.npy") && error.contains(expected), "{error}");
    };
    says(
        "|O",
        &[3],
        b"\x80\x04\x95",
        "the array holds Python objects (|O): reading those would mean to execute code from the file",
    );
    says(
        "|O",
        &[3, 4, 4],
        b"\x80\x04\x95",
        "save numbers instead, for example np.save(file, np.stack(images).astype('uint8'))",
    );
    says("<f2", &[1, 2, 2], &[0; 8], "half or long floats (<f2): save it with .astype('float32')");
    says("<U3", &[2], &[0; 24], "the array holds text");
    says(
        "|u1",
        &[2, 784],
        &[0; 1568],
        "an array of shape (2, 784) is flat: give the images their height and width",
    );
    says(
        "|u1",
        &[8, 8, 3],
        &[0; 192],
        "an array of shape (8, 8, 3) may be one coloured image or many narrow ones",
    );
    says("|u1", &[2, 8, 8, 4], &[0; 512], "has neither 1 nor 3 channels, last or second");
    says("|u1", &[5], &[0; 5], "is not images: those have three or four dimensions");
    says("|u1", &[0, 8, 8], &[], "an array of shape (0, 8, 8) has no images");
    let nan: Vec<u8> =
        [0.0, 1.0, 0.0, 1.0, 0.0, f32::NAN].iter().flat_map(|value| value.to_le_bytes()).collect();
    says(
        "<f4",
        &[3, 1, 2],
        &nan,
        "a.npy, image 2, row 0, column 1, channel 0 (from 0): NaN is not a number that a pixel can have",
    );
    let fortran = write(temporary.path(), "a.npy", &npy("|u1", true, &[2, 2, 2], &[0; 8]));
    let little = ReadImages { memory: 7, ..options() };
    let error = complaint(&fortran, &little);
    assert!(
        error.contains("8 bytes in Fortran order cannot be read piece by piece: save np.ascontiguousarray"),
        "{error}"
    );
}

#[test]
fn archives_of_arrays_say_which_are_which() {
    let temporary = folder();
    let array = npy("|u1", false, &[2, 2, 2], &[0; 8]);
    let path =
        write(temporary.path(), "a.npz", &zip_of(&[("b.npy", array.clone()), ("a.npy", array.clone())]));
    assert_eq!(
        complaint(&path, &options()),
        "a.npz: which of the arrays a, b are the images is not clear: name it \"images\" (and labels \"labels\")"
    );
    let labels = npy("|u1", false, &[3], &[0; 3]);
    let path = write(temporary.path(), "a.npz", &zip_of(&[("x.npy", array.clone()), ("y.npy", labels)]));
    let error = complaint(&path, &options());
    assert_eq!(
        error,
        "a.npz, y.npy: 3 labels for 2 images: they do not belong together; go without (--labels ignored)"
    );
    let labels = npy("<f4", false, &[2], &[0, 0, 0, 63, 0, 0, 0, 0]);
    let path = write(temporary.path(), "a.npz", &zip_of(&[("x.npy", array.clone()), ("y.npy", labels)]));
    assert_eq!(
        complaint(&path, &options()),
        "a.npz, y.npy: label 0 (from 0) is 0.5: labels are whole numbers"
    );
    let labels = npy("|u1", false, &[2, 10], &[0; 20]);
    let path = write(temporary.path(), "a.npz", &zip_of(&[("x.npy", array), ("y.npy", labels)]));
    assert!(complaint(&path, &options()).contains("array.argmax(1)"));
}

#[test]
fn numbers_of_no_known_scale_are_no_bernoulli_data() {
    let temporary = folder();
    let values: Vec<u8> = [0.0f32, 10.5, 299.0, 300.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    let path = write(temporary.path(), "a.npy", &npy("<f4", false, &[1, 2, 2], &values));
    let error = plain(&path).unwrap().check_unit_interval().unwrap_err().to_string();
    assert!(
        error.ends_with(
            "a.npy: numbers from 0 to 300 are of no scale that is known, and a Bernoulli likelihood needs [0, 1]: say what becomes \
             0 and 1 (--range 0,300), or take a Gaussian likelihood"
        ),
        "{error}"
    );
    let given = |range| ReadImages { range: Some(range), ..options() };
    assert_eq!(
        complaint(&path, &given([0.0, 255.0])),
        "a.npy, image 0, row 1, column 1, channel 0 (from 0): 300 is outside the range given, 0 to 255: give a wider one"
    );
    assert_eq!(
        complaint(&path, &given([1.0, 1.0])),
        "range = [1, 1]: must be two finite numbers, the lower one first"
    );
}

#[test]
fn one_image_is_too_few_to_learn_from() {
    let temporary = folder();
    let path = write(temporary.path(), "one.png", &grey([2, 2], &[1, 2, 3, 4]));
    let set = plain(&path).unwrap();
    assert_eq!(set.len(), 1);
    set.at_least(1).unwrap();
    let error = set.at_least(100).unwrap_err().to_string();
    assert!(error.ends_with("one.png: 1 image; 100 are needed at least"), "{error}");
}
