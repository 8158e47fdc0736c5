//! A figure of features, which is nothing without the name of what made them.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use super::extractor::Extractor;
use crate::score::{Metric, Score};

/// A score and the extractor whose features it is of.
///
/// Its text is `title over extractor: value [interval]`; neither comes without the other.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureScore {
    score: Score,
    extractor: Extractor,
}

impl FeatureScore {
    pub(super) fn new(score: Score, extractor: &Extractor) -> Self {
        Self { score, extractor: extractor.clone() }
    }

    /// Value, error and sizes.
    #[must_use]
    pub fn score(&self) -> &Score {
        &self.score
    }

    /// What made the features.
    #[must_use]
    pub fn extractor(&self) -> &Extractor {
        &self.extractor
    }

    /// The name for people: "FID", or "Fréchet distance over pixels".
    #[must_use]
    pub fn title(&self) -> String {
        let title: Cow<'_, str> = match self.score.metric {
            Metric::Frechet => self.extractor.frechet_title().into(),
            Metric::FrechetExtrapolated => {
                format!("{} of infinitely many rows", self.extractor.frechet_title()).into()
            }
            metric => metric.title().into(),
        };
        format!("{title} over {}", self.extractor)
    }

    /// `self − other` and its standard error, paired; none where the two are of different metrics or different extractors.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<(f64, Option<f64>)> {
        let same = self.score.metric == other.score.metric && self.extractor == other.extractor;
        same.then(|| self.score.difference(&other.score))
    }
}

impl fmt::Display for FeatureScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.title(), self.score.value)?;
        if let Some([low, high]) = self.score.interval {
            write!(f, " [{low}, {high}]")?;
        }
        Ok(())
    }
}

impl Serialize for FeatureScore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Named<'a> {
            extractor: String,
            title: String,
            #[serde(flatten)]
            score: &'a Score,
        }
        let named = Named { extractor: self.extractor.to_string(), title: self.title(), score: &self.score };
        named.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Inception;

    #[test]
    fn no_score_is_printed_without_its_extractor() {
        let inception = Extractor::Inception(Inception::verified(Inception::SHA256).unwrap());
        let score = Score::with_error(Metric::Frechet, 2.0, 0.0, [10, 20]);
        let [own, other] =
            [&Extractor::Pixels, &inception].map(|extractor| FeatureScore::new(score.clone(), extractor));
        assert_eq!(own.to_string(), "Fréchet distance over pixels: 2 [2, 2]");
        assert_eq!(
            other.to_string(),
            "FID over Inception-v3 (pt_inception-2015-12-05, sha256 6726825d): 2 [2, 2]"
        );
        assert_eq!(own.difference(&other), None);
        assert_eq!(own.difference(&own), Some((0.0, Some(0.0))));
    }
}
