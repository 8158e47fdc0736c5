//! The hot loops of gausswork on slices of numbers.
//!
//! Written as plain loops that a compiler turns into vector code, compiled for several instruction sets and chosen at
//! run time. Nothing here but the products of matrices fuses a multiplication with an addition, so every instruction set gives
//! the same bits.

mod activation;
mod adam;
mod batch_norm;
mod blocks;
mod bytes;
mod choose;
mod convolution;
mod draws;
mod exp;
mod layer_norm;
mod levels;
mod logistic;
mod matrix;
mod maxout;
mod moments;
mod normal;
mod patches;
mod philox;
mod product;
mod relaxed;
mod softmax;
mod spans;
mod spans_softmax;
mod squares;
mod table;
mod window;

pub use activation::Activation;
pub use adam::{AdamTerms, adam, add, sum_of_squares};
pub use batch_norm::BatchNorm;
pub use bytes::{nearest_byte, nearest_bytes};
pub use choose::choose;
pub use convolution::Convolution;
pub use draws::{gumbels, normals, uniforms};
pub use exp::{exp, silu};
pub use layer_norm::{layer_norm, layer_norm_gradient};
pub use levels::{LOG_SCALE_BOUNDS, level_blocks, levels_loss};
pub use logistic::{bernoulli_loss, bernoulli_nats, log_1p, sigmoid, softplus, tanh};
pub use maxout::{maxout, maxout_gradient};
pub use moments::column_moments;
pub use normal::{normal_draw, normal_rate};
pub use philox::{Counters, philox};
pub use product::{
    add_rows, append_by_transposed, append_transposed_by, multiply_add, multiply_add_by_columns,
};
pub use relaxed::{one_hot_of_greatest, softmax_gradient};
pub use softmax::{log_mass, log_mass_by_columns, log_mass_gradient};
pub use spans::spans_loss;
pub use spans_softmax::{spans_softmax, spans_softmax_gradient};
pub use squares::{TILE, add_outer, shifted_squares};
pub use table::{add_scaled, add_table_rows, gather_columns};
pub use window::Window;
