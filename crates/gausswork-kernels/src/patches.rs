//! The parts of images under a sliding kernel as rows of a matrix, and back.
//!
//! Images are stored with channels last, `[batch, height, width, channels]`: a row of the kernel then lies over one run of
//! numbers, so both ways are copies and sums of runs.

use std::ops::Range;

use crate::window::{Span, Window};

/// A set of patches: some positions of a kernel on some images, and some of the kernel's elements.
#[derive(Debug, Clone)]
pub(crate) struct Patches<'a> {
    pub(crate) window: &'a Window,
    /// Height and width of an image.
    pub(crate) image: [usize; 2],
    pub(crate) channels: usize,
    pub(crate) images: Range<usize>,
    pub(crate) rows: Range<usize>,
    pub(crate) columns: &'a Span,
    /// Rows of the kernel.
    pub(crate) kernel_rows: Range<usize>,
}

/// One row of the kernel at one position: where it lies in the patches and in the images.
struct Run {
    patch: usize,
    /// Numbers of the run that lie before the image, inside, and behind it.
    before: usize,
    inside: usize,
    behind: usize,
    image: usize,
}

impl Patches<'_> {
    /// Numbers in a patch.
    pub(crate) fn width(&self) -> usize {
        self.kernel_rows.len() * self.columns.taps.len() * self.channels
    }

    /// Number of patches.
    pub(crate) fn count(&self) -> usize {
        self.images.len() * self.rows.len() * self.columns.positions.len()
    }

    /// Copies the patches from the images, zeros where they hang over the border: `out: [count, width]`, ordered by image, row and
    /// column of the position, and within a patch by row and column of the kernel and channel.
    pub(crate) fn gather(&self, images: &[f32], out: &mut [f32]) {
        self.runs(|run| {
            let patch = &mut out[run.patch..][..run.before + run.inside + run.behind];
            patch[..run.before].fill(0.0);
            patch[run.before..][..run.inside].copy_from_slice(&images[run.image..][..run.inside]);
            patch[run.before + run.inside..].fill(0.0);
        });
    }

    /// Adds the patches to the images; what hangs over the border is lost.
    pub(crate) fn scatter_add(&self, patches: &[f32], images: &mut [f32]) {
        self.runs(|run| {
            let patch = &patches[run.patch + run.before..][..run.inside];
            let image = &mut images[run.image..][..run.inside];
            image.iter_mut().zip(patch).for_each(|(image, patch)| *image += patch);
        });
    }

    #[inline(always)]
    fn runs(&self, mut visit: impl FnMut(Run)) {
        let Window { stride, padding, .. } = *self.window;
        let ([height, width], channels) = (self.image, self.channels);
        let taps = &self.columns.taps;
        let run = taps.len() * channels;
        let mut patch = 0;
        for image in self.images.clone() {
            for row in self.rows.clone() {
                for column in self.columns.positions.clone() {
                    // The columns `left..left + taps` of the padded image, `padding` of which lie before it.
                    let left = column * stride[1] + taps.start;
                    let before = padding[1].saturating_sub(left).min(taps.len()) * channels;
                    let end = (width + padding[1]).saturating_sub(left).min(taps.len()) * channels;
                    for kernel_row in self.kernel_rows.clone() {
                        let y =
                            (row * stride[0] + kernel_row).checked_sub(padding[0]).filter(|&y| y < height);
                        visit(match y {
                            Some(y) if end > before => Run {
                                patch,
                                before,
                                inside: end - before,
                                behind: run - end,
                                image: ((image * height + y) * width + left) * channels + before
                                    - padding[1] * channels,
                            },
                            _ => Run { patch, before: run, inside: 0, behind: 0, image: 0 },
                        });
                        patch += run;
                    }
                }
            }
        }
    }
}
