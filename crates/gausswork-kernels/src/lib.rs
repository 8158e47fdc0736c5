//! The hot loops of gausswork on slices of numbers.
//!
//! Written as plain loops that a compiler turns into vector code, compiled for several instruction sets and chosen at
//! run time. Nothing here fuses a multiplication with an addition, so every instruction set gives the same bits.

mod choose;
mod exp;
mod product;
mod softmax;
mod squares;

pub use choose::choose;
pub use exp::{exp, silu, silu_gradient, silu_of};
pub use product::{add_rows, multiply_add, multiply_add_by_transposed, multiply_add_transposed_by};
pub use softmax::{log_mass, log_mass_gradient};
pub use squares::{TILE, shifted_squares};
