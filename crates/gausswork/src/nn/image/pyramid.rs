//! How large the features of an image are, level by level.

/// The sizes of an image and of its features, each level half as high and wide as the one before, odd sides rounded down.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pyramid {
    /// Height and width of each level, that of the image first.
    pub sides: Vec<[usize; 2]>,
    /// Features of a pixel of each level; the first are those of a network at the image's own size.
    pub features: Vec<usize>,
}

impl Pyramid {
    /// The shortest side of features.
    const SHORTEST: usize = 4;
    /// Features of a pixel are doubled so often at most.
    const DOUBLINGS: usize = 3;

    /// That of an image: halved as long as no side falls below four.
    pub(super) fn of(image: [usize; 2], width: usize) -> Self {
        let halved = |sides: &[usize; 2]| Some(sides.map(|side| side / 2));
        let sides: Vec<[usize; 2]> = std::iter::successors(Some(image), halved)
            .enumerate()
            .take_while(|(level, sides)| *level == 0 || sides.iter().all(|&side| side >= Self::SHORTEST))
            .map(|(_, sides)| sides)
            .collect();
        let features = |level: usize| width << level.saturating_sub(1).min(Self::DOUBLINGS);
        Self { features: (0..sides.len()).map(features).collect(), sides }
    }

    /// How often it is halved.
    pub(super) fn halvings(&self) -> usize {
        self.sides.len() - 1
    }

    /// Height, width and features of the coarsest level.
    pub(super) fn coarsest(&self) -> [usize; 3] {
        let ([height, width], features) = (self.sides[self.halvings()], self.features[self.halvings()]);
        [height, width, features]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_halved_while_they_can_be() {
        let sides = |height, width| Pyramid::of([height, width], 8).sides;
        assert_eq!(sides(28, 28), [[28, 28], [14, 14], [7, 7]]);
        assert_eq!(sides(28, 20), [[28, 20], [14, 10], [7, 5]]);
        assert_eq!(sides(32, 32), [[32, 32], [16, 16], [8, 8], [4, 4]]);
        assert_eq!(sides(8, 8), [[8, 8], [4, 4]]);
        assert_eq!(sides(9, 11), [[9, 11], [4, 5]]);
        assert_eq!(sides(2, 2), [[2, 2]]);
        assert_eq!(Pyramid::of([256, 256], 8).features, [8, 8, 16, 32, 64, 64, 64]);
        assert_eq!(Pyramid::of([28, 28], 8).coarsest(), [7, 7, 16]);
    }
}
