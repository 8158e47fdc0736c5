//! Random numbers by purpose: each use has a stream of its own, so that one metric never shifts another.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// What numbers are drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Which real rows are the other half, where no holdout was given.
    Split = 1,
    /// Independent columns.
    Independent = 2,
    /// The Gaussian copula.
    Copula = 3,
    /// The row copy.
    Copy = 4,
    /// Rows and folds of the two-sample test.
    TwoSample = 5,
    /// Rows whose neighbours are looked for.
    Neighbours = 6,
    /// Permutations.
    Permutation = 7,
    /// Rows of the usefulness test.
    Usefulness = 8,
    /// Rows of a picture.
    Picture = 9,
}

/// The random numbers of a seed and a purpose.
#[derive(Debug, Clone)]
pub struct Draws {
    /// The generator, for distributions of other crates.
    pub rng: ChaCha8Rng,
}

impl Draws {
    /// From their beginning.
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(purpose as u64);
        Self { rng }
    }

    /// A whole number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.rng.random_range(0..n.max(1))
    }

    /// A permutation of `0..n`.
    pub fn permutation(&mut self, n: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n as u32).collect();
        self.shuffle(&mut order);
        order
    }

    /// Puts values in random order (Fisher–Yates).
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for i in (1..values.len()).rev() {
            let j = self.below(i + 1);
            values.swap(i, j);
        }
    }

    /// `k` of `0..n` without repetition, ascending.
    pub fn subset(&mut self, n: usize, k: usize) -> Vec<u32> {
        let mut chosen = self.permutation(n);
        chosen.truncate(k);
        chosen.sort_unstable();
        chosen
    }
}
