//! The rows that trees are fitted to, laid out for counting and for splitting.

use super::binned::{Binned, MISSING_BIN};

/// Codes of a group, so that a byte holds one and no sum stands outside of its 256.
pub(super) const CODES: usize = 256;
/// Most groups that are counted in one pass: their sums stay in the nearest cache.
pub(super) const TOGETHER: usize = 12;

/// Rows as histograms count them.
///
/// Features are counted in groups: a group has a code for every combination of its features' bins that occurs, so a row is
/// added to one sum per group, and the sums of each feature follow from those of the combinations.
#[derive(Debug)]
pub(super) struct Training {
    pub(super) bins: Binned,
    /// The codes of each row, block after block: one for each of `width` groups, the last ones of the last block 0.
    codes: Vec<u8>,
    pub(super) width: usize,
    /// Where the bins of each feature begin in a histogram, and where the last one's end; missing cells come last.
    offsets: Vec<u32>,
    pub(super) groups: Vec<Group>,
}

/// Features that are counted together.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) features: usize,
    /// For every code of it, one slot for each of its features.
    pub(super) members: Vec<u32>,
}

/// A group that still grows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Growing {
    features: Vec<usize>,
    /// Of every row.
    codes: Vec<u8>,
    /// The bins that each code stands for, one per feature.
    bins: Vec<u8>,
}

impl Training {
    pub(super) fn new(data: &Binned, rows: &[u32]) -> Self {
        let bins = data.take(rows);
        let mut offsets = vec![0];
        // One slot for missing cells.
        offsets.extend(bins.sizes.iter().scan(0, |end, size| {
            *end += size + 1;
            Some(*end)
        }));
        let grown = groups(&bins);
        let width = grown.len().div_ceil(grown.len().div_ceil(TOGETHER).max(1));
        let mut codes = vec![0; grown.len().next_multiple_of(width.max(1)) * rows.len()];
        for (place, group) in grown.iter().enumerate() {
            let block = &mut codes[place / width * width * rows.len()..];
            let own = block.iter_mut().skip(place % width).step_by(width);
            own.zip(&group.codes).for_each(|(own, &code)| *own = code);
        }
        let slot = |feature: usize, bin: u8| {
            offsets[feature] + if bin == MISSING_BIN { bins.sizes[feature] } else { u32::from(bin) }
        };
        let groups = (grown.iter())
            .map(|group| {
                let slots = group.bins.chunks_exact(group.features.len()).flat_map(|bins| {
                    group.features.iter().zip(bins).map(|(&feature, &bin)| slot(feature, bin))
                });
                Group { features: group.features.len(), members: slots.collect() }
            })
            .collect();
        Self { bins, codes, width, offsets, groups }
    }

    /// The slots of a feature, the last one for its missing cells.
    pub(super) fn slots_of(&self, feature: usize) -> std::ops::Range<usize> {
        self.offsets[feature] as usize..self.offsets[feature + 1] as usize
    }

    /// The feature that a slot belongs to.
    pub(super) fn feature_of(&self, slot: usize) -> usize {
        self.offsets.partition_point(|&offset| offset as usize <= slot) - 1
    }

    /// The groups that are counted in one pass, and the codes of all rows for them.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (&[Group], &[u8])> {
        let width = self.width.max(1);
        self.groups.chunks(width).zip(self.codes.chunks(width * self.bins.rows.max(1)))
    }

    /// Slots of a histogram.
    pub(super) fn slots(&self) -> usize {
        self.offsets.last().map_or(0, |&end| end as usize)
    }
}

/// Features that are counted together: each goes to the first group where no more than 256 combinations occur, the one with
/// the most bins first.
fn groups(data: &Binned) -> Vec<Growing> {
    let mut order: Vec<usize> = (0..data.features).collect();
    order.sort_by_key(|&feature| std::cmp::Reverse(data.sizes[feature]));
    let mut groups: Vec<Growing> = Vec::new();
    let mut known = Vec::new();
    for feature in order {
        let bins = data.feature(feature);
        let grown = (groups.iter_mut())
            .find_map(|group| joined(group, feature, bins, &mut known).map(|grown| (group, grown)));
        match grown {
            Some((group, grown)) => *group = grown,
            None => {
                let nothing = Growing { features: Vec::new(), codes: vec![0; data.rows], bins: Vec::new() };
                // Of one feature there are never more than 256.
                groups.extend(joined(&nothing, feature, bins, &mut known));
            }
        }
    }
    groups
}

/// The group with one more feature; none where too many combinations occur. `known` is room for them.
fn joined(group: &Growing, feature: usize, bins: &[u8], known: &mut Vec<u16>) -> Option<Growing> {
    let before = group.features.len();
    let codes = group.bins.len().checked_div(before).unwrap_or(1);
    known.clear();
    known.resize(codes * CODES, 0);
    let mut grown = Growing {
        features: group.features.iter().copied().chain([feature]).collect(),
        codes: Vec::with_capacity(bins.len()),
        bins: Vec::new(),
    };
    let mut count = 0_u16;
    for (&own, &bin) in group.codes.iter().zip(bins) {
        // One more than the code; 0 where the combination is new.
        let code = &mut known[usize::from(own) * CODES + usize::from(bin)];
        if *code == 0 {
            if usize::from(count) == CODES {
                return None;
            }
            count += 1;
            *code = count;
            let own = usize::from(own) * before;
            grown.bins.extend_from_slice(&group.bins[own..own + before]);
            grown.bins.push(bin);
        }
        grown.codes.push((*code - 1) as u8);
    }
    Some(grown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_counted_together_while_there_is_room() {
        // Of 200 × 3 combinations 200 occur, of 200 × 7 more than a byte can tell apart.
        let rows: Vec<u32> = (0..4000).collect();
        let feature = |of: &dyn Fn(u32) -> u32| rows.iter().map(|&row| of(row) as u8).collect::<Vec<u8>>();
        let columns = [feature(&|row| row % 200 % 3), feature(&|row| row % 200), feature(&|row| row % 7)];
        let data = Binned::of(&columns, &[3, 200, 7]);
        let grown = groups(&data);
        let features: Vec<&[usize]> = grown.iter().map(|group| &group.features[..]).collect();
        assert_eq!(features, [&[1, 0][..], &[2]]);
        for group in &grown {
            for (row, &code) in group.codes.iter().enumerate() {
                let bins = group.bins.chunks_exact(group.features.len());
                let own: Vec<u8> = group.features.iter().map(|&feature| columns[feature][row]).collect();
                assert_eq!(bins.clone().nth(usize::from(code)), Some(&own[..]));
            }
        }
        let few = Training::new(&data, &rows[..2]);
        assert_eq!(few.groups.len(), 1);
        assert_eq!(few.blocks().count(), 1);
    }
}
