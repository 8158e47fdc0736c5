//! NumPy's `.npz`: a zip archive of arrays.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use zip::ZipArchive;

use super::archive::damaged_zip;
use super::error::{ImageError, Origin};
use super::input::Input;
use super::labels::Labels;
use super::npy;
use super::npy_header::Header;
use super::options::{LabelSource, ReadImages};
use super::set::ImageSet;

/// What an array of images is called, the first that is there.
const IMAGES: [&str; 6] = ["images", "image", "x", "x_train", "data", "arr_0"];
/// What an array of labels is called.
const LABELS: [&str; 7] = ["labels", "label", "y", "y_train", "target", "targets", "arr_1"];

type Archive = ZipArchive<BufReader<File>>;

/// Whether a member of a zip archive is an array.
pub(super) fn is_array(name: &str) -> bool {
    name.ends_with(".npy")
}

/// Reads the array named as images are, else the only one that has three dimensions or more; and its labels.
///
/// # Errors
/// Any [`ImageError`] of reading.
pub(super) fn read(path: &Path, options: &ReadImages) -> Result<ImageSet, ImageError> {
    let file = File::open(path).map_err(|source| ImageError::io("read", path, source))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|error| damaged_zip(path, &error))?;
    let names: Vec<String> = archive.file_names().filter(|name| is_array(name)).map(str::to_owned).collect();
    let images = match named(&names, &IMAGES) {
        Some(name) => name,
        None => only_images(&mut archive, path, &names)?,
    };
    let mut set = npy::images(member(&mut archive, path, &images)?, options)?;
    set.labels = match (options.labels, named(&names, &LABELS)) {
        (LabelSource::Found, Some(name)) => {
            Some(Labels::of(&npy::whole_numbers(member(&mut archive, path, &name)?, set.images as u64)?))
        }
        _ => None,
    };
    set.fingerprint = set.hashed()?;
    Ok(set)
}

/// The first of some names that an array has; capitals do not count.
fn named(arrays: &[String], wanted: &[&str]) -> Option<String> {
    let stem = |array: &String| array.trim_end_matches(".npy").to_ascii_lowercase();
    wanted.iter().find_map(|wanted| arrays.iter().find(|array| stem(array) == **wanted)).cloned()
}

/// The only array that can be images.
fn only_images(archive: &mut Archive, path: &Path, names: &[String]) -> Result<String, ImageError> {
    let mut found = Vec::new();
    for name in names {
        if Header::read(&mut member(archive, path, name)?).is_ok_and(|header| header.shape.len() >= 3) {
            found.push(name.clone());
        }
    }
    match found.as_slice() {
        [name] => Ok(name.clone()),
        _ => {
            let mut names: Vec<&str> = names.iter().map(|name| name.trim_end_matches(".npy")).collect();
            names.sort_unstable();
            let problem = format!(
                "which of the arrays {} are the images is not clear: name it \"images\" (and labels \"labels\")",
                names.join(", ")
            );
            Err(ImageError::Array { origin: Origin::file(path), problem })
        }
    }
}

fn member<'a>(archive: &'a mut Archive, path: &Path, name: &str) -> Result<Input<'a>, ImageError> {
    let origin = Origin::member(path, name);
    let member = archive.by_name(name).map_err(|error| ImageError::Array {
        origin: origin.clone(),
        problem: format!("cannot be read: {error}"),
    })?;
    Ok(Input::member(BufReader::with_capacity(1 << 16, member), origin))
}
