//! Functions element by element, heads of categories, and noise.

use std::hint::black_box;

use gausswork::noise::{Noise, Stream};
use gausswork_kernels::{Activation, choose, log_mass, log_mass_gradient};

use super::{Bench, Work, numbers};

/// Elements of the hidden units of a shard of the table VAE: 256 rows × 16 spans × 64.
const HIDDEN: usize = 256 * 16 * 64;

fn work(elements: usize, bytes_each: usize) -> Work {
    Work { bytes: (elements * bytes_each) as f64, elements: elements as f64, ..Work::default() }
}

pub(super) fn run(bench: &Bench) {
    let (x, g) = (numbers(HIDDEN), numbers(HIDDEN));
    // Both work in place; their cost does not depend on what a repetition leaves.
    let (mut values, mut gradient) = (x.clone(), g);
    let shape = format!("{HIDDEN}");
    bench.kernel("silu", &shape, work(HIDDEN, 8), || Activation::Silu.apply(black_box(&mut values)));
    bench.kernel("silu, gradient", &shape, work(HIDDEN, 12), || {
        Activation::Silu.multiply_by_slope(&x, black_box(&mut gradient));
    });
    // Heads of a shard: rows × spans, and levels.
    for [rows, levels] in [[1024, 16], [768, 94], [256, 119]] {
        heads(bench, rows, levels);
    }
    let noise = Noise::new(0);
    for n in [256 * 16, 1 << 16] {
        let mut values = vec![0.0; n];
        let shape = format!("{n}");
        bench.kernel("uniforms", &shape, work(n, 4), || {
            noise.fill_uniform(Stream::Test, 1, black_box(&mut values))
        });
        bench.kernel("normals", &shape, work(n, 4), || {
            noise.fill_normal(Stream::Test, 1, black_box(&mut values))
        });
    }
}

/// The likelihood of a code, its gradient, and a draw.
fn heads(bench: &Bench, rows: usize, levels: usize) {
    let n = rows * levels;
    let logits = numbers(n);
    let codes: Vec<u32> = (0..rows).map(|row| (row * 7 % levels) as u32).collect();
    let (mut scratch, mut mass, upper) = (Vec::new(), vec![0.0; rows], numbers(rows));
    let mut gradient = vec![0.0; n];
    let shape = format!("{rows}×{levels}");
    bench.kernel("log-mass", &shape, work(n, 4), || {
        log_mass(&logits, levels, &codes, &mut scratch, black_box(&mut mass));
    });
    bench.kernel("log-mass, gradient", &shape, work(n, 8), || {
        log_mass_gradient(&logits, levels, &codes, &mass, &upper, black_box(&mut gradient));
    });
    let uniforms: Vec<f32> = upper.iter().map(|u| 0.5 + 0.49 * u).collect();
    let (mut weights, mut chosen) = (logits.clone(), vec![0; rows]);
    bench.kernel("choice of a code", &shape, work(n, 8), || {
        // It overwrites the logits.
        weights.copy_from_slice(&logits);
        choose(&mut weights, &uniforms, black_box(&mut chosen));
    });
}
