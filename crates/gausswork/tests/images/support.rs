//! Files of images, written by hand.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use gausswork::data::image::{ImageError, ImageSet, ReadImages, read};
use tempfile::TempDir;

/// A new folder, which is gone with the value.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Writes a file, and the folders that it lies in.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

/// Reads with the default options.
pub(crate) fn plain(path: &Path) -> Result<ImageSet, ImageError> {
    read(path, &ReadImages::default())
}

/// The complaint of reading, with the folder's own name taken out.
pub(crate) fn complaint(path: &Path, options: &ReadImages) -> String {
    let error = read(path, options).unwrap_err().to_string();
    let parent = format!("{}/", path.parent().unwrap().display());
    error.replace(&parent, "")
}

/// All numbers of a set as its files have them.
pub(crate) fn numbers(set: &ImageSet) -> Vec<f32> {
    let all: Vec<u32> = (0..set.len() as u32).collect();
    let mut out = vec![0.0; set.len() * set.shape().values()];
    set.gather_unscaled(&all, &mut out).unwrap();
    out
}

/// A PNG of the given kind; `bytes` as the format has them.
pub(crate) fn png_of(size: [u32; 2], color: png::ColorType, depth: png::BitDepth, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size[1], size[0]);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == png::ColorType::Indexed {
        encoder.set_palette(vec![10, 20, 30, 200, 100, 0]);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(bytes).unwrap();
    writer.finish().unwrap();
    out
}

/// A grey PNG of height and width.
pub(crate) fn grey(size: [u32; 2], bytes: &[u8]) -> Vec<u8> {
    png_of(size, png::ColorType::Grayscale, png::BitDepth::Eight, bytes)
}

/// A coloured PNG of one colour.
pub(crate) fn coloured(size: [u32; 2], colour: [u8; 3]) -> Vec<u8> {
    let bytes = colour.repeat((size[0] * size[1]) as usize);
    png_of(size, png::ColorType::Rgb, png::BitDepth::Eight, &bytes)
}

/// An `.npy` file.
pub(crate) fn npy(descr: &str, fortran: bool, shape: &[usize], bytes: &[u8]) -> Vec<u8> {
    let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
    let order = if fortran { "True" } else { "False" };
    let header =
        format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({},), }}\n", sizes.join(", "));
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend((header.len() as u16).to_le_bytes());
    out.extend(header.as_bytes());
    out.extend(bytes);
    out
}

/// An IDX file of bytes.
pub(crate) fn idx(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0, 0, 8, sizes.len() as u8];
    out.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    out.extend(bytes);
    out
}

/// Bytes in a gzip stream.
pub(crate) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A tar archive of files in the order given.
pub(crate) fn tar_of(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    archive.into_inner().unwrap()
}

/// A zip archive of files in the order given.
pub(crate) fn zip_of(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The bytes that hexadecimal digits are.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
