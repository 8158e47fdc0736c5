//! The rows that trees are fitted to, laid out for counting and for splitting.

use super::binned::{Binned, MISSING_BIN};

/// Most slots of features that are counted together.
const MOST_JOINT: u32 = 256;

/// Rows as histograms count them.
///
/// Features with few bins are counted together, in one slot for every combination of their bins: a row is then added to fewer
/// slots, and the sums of each feature follow from those of the combinations.
#[derive(Debug)]
pub(super) struct Training {
    pub(super) bins: Binned,
    /// Where each row counts.
    slots: Vec<u32>,
    slots_per_row: usize,
    /// Where the bins of each feature begin in a histogram, and where the last one's end; missing cells come last.
    offsets: Vec<u32>,
    pub(super) joints: Vec<Joint>,
}

/// Features that are counted together.
#[derive(Debug)]
pub(super) struct Joint {
    pub(super) features: usize,
    /// For every slot of it, one slot for each of its features.
    pub(super) members: Vec<u32>,
}

/// How a feature's cells become codes below `size`; a missing cell has the last one, where there are any.
#[derive(Debug, Clone, Copy)]
struct Coded {
    feature: usize,
    present: u32,
    size: u32,
}

impl Coded {
    fn code(self, bin: u8) -> u32 {
        if bin == MISSING_BIN { self.present } else { u32::from(bin) }
    }
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
        let coded: Vec<Coded> = (0..bins.features)
            .map(|feature| {
                let present = bins.sizes[feature];
                let missing = bins.feature(feature).contains(&MISSING_BIN);
                Coded { feature, present, size: present + u32::from(missing) }
            })
            .collect();
        let groups = groups(&coded, MOST_JOINT.min(rows.len() as u32));
        let slots_per_row = groups.len();
        let mut slots = vec![0; rows.len() * slots_per_row];
        let mut joints = Vec::new();
        let mut end = *offsets.last().unwrap_or(&0);
        for (place, group) in groups.iter().enumerate() {
            let start = if let [only] = group[..] { offsets[only.feature] } else { end };
            let mut stride = 1;
            for (member, coded) in group.iter().enumerate() {
                let own = slots.iter_mut().skip(place).step_by(slots_per_row);
                let first = if member == 0 { start } else { 0 };
                own.zip(bins.feature(coded.feature))
                    .for_each(|(slot, &bin)| *slot += first + stride * coded.code(bin));
                stride *= coded.size;
            }
            if group.len() > 1 {
                let slot_of = |code: u32, coded: &Coded| offsets[coded.feature] + code;
                let mut members = Vec::with_capacity(stride as usize * group.len());
                for slot in 0..stride {
                    let mut rest = slot;
                    for coded in group {
                        members.push(slot_of(rest % coded.size, coded));
                        rest /= coded.size;
                    }
                }
                joints.push(Joint { features: group.len(), members });
                end += stride;
            }
        }
        Self { bins, slots, slots_per_row, offsets, joints }
    }

    /// The slots of a feature, the last one for its missing cells.
    pub(super) fn slots_of(&self, feature: usize) -> std::ops::Range<usize> {
        self.offsets[feature] as usize..self.offsets[feature + 1] as usize
    }

    /// The feature that a slot belongs to.
    pub(super) fn feature_of(&self, slot: usize) -> usize {
        self.offsets.partition_point(|&offset| offset as usize <= slot) - 1
    }

    pub(super) fn slots(&self, row: usize) -> &[u32] {
        &self.slots[row * self.slots_per_row..(row + 1) * self.slots_per_row]
    }

    /// Slots of a histogram: those of features, and with them those of joints.
    pub(super) fn slot_counts(&self) -> [usize; 2] {
        let own = self.offsets.last().map_or(0, |&end| end as usize);
        [own, own + self.joints.iter().map(|joint| joint.members.len() / joint.features).sum::<usize>()]
    }
}

/// Features that are counted together: each goes to the first group with room, the one with the most codes first.
fn groups(coded: &[Coded], most: u32) -> Vec<Vec<Coded>> {
    let mut order = coded.to_vec();
    order.sort_by_key(|coded| std::cmp::Reverse(coded.size));
    let mut groups: Vec<(u32, Vec<Coded>)> = Vec::new();
    for coded in order {
        match groups.iter_mut().find(|(size, _)| size * coded.size <= most) {
            Some((size, group)) => {
                *size *= coded.size;
                group.push(coded);
            }
            None => groups.push((coded.size, vec![coded])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_counted_together_while_there_is_room() {
        let coded = |feature, size| Coded { feature, present: size, size };
        let sizes = |most| -> Vec<Vec<u32>> {
            let groups = groups(&[coded(0, 3), coded(1, 200), coded(2, 16), coded(3, 16), coded(4, 2)], most);
            groups.iter().map(|group| group.iter().map(|coded| coded.size).collect()).collect()
        };
        assert_eq!(sizes(256), [vec![200], vec![16, 16], vec![3, 2]]);
        assert_eq!(sizes(400), [vec![200, 2], vec![16, 16], vec![3]]);
        assert_eq!(sizes(1), [vec![200], vec![16], vec![16], vec![3], vec![2]]);
    }
}
