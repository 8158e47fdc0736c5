//! What the machine can do at most, measured.

use std::hint::black_box;
use std::time::Duration;

use gausswork_kernels::multiply_add;
use rayon::prelude::*;

use super::{numbers, seconds_per_call};

/// Elements of each array of the triad: 64 MiB, more than the caches of most machines.
const STREAM: usize = 1 << 24;
/// Side of the matrices of the product: three of them take 1.7 MiB.
const SIDE: usize = 384;

/// Rates of the machine.
#[derive(Debug)]
pub(super) struct Ceiling {
    /// Floating-point operations per second of a product of two matrices.
    pub(super) operations: f64,
    /// Bytes per second of a triad: two streams read, one written (what a cache fetches before it writes is not counted).
    pub(super) bytes: f64,
}

impl Ceiling {
    /// On some threads, each with arrays of its own.
    pub(super) fn measure(time: Duration, threads: usize) -> Self {
        let (b, c) = (numbers(STREAM), numbers(STREAM));
        let mut a = vec![0.0f32; STREAM];
        let piece = STREAM.div_ceil(threads.max(1));
        let triad = seconds_per_call(time, || {
            a.par_chunks_mut(piece).zip(b.par_chunks(piece).zip(c.par_chunks(piece))).for_each(
                |(a, (b, c))| a.iter_mut().zip(b.iter().zip(c)).for_each(|(a, (b, c))| *a = b + 0.5 * c),
            );
            black_box(&a);
        });
        let (x, y) = (numbers(SIDE * SIDE), numbers(SIDE * SIDE));
        let mut results = vec![vec![0.0f32; SIDE * SIDE]; threads];
        let product = seconds_per_call(time, || {
            results.par_iter_mut().for_each(|z| multiply_add(&x, &y, z, [SIDE; 3]));
            black_box(&results);
        });
        Self {
            operations: threads as f64 * 2.0 * (SIDE as f64).powi(3) / product,
            bytes: 12.0 * STREAM as f64 / triad,
        }
    }
}
