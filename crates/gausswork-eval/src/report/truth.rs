//! What is known of sets where the density that the real rows were drawn from is known.

use std::collections::BTreeMap;

use serde::Serialize;

/// Sets beside a density that is known exactly.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// The name of the rows: `ring:8`.
    pub name: String,
    /// The synthetic sets that have its columns.
    pub sets: Vec<NearTruth>,
}

/// How near a set is to the density.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NearTruth {
    /// The set's name.
    pub name: String,
    /// Figures by name, each with its unit where the density is defined.
    pub figures: BTreeMap<String, f64>,
    /// Its first rows, to be drawn.
    #[serde(skip)]
    pub points: Vec<[f64; 2]>,
}
