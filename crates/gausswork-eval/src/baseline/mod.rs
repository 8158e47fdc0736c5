//! What any synthetic table should be compared with: tables that need no model.

mod copula;
mod independent;
mod row_copy;

pub use copula::copula;
pub use independent::independent;
pub use row_copy::row_copy;
