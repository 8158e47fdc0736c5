//! The Philox4x32-10 bijection on many counters side by side.
//!
//! Salmon, Moraes, Dror, Shaw: *Parallel random numbers: as easy as 1, 2, 3*, SC 2011, §3.3 and table 2.

use multiversion::multiversion;

/// Counters that are encrypted side by side.
const LANES: usize = 16;

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Which counters to encrypt: `(index, step, top)` for consecutive indices, `blocks_per_step` of them for each of
/// consecutive steps.
#[derive(Debug, Clone, Copy)]
pub struct Counters {
    /// Where the indices of the first step begin.
    pub first_index: usize,
    /// The first step; it is the counter's second and third word.
    pub first_step: u64,
    /// Blocks of each step; the block's index is the counter's first word.
    pub blocks_per_step: usize,
    /// The counter's last word.
    pub top: u32,
}

/// Fills `blocks` with the images of counters under a key, in the order of [`Counters`].
#[multiversion(targets = "simd")]
pub fn philox(key: [u32; 2], counters: Counters, blocks: &mut [[u32; 4]]) {
    let (mut index, mut step) = (counters.first_index, counters.first_step);
    for blocks in blocks.chunks_mut(LANES) {
        let mut words = [[0_u32; LANES]; 4];
        for lane in 0..LANES {
            words[0][lane] = index as u32;
            words[1][lane] = step as u32;
            words[2][lane] = (step >> 32) as u32;
            words[3][lane] = counters.top;
            index += 1;
            if index == counters.blocks_per_step {
                (index, step) = (0, step.wrapping_add(1));
            }
        }
        let mut key = key;
        for _ in 0..10 {
            let [a, b, c, d] = words;
            for lane in 0..LANES {
                let product0 = u64::from(MULTIPLIERS[0]) * u64::from(a[lane]);
                let product1 = u64::from(MULTIPLIERS[1]) * u64::from(c[lane]);
                words[0][lane] = (product1 >> 32) as u32 ^ b[lane] ^ key[0];
                words[1][lane] = product1 as u32;
                words[2][lane] = (product0 >> 32) as u32 ^ d[lane] ^ key[1];
                words[3][lane] = product0 as u32;
            }
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        for (lane, block) in blocks.iter_mut().enumerate() {
            *block = [0, 1, 2, 3].map(|word| words[word][lane]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers distributed with the paper's reference implementation (Random123, `kat_vectors`).
    #[test]
    fn known_answers() {
        let one = |key, [index, low, high, top]: [u32; 4]| {
            let first_step = u64::from(high) << 32 | u64::from(low);
            let counters =
                Counters { first_index: index as usize, first_step, blocks_per_step: usize::MAX, top };
            let mut blocks = [[0; 4]];
            philox(key, counters, &mut blocks);
            blocks[0]
        };
        assert_eq!(one([0; 2], [0; 4]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(one([u32::MAX; 2], [u32::MAX; 4]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        let digits_of_pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        let key = [0xa409_3822, 0x299f_31d0];
        assert_eq!(one(key, digits_of_pi), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
        let mut many = vec![[0; 4]; 1000];
        let counters =
            Counters { first_index: 0, first_step: (7 << 32) - 3, blocks_per_step: 7, top: 5 << 24 };
        philox(key, counters, &mut many);
        for (i, block) in many.iter().enumerate() {
            let step = (7_u64 << 32) - 3 + i as u64 / 7;
            let counter = [(i % 7) as u32, step as u32, (step >> 32) as u32, 5 << 24];
            assert_eq!(*block, one(key, counter), "{i}");
        }
    }
}
