//! Products, in the layouts of a linear layer: forward `x W`, its gradients `g Wᵀ` and `xᵀ g`.

use std::hint::black_box;

use gausswork_kernels::{add_rows, append_by_transposed, append_transposed_by, multiply_add};

use super::{Bench, Work, numbers};

/// Rows of a shard, inputs and outputs of a layer: of W1, of W3's critic, of W4, of the table VAE's encoder and fan-out.
const LAYERS: [[usize; 3]; 7] = [
    [64, 784, 512],
    [64, 512, 512],
    [25, 1500, 256],
    [250, 150, 128],
    [256, 256, 256],
    [256, 256, 1024],
    [256, 64, 94],
];

pub(super) fn run(bench: &Bench) {
    for [rows, input, output] in LAYERS {
        let (x, w, g) = (numbers(rows * input), numbers(input * output), numbers(rows * output));
        let mut y = g.clone();
        let work = Work {
            operations: 2.0 * (rows * input * output) as f64,
            bytes: 4.0 * (rows * input + input * output + rows * output) as f64,
            elements: (rows * output) as f64,
        };
        let shape = format!("{rows}×{input}×{output}");
        bench.kernel("product x W", &shape, work, || {
            multiply_add(&x, &w, black_box(&mut y), [rows, input, output]);
        });
        bench.kernel("product g Wᵀ", &shape, work, || {
            append_by_transposed(&g, &w, black_box(&mut Vec::new()), [rows, output, input]);
        });
        bench.kernel("product xᵀ g", &shape, work, || {
            append_transposed_by(&x, &g, black_box(&mut Vec::new()), [input, rows, output]);
        });
    }
    let (rows, columns) = (256, 1024);
    let (x, mut y) = (numbers(rows * columns), vec![0.0; columns]);
    let work =
        Work { bytes: 4.0 * (rows * columns) as f64, elements: (rows * columns) as f64, ..Work::default() };
    bench.kernel("sum of rows", "256×1024", work, || add_rows(&x, black_box(&mut y)));
}
