//! The leaves that rows reach, many rows at once.

use multiversion::multiversion;

use super::binned::{Binned, TILE};
use super::tree::{Node, Tree};

/// Nodes of a level that rows are compared with in one pass.
const TOGETHER: usize = 4;

impl Tree {
    /// Adds the leaves' values to margin `class` of `classes` of every row.
    #[cfg(test)]
    pub(super) fn add(&self, data: &Binned, margins: &mut [f64], classes: usize, class: usize) {
        add(std::slice::from_ref(self), data, margins, classes, class);
    }

    /// Adds the leaves' values of all trees, which belong to the classes in turn.
    pub(super) fn add_all(trees: &[Self], data: &Binned, margins: &mut [f64], classes: usize) {
        add(trees, data, margins, classes, 0);
    }

    /// The leaf of each row of a tile. Every row is compared at every node, many rows at once: that takes fewer steps than to
    /// follow each row on its way.
    #[inline(always)]
    fn leaves(&self, data: &Binned, tile: usize) -> [u8; TILE] {
        let mut at = [0_u8; TILE];
        for level in 0..self.depth {
            let nodes = &self.nodes[(1 << level) - 1..(2 << level) - 1];
            let mut right = [0_u8; TILE];
            for (group, nodes) in nodes.chunks(TOGETHER).enumerate() {
                let mut four = [Node::LEAF; TOGETHER];
                four[..nodes.len()].copy_from_slice(nodes);
                let bins = four.map(|node| &data.tiles(usize::from(node.feature))[tile]);
                let first = (group * TOGETHER) as u8;
                // Few splits send missing cells to the left.
                if four.iter().all(|node| node.shift == 0) {
                    turn(&mut right, &at, bins, first, four.map(|node| node.upto), |bin, _| bin);
                } else {
                    let shifted = |bin: u8, k: usize| bin.wrapping_add(four[k].shift);
                    turn(&mut right, &at, bins, first, four.map(|node| node.upto), shifted);
                }
            }
            at.iter_mut().zip(right).for_each(|(at, right)| *at = 2 * *at + right);
        }
        at
    }
}

/// Marks the rows that go to the right at four nodes, of which the first has the place `first` in its level.
#[inline(always)]
fn turn(
    right: &mut [u8; TILE],
    at: &[u8; TILE],
    bins: [&[u8; TILE]; TOGETHER],
    first: u8,
    upto: [u8; TOGETHER],
    shifted: impl Fn(u8, usize) -> u8,
) {
    for lane in 0..TILE {
        // Written out: a loop over four here would not become vector code.
        let goes =
            |k: usize| u8::from(shifted(bins[k][lane], k) > upto[k]) & u8::from(at[lane] == first + k as u8);
        right[lane] |= goes(0) | goes(1) | goes(2) | goes(3);
    }
}

#[multiversion(targets = "simd")]
fn add(trees: &[Tree], data: &Binned, margins: &mut [f64], classes: usize, first: usize) {
    for (tile, margins) in margins.chunks_mut(TILE * classes).enumerate() {
        for (tree, class) in trees.iter().zip((0..classes).cycle().skip(first)) {
            let leaves = tree.leaves(data, tile);
            for (margins, leaf) in margins.chunks_exact_mut(classes).zip(leaves) {
                margins[class] += tree.values[usize::from(leaf)];
            }
        }
    }
}
