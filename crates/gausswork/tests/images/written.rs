//! Images to files and back.

use gausswork::data::image::{
    Channels, ImageBatch, ImageShape, Labels, NpyNumbers, NpzWriter, Range, RangeSource, write_folder,
    write_grid, write_npy,
};

use super::support::{folder, numbers, plain};

const SHAPE: ImageShape = ImageShape { height: 2, width: 3, channels: Channels::Rgb };

/// Five images of numbers that bytes have.
fn values() -> Vec<f32> {
    (0..5 * 18).map(|at| at as f32 / 255.0).collect()
}

#[test]
fn a_grid_has_each_image_in_its_place() {
    let temporary = folder();
    let path = temporary.path().join("grid.png");
    let values = values();
    let batch = ImageBatch { shape: SHAPE, values: &values };
    write_grid(&path, &batch, None).unwrap();
    let set = plain(&path).unwrap();
    // Three columns and two rows, with two white pixels between them.
    assert_eq!(set.shape(), ImageShape { height: 6, width: 13, channels: Channels::Rgb });
    let page = numbers(&set);
    let pixel = |row: usize, column: usize| &page[(row * 13 + column) * 3..(row * 13 + column) * 3 + 3];
    assert_eq!(pixel(0, 0), [0.0, 1.0, 2.0]);
    assert_eq!(pixel(1, 7), [18.0 + 15.0, 34.0, 35.0]);
    assert_eq!(pixel(4, 5), [72.0, 73.0, 74.0]);
    for white in [pixel(0, 3), pixel(2, 0), pixel(4, 10), pixel(5, 12)] {
        assert_eq!(white, [255.0; 3]);
    }
    write_grid(&path, &batch, Some(1)).unwrap();
    assert_eq!(plain(&path).unwrap().shape().height, 18);
}

#[test]
fn arrays_of_images_and_labels_are_read_as_they_were_written() {
    let temporary = folder();
    let (values, path) = (values(), temporary.path().join("both.npz"));
    let range = Range { low: 0.0, high: 255.0, source: RangeSource::Given };
    let create = |names: &[&str], images: usize| {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        NpzWriter::create(&path, (SHAPE, images), (range, NpyNumbers::U8), &names)
    };
    // Names in another order than reading has them.
    let mut writer = create(&["7", "-1", "30"], 5).unwrap();
    writer.write(&values[..36], &[1, 0]).unwrap();
    writer.write(&values[36..], &[2, 2, 0]).unwrap();
    assert!(!path.exists(), "it appears when it is complete");
    writer.finish().unwrap();
    let set = plain(&path).unwrap();
    assert!(numbers(&set).iter().zip(&values).all(|(found, value)| *found == (255.0 * value).round()));
    assert_eq!(set.labels().unwrap().names, ["-1", "7", "30"]);
    assert_eq!(set.labels().unwrap().codes, [0, 1, 2, 2, 1]);
    let mut writer = create(&[], 5).unwrap();
    writer.write(&values, &[]).unwrap();
    writer.finish().unwrap();
    assert_eq!(plain(&path).unwrap().labels(), None);

    assert!(
        create(&["1", "cat"], 5).unwrap_err().to_string().contains("the label \"cat\" is no whole number")
    );
    let mut few = create(&["1", "2"], 5).unwrap();
    for labels in [&[0u32][..], &[0, 2], &[]] {
        assert!(few.write(&values[..36], labels).is_err(), "{labels:?}");
    }
    few.write(&values[..36], &[0, 1]).unwrap();
    assert!(few.finish().unwrap_err().to_string().contains("fewer"));
    assert!(create(&[], 1).unwrap().write(&values, &[]).unwrap_err().to_string().contains("more"));
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_of_images_is_read_as_it_was_written() {
    let temporary = folder();
    let values = values();
    let batch = ImageBatch { shape: SHAPE, values: &values };
    let plain_folder = temporary.path().join("plain");
    write_folder(&plain_folder, &batch, None).unwrap();
    let set = plain(&plain_folder).unwrap();
    assert_eq!((set.len(), set.name(4), set.labels()), (5, "000004.png".to_owned(), None));
    assert!(numbers(&set).iter().zip(&values).all(|(found, value)| *found == (255.0 * value).round()));
    let error = write_folder(&plain_folder, &batch, None).unwrap_err().to_string();
    assert!(error.ends_with(
        "plain: cannot be written: it is there already, and not empty: name another folder, or remove it"
    ));
    let labels = Labels { names: vec!["cat".to_owned(), "dog".to_owned()], codes: vec![1, 0, 1, 0, 0] };
    write_folder(&temporary.path().join("pets"), &batch, Some(&labels)).unwrap();
    let set = plain(&temporary.path().join("pets")).unwrap();
    assert_eq!(set.labels().unwrap().names, labels.names);
    assert_eq!(set.labels().unwrap().codes, [0, 0, 0, 1, 1]);
    let names: Vec<String> = (0..5).map(|image| set.name(image)).collect();
    assert_eq!(
        names,
        ["cat/000001.png", "cat/000003.png", "cat/000004.png", "dog/000000.png", "dog/000002.png"]
    );
    let outside = Labels { names: vec!["../x".to_owned()], codes: vec![0; 5] };
    let error = write_folder(&temporary.path().join("bad"), &batch, Some(&outside)).unwrap_err().to_string();
    assert!(error.ends_with("the label \"../x\" cannot name a folder"), "{error}");
    // Neither a half nor a temporary folder is left.
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 2);
}

#[test]
fn arrays_are_read_as_they_were_written() {
    let temporary = folder();
    let path = temporary.path().join("a.npy");
    let grey = ImageShape { channels: Channels::Grey, ..SHAPE };
    let sixteenths: Vec<f32> = (0..18).map(|at| (at % 17) as f32 / 16.0).collect();
    let range = Range { low: 0.0, high: 16.0, source: RangeSource::Known };
    for (shape, numbers_as) in
        [(grey, NpyNumbers::U8), (grey, NpyNumbers::F32), (SHAPE, NpyNumbers::U8), (SHAPE, NpyNumbers::F32)]
    {
        let batch = ImageBatch { shape, values: &sixteenths };
        write_npy(&path, &batch, range, numbers_as).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let numbers_start = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        assert_eq!(numbers_start % 64, 0, "NumPy aligns the numbers");
        let set = plain(&path).unwrap();
        assert_eq!((set.shape(), set.len(), set.range()), (shape, batch.len(), range));
        assert_eq!(numbers(&set), sixteenths.iter().map(|value| value * 16.0).collect::<Vec<_>>());
    }
    let wide = Range { low: -1.0, high: 1.0, source: RangeSource::Known };
    let batch = ImageBatch { shape: grey, values: &sixteenths };
    let error = write_npy(&path, &batch, wide, NpyNumbers::U8).unwrap_err().to_string();
    assert!(
        error.ends_with("a.npy: cannot be written: bytes do not hold -1 to 1: write 32-bit floats"),
        "{error}"
    );
}

#[test]
fn what_is_no_image_is_not_written() {
    let temporary = folder();
    let path = temporary.path().join("a.png");
    let write = |values: &[f32]| {
        write_grid(&path, &ImageBatch { shape: SHAPE, values }, None).unwrap_err().to_string()
    };
    assert!(write(&[]).ends_with("a.png: cannot be written: 0 numbers are no images of 2x3 rgb"));
    assert!(write(&[0.0; 19]).ends_with("19 numbers are no images of 2x3 rgb"));
    let mut values = values();
    values[40] = f32::NAN;
    assert!(write(&values).ends_with("image 2 (from 0) has a pixel that is not a number"));
    assert!(!path.exists());
}
