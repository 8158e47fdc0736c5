//! PNG and JPEG files in folders and archives.

use gausswork::data::image::{
    Channels, Crop, ImageShape, LabelSource, NoteKind, ReadImages, Size, Unreadable, is_image_set, read,
};
use png::{BitDepth, ColorType};

use super::jpegs::{COLOUR, GREY, PROGRESSIVE};
use super::support::{coloured, folder, grey, gz, numbers, plain, png_of, tar_of, unhex, write, zip_of};

/// Six grey images of 2 x 3 pixels in folders, in no order.
fn pets() -> Vec<(&'static str, Vec<u8>)> {
    let image = |value: u8| grey([2, 3], &[value, 1, 2, 3, 4, 5]);
    vec![
        ("pets/dog/2.png", image(40)),
        ("pets/cat/1.png", image(10)),
        ("pets/readme.txt", b"not an image".to_vec()),
        ("pets/dog/1.png", image(30)),
        ("pets/.hidden.png", b"no".to_vec()),
        ("pets/cat/2.png", image(20)),
        ("__MACOSX/pets/cat/._1.png", b"no".to_vec()),
        ("pets/owl/1", image(50)),
    ]
}

#[test]
fn a_folder_and_its_archives_are_one_set() {
    let temporary = folder();
    for (name, bytes) in pets() {
        write(temporary.path(), &format!("folder/{name}"), &bytes);
    }
    let folder = temporary.path().join("folder/pets");
    write(temporary.path(), "a.tar", &tar_of(&pets()));
    write(temporary.path(), "a.tgz", &gz(&tar_of(&pets())));
    write(temporary.path(), "a.zip", &zip_of(&pets()));
    let set = plain(&folder).unwrap();
    assert_eq!(set.shape(), ImageShape { height: 2, width: 3, channels: Channels::Grey });
    let labels = set.labels().unwrap();
    assert_eq!(labels.names, ["cat", "dog", "owl"]);
    assert_eq!(labels.codes, [0, 0, 1, 1, 2]);
    let firsts: Vec<f32> = numbers(&set).into_iter().step_by(6).collect();
    assert_eq!(firsts, [10.0, 20.0, 30.0, 40.0, 50.0]);
    assert_eq!(set.name(2), "dog/1.png");
    assert_eq!(set.levels(), Some(256));
    let note = &set.notes()[0];
    assert_eq!(
        (note.kind, note.to_string().as_str()),
        (NoteKind::OtherFile, "left out, not an image: 1 file, readme.txt")
    );
    let mut scaled = [0.0; 12];
    set.gather(&[4, 0], &mut scaled).unwrap();
    assert_eq!((scaled[0], scaled[6], scaled[11]), (50.0 / 255.0, 10.0 / 255.0, 5.0 / 255.0));
    for name in ["a.tar", "a.tgz", "a.zip"] {
        let path = temporary.path().join(name);
        assert!(is_image_set(&path), "{name}");
        let packed = plain(&path).unwrap();
        assert_eq!(packed.fingerprint(), set.fingerprint(), "{name}");
        assert_eq!(packed.name(2), "pets/dog/1.png");
        assert_eq!(packed.labels(), set.labels());
        // Nothing was unpacked beside it.
        assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 4);
    }
}

#[test]
fn labels_and_pixels_are_in_the_fingerprint() {
    let temporary = folder();
    for (name, value) in [
        ("a/x/1.png", 1),
        ("a/y/1.png", 2),
        ("b/x/1.png", 1),
        ("b/z/1.png", 2),
        ("c/x/1.png", 1),
        ("c/y/1.png", 3),
    ] {
        write(temporary.path(), name, &grey([1, 1], &[value]));
    }
    let of = |name: &str| plain(&temporary.path().join(name)).unwrap().fingerprint().to_owned();
    assert_ne!(of("a"), of("b"));
    assert_ne!(of("a"), of("c"));
    let ignored = ReadImages { labels: LabelSource::Ignored, ..ReadImages::default() };
    let set = read(&temporary.path().join("a"), &ignored).unwrap();
    assert!(set.labels().is_none() && set.fingerprint() != of("a"));
}

#[test]
fn only_what_lies_below_a_folder() {
    let temporary = folder();
    let image = |value: u8| grey([1, 1], &[value]);
    let files = [
        ("train/a/1.png", image(1)),
        ("test/a/1.png", image(2)),
        ("train/b/1.png", image(3)),
        ("train2/b/1.png", image(4)),
    ];
    let path = write(temporary.path(), "set.tar", &tar_of(&files));
    let below = ReadImages { below: Some("./train/".to_owned()), ..ReadImages::default() };
    let set = read(&path, &below).unwrap();
    assert_eq!(numbers(&set), [1.0, 3.0]);
    assert_eq!(set.labels().unwrap().codes, [0, 1]);
    // All of them: labels are the folders that hold the images.
    assert_eq!(plain(&path).unwrap().labels().unwrap().codes, [0, 0, 1, 1]);
}

#[test]
fn jpegs_have_the_colours_they_were_made_of() {
    let temporary = folder();
    let pixels = || (0..8).flat_map(|row| (0..12).map(move |column| (row as f32, column as f32)));
    let path = write(temporary.path(), "grey.jpg", &unhex(GREY));
    let set = plain(&path).unwrap();
    assert_eq!(set.shape(), ImageShape { height: 8, width: 12, channels: Channels::Grey });
    for (found, (row, column)) in numbers(&set).iter().zip(pixels()) {
        // The file's own error, by Pillow, is 2.
        assert!((found - (40.0 + 10.0 * column + 8.0 * row)).abs() <= 3.0);
    }
    // Pillow's own error is 3 and 10.
    for (name, file, error) in [("colour.jpg", COLOUR, 4.0), ("progressive.jpeg", PROGRESSIVE, 12.0)] {
        let set = plain(&write(temporary.path(), name, &unhex(file))).unwrap();
        assert_eq!(set.shape().channels, Channels::Rgb);
        for (found, (row, column)) in numbers(&set).chunks(3).zip(pixels()) {
            let expected = [40.0 + 10.0 * column, 200.0 - 12.0 * row, 60.0 + 6.0 * row + 4.0 * column];
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() <= error, "{name}: {found} is not {expected}");
            }
        }
    }
}

#[test]
fn a_jpeg_is_turned_upright_as_its_exif_says() {
    let temporary = folder();
    let file = unhex(GREY);
    let plain_numbers = numbers(&plain(&write(temporary.path(), "plain.jpg", &file)).unwrap());
    // A quarter turn clockwise (6), right after the start of the file, in the order of bytes of either kind of machine.
    for (name, tiff) in [
        ("big.jpg", &b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"[..]),
        ("little.jpg", &b"II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"[..]),
    ] {
        let block = [&b"Exif\0\0"[..], tiff].concat();
        let length = (block.len() as u16 + 2).to_be_bytes();
        let turned = [&file[..2], &[0xff, 0xe1], &length, &block, &file[2..]].concat();
        let set = plain(&write(temporary.path(), name, &turned)).unwrap();
        assert_eq!((set.shape().height, set.shape().width), (12, 8), "{name}");
        assert_eq!(set.notes()[0].kind, NoteKind::Turned);
        let found = numbers(&set);
        for row in 0..12 {
            for column in 0..8 {
                assert_eq!(found[row * 8 + column], plain_numbers[(7 - column) * 12 + row], "{name}");
            }
        }
    }
}

/// A name, a file, the numbers that it is read as, and what is noted.
type Case<'a> = (&'a str, Vec<u8>, &'a [f32], Option<NoteKind>);

#[test]
fn pngs_of_every_kind_become_eight_bits() {
    let temporary = folder();
    let sixteen: Vec<u8> = [0u16, 128, 129, 65_535].iter().flat_map(|value| value.to_be_bytes()).collect();
    let cases: [Case<'_>; 6] = [
        (
            "one bit",
            png_of([1, 4], ColorType::Grayscale, BitDepth::One, &[0b1010_0000]),
            &[255.0, 0.0, 255.0, 0.0],
            None,
        ),
        (
            "four bits",
            png_of([1, 4], ColorType::Grayscale, BitDepth::Four, &[0x01, 0xef]),
            &[0.0, 17.0, 238.0, 255.0],
            None,
        ),
        (
            "sixteen bits",
            png_of([1, 4], ColorType::Grayscale, BitDepth::Sixteen, &sixteen),
            &[0.0, 0.0, 1.0, 255.0],
            Some(NoteKind::SixteenBit),
        ),
        (
            "palette",
            png_of([1, 2], ColorType::Indexed, BitDepth::Eight, &[1, 0]),
            &[200.0, 100.0, 0.0, 10.0, 20.0, 30.0],
            Some(NoteKind::Palette),
        ),
        (
            "opaque",
            png_of([1, 1], ColorType::Rgba, BitDepth::Eight, &[7, 8, 9, 255]),
            &[7.0, 8.0, 9.0],
            Some(NoteKind::Opaque),
        ),
        (
            "opaque grey",
            png_of([1, 2], ColorType::GrayscaleAlpha, BitDepth::Eight, &[7, 255, 8, 255]),
            &[7.0, 8.0],
            Some(NoteKind::Opaque),
        ),
    ];
    for (name, bytes, expected, note) in cases {
        let set = plain(&write(temporary.path(), &format!("{name}.png"), &bytes)).unwrap();
        assert_eq!(numbers(&set), expected, "{name}");
        assert_eq!(
            set.notes().iter().map(|note| note.kind).collect::<Vec<_>>(),
            note.into_iter().collect::<Vec<_>>()
        );
    }
}

#[test]
fn framing_makes_mixed_images_one_shape() {
    let temporary = folder();
    write(temporary.path(), "set/1.png", &coloured([30, 40], [255, 0, 0]));
    write(temporary.path(), "set/2.png", &grey([10, 10], &[90; 100]));
    let options = ReadImages {
        crop: Some(Crop::Square),
        resize: Some(Size { height: 28, width: 20 }),
        channels: Some(Channels::Grey),
        ..ReadImages::default()
    };
    let set = read(&temporary.path().join("set"), &options).unwrap();
    assert_eq!(set.shape(), ImageShape { height: 28, width: 20, channels: Channels::Grey });
    let all = numbers(&set);
    assert!(all[..560].iter().all(|value| *value == 76.0) && all[560..].iter().all(|value| *value == 90.0));
}

#[test]
fn an_unreadable_image_is_skipped_if_asked() {
    let temporary = folder();
    for at in 0..600 {
        write(temporary.path(), &format!("set/{at:03}.png"), &grey([1, 2], &[(at % 251) as u8, 0]));
    }
    write(temporary.path(), "set/300.png", b"\x89PNG\r\n\x1a\nbroken");
    write(temporary.path(), "set/301.gif", b"GIF89a...");
    let options = ReadImages { unreadable: Unreadable::Skip, ..ReadImages::default() };
    let set = read(&temporary.path().join("set"), &options).unwrap();
    assert_eq!(set.len(), 599);
    let [first, second] = set.skipped() else { panic!("{:?}", set.skipped()) };
    assert_eq!(first.name, "300.png");
    assert!(first.problem.starts_with("the PNG is damaged or cut short"), "{}", first.problem);
    assert_eq!(
        (second.name.as_str(), second.problem.as_str()),
        ("301.gif", "is a GIF, which is not read: convert it to PNG")
    );
    // Those after it have not moved against their names.
    assert_eq!((numbers(&set)[2 * 300], set.name(300)), ((301 % 251) as f32, "301.png".to_owned()));
}
