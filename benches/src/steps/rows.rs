//! Rows in memory, of which each step gathers a batch.

use burn::tensor::{Device, Tensor, TensorData};
use gausswork::noise::{Noise, Stream};

use super::network::SHARDS;

/// A matrix of rows, and the order in which they are used.
#[derive(Debug)]
pub(super) struct Rows {
    values: Vec<f32>,
    width: usize,
    order: Vec<u32>,
}

/// Rows that every workload has in memory.
const ROWS: usize = 8192;

impl Rows {
    /// Rows of a width, each filled by `fill` from its own uniforms on (0, 1), as many as it is wide.
    pub(super) fn new(width: usize, noise: &Noise, fill: impl Fn(&mut [f32])) -> Self {
        let mut values = vec![0.0; ROWS * width];
        for (row, values) in values.chunks_mut(width).enumerate() {
            noise.fill_uniform(Stream::Test, row as u64, values);
            fill(values);
        }
        Self { values, width, order: noise.permutation(Stream::Shuffle, 0, ROWS) }
    }

    /// The rows of a shard of a step's batch, `[batch / shards, width]`.
    pub(super) fn shard(&self, step: u64, batch: usize, shard: usize, device: &Device) -> Tensor<2> {
        let rows = batch / SHARDS;
        let steps = (ROWS / batch) as u64;
        let first = (step % steps) as usize * batch + shard * rows;
        let mut values = Vec::with_capacity(rows * self.width);
        for &row in &self.order[first..first + rows] {
            values.extend_from_slice(&self.values[row as usize * self.width..][..self.width]);
        }
        Tensor::from_data(TensorData::new(values, [rows, self.width]), device)
    }
}
