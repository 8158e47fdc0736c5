//! A convolution cut into pieces that fit the cache, without the products of zeros.

use std::ops::Range;

use crate::convolution::Convolution;
use crate::patches::Patches;
use crate::window::Span;

/// Numbers in the buffer of patches: 256 KiB, a quarter of a usual second-level cache, which has to hold the weight's part too.
const BUFFER: usize = 1 << 16;

/// Runs of a kernel's row that are shorter are not worth splitting the positions for.
const SHORT: usize = 48;

/// Some images' positions whose products are computed together.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    pub(crate) patches: Patches<'a>,
    /// First row of the weight, as a matrix, that belongs to these patches.
    pub(crate) weight_row: usize,
    /// Whether this is the first of the kernel's rows for these positions, and whether it is the last.
    pub(crate) first: bool,
    pub(crate) last: bool,
}

impl Convolution {
    /// Positions along a dimension that are computed together, and the elements of the kernel that count there.
    fn spans(&self, d: usize) -> Vec<Span> {
        if self.window.kernel[1] * self.channels < SHORT {
            return vec![Span { positions: 0..self.positions[d], taps: 0..self.window.kernel[d] }];
        }
        let mut spans = self.window.spans(d, self.image[d], self.positions[d]);
        // Windows that miss the image altogether add nothing.
        spans.retain(|span| !span.taps.is_empty());
        spans
    }

    /// Calls `work` for every block: all rows of the kernel for some positions, then for the next.
    pub(crate) fn blocks(&self, mut work: impl FnMut(&Block<'_>)) {
        if self.batch * self.channels * self.features == 0 {
            return;
        }
        let [_, kernel_columns] = self.window.kernel;
        let together = if kernel_columns * self.channels < SHORT { usize::MAX } else { 1 };
        for (rows, columns) in pairs(&self.spans(0), &self.spans(1)) {
            let height = rows.taps.len().min(together);
            let width = (height * columns.taps.len() * self.channels).max(self.features);
            let line = columns.positions.len() * width;
            let [images_at_once, rows_at_once] = cut(rows.positions.len(), line);
            for images in pieces(0..self.batch, images_at_once) {
                for positions in pieces(rows.positions.clone(), rows_at_once) {
                    for kernel_rows in pieces(rows.taps.clone(), height) {
                        let row = kernel_rows.start * kernel_columns + columns.taps.start;
                        let block = Block {
                            weight_row: row * self.channels,
                            first: kernel_rows.start == rows.taps.start,
                            last: kernel_rows.end == rows.taps.end,
                            patches: Patches {
                                window: &self.window,
                                image: self.image,
                                channels: self.channels,
                                images: images.clone(),
                                rows: positions.clone(),
                                columns,
                                kernel_rows,
                            },
                        };
                        work(&block);
                    }
                }
            }
        }
    }

    /// For each row of positions of the patches: where its features begin, and the range that they have among those of the patches.
    pub(crate) fn lines(&self, patches: &Patches<'_>, mut visit: impl FnMut(usize, Range<usize>)) {
        let columns = &patches.columns.positions;
        let len = columns.len() * self.features;
        let mut next = 0;
        for image in patches.images.clone() {
            for row in patches.rows.clone() {
                let position = (image * self.positions[0] + row) * self.positions[1] + columns.start;
                visit(position * self.features, next..next + len);
                next += len;
            }
        }
    }
}

/// Images and rows of positions whose patches fit the buffer: whole images if one fits.
fn cut(rows: usize, line: usize) -> [usize; 2] {
    if rows * line <= BUFFER { [BUFFER / (rows * line).max(1), rows] } else { [1, (BUFFER / line).max(1)] }
}

/// Consecutive pieces of a range, each of `len` but perhaps the last.
fn pieces(range: Range<usize>, len: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(len.max(1)).map(move |start| start..(start + len.max(1)).min(end))
}

fn pairs<'a>(a: &'a [Span], b: &'a [Span]) -> impl Iterator<Item = (&'a Span, &'a Span)> {
    a.iter().flat_map(move |a| b.iter().map(move |b| (a, b)))
}
