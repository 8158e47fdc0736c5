//! Parting the rows of a node between its children.

use super::tree::Node;

/// Puts the rows that go left into the front of `to` in their order, the others behind them in any; how many go left.
/// `bins` are those of the node's feature for every row, `to` has room for as many rows as `from` has.
pub(super) fn part(from: &[u32], to: &mut [u32], bins: &[u8], node: Node) -> usize {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("popcnt")
    {
        // SAFETY: the processor has the instructions that the function is compiled for.
        return unsafe { wide::part(from, to, bins, node) };
    }
    one_by_one(from, to, bins, node)
}

/// Rows that do not go left stand in reverse, so that each row is written once, without a guess of where it goes.
#[inline(always)]
fn one_by_one(from: &[u32], to: &mut [u32], bins: &[u8], node: Node) -> usize {
    let mut end = 0;
    for (back, &row) in (0..from.len()).rev().zip(from) {
        let left = node.goes_left(bins[row as usize]);
        to[end + if left { 0 } else { back }] = row;
        end += usize::from(left);
    }
    end
}

/// Sixteen rows at a time: this takes less than half the time of [`one_by_one`], which was the costliest part of an evaluation.
#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m512i, _mm_add_epi8, _mm_cmple_epu8_mask, _mm_set_epi8, _mm_set1_epi8, _mm512_cmpge_epu32_mask,
        _mm512_loadu_si512, _mm512_mask_storeu_epi32, _mm512_maskz_compress_epi32, _mm512_set1_epi32,
    };

    use super::{Node, one_by_one};

    const LANES: usize = 16;

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,popcnt")]
    pub(super) fn part(from: &[u32], to: &mut [u32], bins: &[u8], node: Node) -> usize {
        let (groups, rest) = from.as_chunks::<LANES>();
        let limit = _mm512_set1_epi32(u32::try_from(bins.len()).unwrap_or(u32::MAX).cast_signed());
        let (shift, upto) = (_mm_set1_epi8(node.shift.cast_signed()), _mm_set1_epi8(node.upto.cast_signed()));
        let mut room = &mut to[..from.len()];
        let mut end = 0;
        for group in groups {
            // SAFETY: a reference to sixteen numbers is good for a load of sixteen; the load needs no alignment.
            let rows = unsafe { _mm512_loadu_si512(group.as_ptr().cast()) };
            assert!(_mm512_cmpge_epu32_mask(rows, limit) == 0, "a row without a bin");
            // SAFETY: the line above has found all rows of the group to be below the number of bins.
            let bin = |lane: usize| unsafe { bins.get_unchecked(group[lane] as usize) }.cast_signed();
            let bins = _mm_set_epi8(
                bin(15),
                bin(14),
                bin(13),
                bin(12),
                bin(11),
                bin(10),
                bin(9),
                bin(8),
                bin(7),
                bin(6),
                bin(5),
                bin(4),
                bin(3),
                bin(2),
                bin(1),
                bin(0),
            );
            // As `Node::goes_left`.
            let left = _mm_cmple_epu8_mask(_mm_add_epi8(bins, shift), upto);
            let ones = left.count_ones() as usize;
            let (front, others) = room.split_at_mut(ones);
            let middle = others.len() - (LANES - ones);
            let (others, back) = others.split_at_mut(middle);
            keep(rows, left, front);
            keep(rows, !left, back);
            room = others;
            end += ones;
        }
        end + one_by_one(rest, room, bins, node)
    }

    /// Writes the rows that are marked to `out`, as many as it has room for.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,popcnt")]
    fn keep(rows: __m512i, marked: u16, out: &mut [u32]) {
        debug_assert_eq!(out.len(), marked.count_ones() as usize);
        let kept = _mm512_maskz_compress_epi32(marked, rows);
        let written = (1_u32 << out.len().min(LANES)) - 1;
        // SAFETY: the mask has no more of its lowest bits set than `out` has places, so nothing else is written.
        unsafe { _mm512_mask_storeu_epi32(out.as_mut_ptr().cast(), written as u16, kept) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_parted_as_one_by_one() {
        for rows in [0, 1, 15, 16, 17, 1000] {
            let bins: Vec<u8> = (0..2000_u32).map(|row| (row * 7919 % 256) as u8).collect();
            let from: Vec<u32> = (0..rows).map(|i| i * 2 % 1999).collect();
            for (upto, shift) in [(0, 0), (100, 0), (100, 1), (254, 0), (254, 1), (255, 0)] {
                let node = Node { feature: 0, upto, shift };
                let [mut fast, mut slow] = [0, 1].map(|_| vec![u32::MAX; from.len()]);
                let end = part(&from, &mut fast, &bins, node);
                assert_eq!(end, one_by_one(&from, &mut slow, &bins, node));
                assert_eq!(fast[..end], slow[..end]);
                fast[end..].sort_unstable();
                slow[end..].sort_unstable();
                assert_eq!(fast, slow);
            }
        }
    }
}
