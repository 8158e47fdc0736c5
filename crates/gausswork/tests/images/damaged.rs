//! Files that are cut short, damaged, or not what their headers say.

use gausswork::data::image::{ReadImages, Unreadable, read};

use super::jpegs::{COLOUR, GREY, INKS, PROGRESSIVE};
use super::support::{complaint, folder, grey, gz, idx, npy, plain, tar_of, unhex, write, zip_of};

fn options() -> ReadImages {
    ReadImages::default()
}

#[test]
fn an_image_cut_anywhere_is_refused() {
    let temporary = folder();
    let pixels: Vec<u8> = (0..64 * 64).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let files = [grey([64, 64], &pixels), unhex(GREY), unhex(COLOUR), unhex(PROGRESSIVE)];
    for (kind, bytes) in files.iter().enumerate() {
        let path = temporary.path().join("cut.png");
        std::fs::write(&path, bytes).unwrap();
        plain(&path).unwrap();
        // All of the few bytes of a JPEG's end marker, and what goes before.
        let step = (bytes.len() / 97).max(1);
        for length in (8..bytes.len() - 12).step_by(step).chain(bytes.len() - 12..bytes.len()) {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let error = plain(&path).map(|set| set.len()).expect_err("a part of an image was taken for one");
            let error = error.to_string();
            assert!(error.contains("cut.png") && error.contains("cut short"), "{kind}, {length}: {error}");
        }
    }
}

#[test]
fn a_changed_png_is_refused() {
    let temporary = folder();
    let bytes = grey([16, 16], &(0..=255).collect::<Vec<u8>>());
    for at in (16..bytes.len() - 4).step_by(3) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x10;
        let error = complaint(&write(temporary.path(), "changed.png", &bytes), &options());
        assert!(error.starts_with("changed.png") && error.contains("PNG"), "{at}: {error}");
    }
}

#[test]
fn one_unreadable_among_many_is_named() {
    let temporary = folder();
    for at in 0..5 {
        write(temporary.path(), &format!("set/{at}.png"), &grey([1, 1], &[at]));
    }
    write(temporary.path(), "set/3.png", b"hello");
    let error = complaint(&temporary.path().join("set"), &options());
    assert_eq!(
        error,
        "set/3.png: is neither a PNG nor a JPEG, by its first bytes; repair or remove it, or leave such images out \
         (--unreadable skip)"
    );
    for at in 0..5 {
        write(temporary.path(), &format!("set/{at}.png"), b"");
    }
    let skip = ReadImages { unreadable: Unreadable::Skip, ..options() };
    let error = complaint(&temporary.path().join("set"), &skip);
    assert_eq!(error, "set: none of the 5 images can be decoded; the first is 0.png: is empty");
}

#[test]
fn inks_are_refused() {
    let temporary = folder();
    write(temporary.path(), "set/a.jpg", &unhex(INKS));
    let error = complaint(&temporary.path().join("set"), &options());
    assert!(error.starts_with("set/a.jpg: has the four inks of print (CMYK)"), "{error}");
    assert!(
        error.contains("magick in.jpg -colorspace sRGB out.jpg") && error.contains("--unreadable skip"),
        "{error}"
    );
}

#[test]
fn idx_is_what_its_header_says() {
    let temporary = folder();
    let good = idx(&[2, 2, 2], &[1, 2, 3, 4, 5, 6, 7, 8]);
    let says = |bytes: &[u8], expected: &str| {
        let error = complaint(&write(temporary.path(), "x-images-idx3-ubyte", bytes), &options());
        assert_eq!(error, format!("x-images-idx3-ubyte, byte {expected}"));
        // Packed, its length is only known at the end, and the complaint is there.
        let error = complaint(&write(temporary.path(), "y-images-idx3-ubyte.gz", &gz(bytes)), &options());
        assert!(error.starts_with("y-images-idx3-ubyte.gz, byte "), "{error}");
    };
    says(&good[..19], "16: 3 bytes where 2 images of 2x2 grey take 8: it is cut short");
    says(
        &[good.clone(), vec![9]].concat(),
        "16: 9 bytes where 2 images of 2x2 grey take 8: it is not the file that its header describes",
    );
    says(&good[..10], "8: the file ends within the sizes: it is cut short");
    says(
        &[&[0, 0, 13, 3], &good[4..]].concat(),
        "0: the magic number is 00 00 0d 03, not that of IDX images (00 00 08 03 or 00 00 08 04): its numbers are 32-bit floats, \
         and only unsigned bytes are read",
    );
    says(
        &[&[8, 3, 0, 0], &good[4..]].concat(),
        "0: the magic number is 08 03 00 00, not that of IDX images (00 00 08 03 or 00 00 08 04): the file is another one, or \
         damaged",
    );
    says(
        &idx(&[3], &[1, 2, 3]),
        "0: the magic number is 00 00 08 01, not that of IDX images (00 00 08 03 or 00 00 08 04): these are labels; name the file \
         of images",
    );
    says(&idx(&[0, 2, 2], &[]), "16: the file has no images");
    // Sizes that would take all memory are not believed.
    says(
        &idx(&[u32::MAX, u32::MAX, u32::MAX], &[1]),
        "16: images of 4294967295x4294967295 pixels and 1 channels: there are to be pixels, and 1 or 3 channels",
    );
    says(
        &idx(&[u32::MAX, 8192, 8192], &[1]),
        "16: 1 bytes where 4294967295 images of 8192x8192 grey take 288230376084602880: it is cut short",
    );
    let path = write(temporary.path(), "z-images-idx3-ubyte", &good);
    write(temporary.path(), "z-labels-idx1-ubyte", &idx(&[3], &[1, 2, 3]));
    assert_eq!(
        complaint(&path, &options()),
        "z-labels-idx1-ubyte: 3 labels for 2 images: they do not belong together; go without (--labels ignored)"
    );
    write(temporary.path(), "z-labels-idx1-ubyte", &idx(&[2], &[1]));
    assert_eq!(
        complaint(&path, &options()),
        "z-labels-idx1-ubyte, byte 8: 1 bytes where 2 labels take 2: it is cut short"
    );
}

#[test]
fn an_array_is_what_its_header_says() {
    let temporary = folder();
    let good = npy("<f4", false, &[2, 2, 2], &[0; 32]);
    let says = |bytes: &[u8], expected: &str| {
        let error = complaint(&write(temporary.path(), "a.npy", bytes), &options());
        assert!(error.starts_with("a.npy, byte ") && error.contains(expected), "{error}");
    };
    says(&good[..good.len() - 5], "27 bytes where 2 images of 2x2 grey take 32: it is cut short");
    says(&[good.clone(), vec![0]].concat(), "33 bytes where 2 images of 2x2 grey take 32");
    says(&good[..9], "the file ends within the header: it is cut short");
    says(&[&good[..6], &[4], &good[7..]].concat(), "version 4.0 of .npy; 1 to 3 are read");
    says(&[&good[..8], &[255, 255], &good[10..]].concat(), "the file ends within the header");
    says(&[&b"\x93NUMPY\x02\x00\xff\xff\xff\xff"[..], &good[10..]].concat(), "a header of 4294967295 bytes");
    says(&npy("<f4", false, &[1 << 40, 64, 64], &[0; 32]), "it is cut short");
    let huge = npy("<f4", false, &[1 << 40, 1 << 30, 64], &[0; 32]);
    let error = complaint(&write(temporary.path(), "a.npy", &huge), &options());
    assert!(error.starts_with("a.npy: a shape of [1099511627776"), "{error}");
    // Packed, in Fortran order, and cut short: nothing is allocated on the header's word.
    let packed = gz(&npy("|u1", true, &[1000, 1000, 1000], &[0; 32]));
    let error = complaint(&write(temporary.path(), "a.npy.gz", &packed), &options());
    assert!(error.contains("the file ends within the array, which takes 1000000000 bytes"), "{error}");
}

#[test]
fn archives_that_are_cut_short_are_refused() {
    let temporary = folder();
    let pixels: Vec<u8> = (0..64 * 64).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let files =
        [("a.png", grey([64, 64], &pixels)), ("b.txt", pixels.clone()), ("c.png", grey([64, 64], &pixels))];
    for (name, bytes) in
        [("s.tar", tar_of(&files)), ("s.tar.gz", gz(&tar_of(&files))), ("s.zip", zip_of(&files))]
    {
        plain(&write(temporary.path(), name, &bytes)).unwrap();
        for part in [0.3, 0.5, 0.6, 0.8] {
            let path = write(temporary.path(), name, &bytes[..(part * bytes.len() as f64) as usize]);
            let error = read(&path, &options())
                .map(|set| set.len())
                .expect_err("a part of an archive was taken for one");
            let error = error.to_string();
            assert!(error.contains(name) && error.contains("cut short"), "{name}, {part}: {error}");
        }
    }
}
