//! The hot loops of gausswork on slices of numbers.
//!
//! Written as plain loops that a compiler turns into vector code, compiled for several instruction sets and chosen at
//! run time. Nothing here fuses a multiplication with an addition, so every instruction set gives the same bits.

mod choose;
mod exp;

pub use choose::choose;
pub use exp::{exp, silu};
