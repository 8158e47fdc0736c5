//! Sets of images: reading, framing, gathering, writing.
//!
//! A set is IDX (as MNIST has it), `.npy` or `.npz`, a folder, tar or zip of PNG and JPEG files, or one such file. All images
//! of a set have one [`ImageShape`]; channels are last.

mod archive;
mod decode;
mod detect;
mod drawn;
mod error;
mod failure;
mod folder;
mod folder_write;
mod frame;
mod grid;
mod idx;
mod input;
mod label_use;
mod labels;
mod members;
mod npy;
mod npy_header;
mod npy_write;
mod npz;
mod npz_write;
mod options;
mod orientation;
mod range;
mod raster;
mod read;
mod resize;
mod set;
mod shape;
mod sink;
mod size;
mod store;
mod write;

pub use detect::is_image_set;
pub use drawn::DrawnImages;
pub use error::{ImageError, Origin};
pub(crate) use failure::Failure;
pub use folder_write::{FolderWriter, write_folder};
pub use frame::ImageFrame;
pub use grid::{Grid, write_grid};
pub use label_use::{LabelShares, LabelUse};
pub use labels::Labels;
pub use npy_write::{NpyNumbers, NpyWriter};
pub use npz_write::NpzWriter;
pub use options::{LabelSource, ReadImages, Unreadable};
pub use range::{Range, RangeSource};
pub use read::read;
pub use set::{ImageSet, Note, NoteKind, Skipped};
pub use shape::{Channels, ImageShape};
pub use size::{Crop, Size};
pub use write::{ArrayWriter, ImageBatch, write_npy};
