//! Sets in memory and on disk, and what is a set at all.

use std::path::Path;

use gausswork::data::image::{ReadImages, is_image_set, read};

use super::support::{folder, grey, npy, numbers, plain, tar_of, write, zip_of};

#[test]
fn a_set_on_disk_is_the_set_in_memory() {
    let temporary = folder();
    let image = |at: u32| {
        let pixels: Vec<u8> = (0..70 * 71).map(|pixel: u32| (pixel * (at + 1) % 253) as u8).collect();
        grey([70, 71], &pixels)
    };
    let names: Vec<String> = (0..9).map(|at| format!("{}/{at}.png", 8 - at)).collect();
    let files: Vec<(&str, Vec<u8>)> =
        names.iter().zip(0..).map(|(name, at)| (name.as_str(), image(at))).collect();
    let bytes = write(temporary.path(), "set.tar", &tar_of(&files));
    let values: Vec<u8> = (0..9 * 70 * 71).flat_map(|at| (at as f32 / 7.0).to_le_bytes()).collect();
    let floats = write(temporary.path(), "floats.npy", &npy("<f4", false, &[9, 70, 71], &values));
    let whole: Vec<u8> = (0..9 * 70 * 71).flat_map(|at| ((at % 200) as f32).to_le_bytes()).collect();
    let whole = write(temporary.path(), "whole.npy", &npy("<f4", false, &[9, 70, 71], &whole));
    for path in [bytes, floats, whole] {
        let memory = plain(&path).unwrap();
        assert!(!memory.on_disk());
        // Room for two and a half images of bytes: the rest, and these, go to the disk.
        let few = ReadImages { memory: 12_500, scratch: temporary.path().into(), ..ReadImages::default() };
        let disk = read(&path, &few).unwrap();
        assert!(disk.on_disk());
        assert_eq!(disk.fingerprint(), memory.fingerprint());
        assert_eq!(
            (disk.range(), disk.extremes(), disk.levels()),
            (memory.range(), memory.extremes(), memory.levels())
        );
        assert_eq!(numbers(&disk), numbers(&memory));
        let (mut from_disk, mut from_memory) = (vec![0.0; 3 * 70 * 71], vec![1.0; 3 * 70 * 71]);
        disk.gather(&[8, 0, 4], &mut from_disk).unwrap();
        memory.gather(&[8, 0, 4], &mut from_memory).unwrap();
        assert_eq!(from_disk, from_memory);
    }
    // The temporary file has no name.
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 3);
}

#[test]
fn a_request_that_does_not_fit_is_refused() {
    let temporary = folder();
    let set = plain(&write(temporary.path(), "a.npy", &npy("|u1", false, &[3, 1, 2], &[0; 6]))).unwrap();
    let error = set.gather(&[0, 3], &mut [0.0; 4]).unwrap_err().to_string();
    assert_eq!(error, "image 3 of 3, with room for 4 numbers where 4 are needed");
    let error = set.gather(&[0, 1], &mut [0.0; 3]).unwrap_err().to_string();
    assert_eq!(error, "image 1 of 3, with room for 3 numbers where 4 are needed");
    set.gather(&[], &mut []).unwrap();
}

#[test]
fn tables_are_no_image_sets() {
    let temporary = folder();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    for table in ["adult.csv.gz", "penguins.csv", "digits.csv.gz"] {
        assert!(!is_image_set(&data.join(table)), "{table}");
    }
    let workbook =
        zip_of(&[("[Content_Types].xml", b"<xml/>".to_vec()), ("xl/workbook.xml", b"<xml/>".to_vec())]);
    assert!(!is_image_set(&write(temporary.path(), "book.xlsx", &workbook)));
    assert!(!is_image_set(&write(temporary.path(), "table.parquet", b"PAR1....")));
    assert!(!is_image_set(&write(temporary.path(), "empty.csv", b"")));
    assert!(!is_image_set(Path::new("ring:8")));
    assert!(is_image_set(&data.join("digits.npz")));
    assert!(is_image_set(temporary.path()));
    assert!(is_image_set(&write(temporary.path(), "one.png", &grey([1, 1], &[0]))));
    // A damaged file keeps its name, and is for the reader of images to complain about.
    assert!(is_image_set(&write(temporary.path(), "train-images-idx3-ubyte", b"\x01\x02\x03\x04")));
}
