//! Permutations of `0..size` that need no memory.

/// A keyed bijection of `0..size` onto itself: a Feistel network over the next even power of two, its
/// outputs beyond the size sent through again until they are not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Permutation {
    size: u64,
    half: u32,
    keys: [u32; 4],
}

impl Permutation {
    pub(super) fn new(size: u64, keys: [u32; 4]) -> Self {
        let bits = 64 - size.saturating_sub(1).leading_zeros();
        Self {
            size,
            half: bits.div_ceil(2).max(1),
            keys,
        }
    }

    /// The image of a number below the size.
    pub(super) fn of(&self, value: u64) -> u64 {
        if value >= self.size {
            return value;
        }
        let mut image = self.rounds(value);
        while image >= self.size {
            image = self.rounds(image);
        }
        image
    }

    fn rounds(&self, value: u64) -> u64 {
        let mask = (1u64 << self.half) - 1;
        let (mut left, mut right) = (value >> self.half, value & mask);
        for key in self.keys {
            let mixed = (right ^ (u64::from(key) << 32) ^ u64::from(key))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93) >> 32;
            (left, right) = (right, left ^ (mixed & mask));
        }
        (left << self.half) | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_once() {
        for size in [1, 2, 3, 10, 17, 256, 1_000] {
            let permutation = Permutation::new(size, [1, 22, 333, 4_444]);
            let mut images: Vec<u64> = (0..size).map(|value| permutation.of(value)).collect();
            images.sort_unstable();
            assert!(images.into_iter().eq(0..size), "{size}");
        }
        let permutation = Permutation::new(u64::MAX, [5, 6, 7, 8]);
        assert_ne!(permutation.of(1), permutation.of(2));
    }
}
