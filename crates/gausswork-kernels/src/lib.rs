//! The hot loops of gausswork on slices of numbers.
//!
//! Written as plain loops that a compiler turns into vector code, compiled for several instruction sets and chosen at
//! run time. Nothing here fuses a multiplication with an addition, so every instruction set gives the same bits.

mod choose;
mod draws;
mod exp;
mod philox;
mod product;
mod softmax;
mod squares;
mod table;

pub use choose::choose;
pub use draws::{gumbels, normals, uniforms};
pub use exp::{exp, silu, silu_gradient, silu_of};
pub use philox::{Counters, philox};
pub use product::{
    add_rows, multiply_add, multiply_add_by_columns, multiply_add_by_transposed, multiply_add_transposed_by,
};
pub use softmax::{log_mass, log_mass_gradient};
pub use squares::{TILE, add_outer, shifted_squares};
pub use table::{add_scaled, add_table_rows, gather_columns};
