//! Scores of sets of images by their features.

use gausswork_eval::features::{
    Classes, Extractor, FeatureError, FeatureScore, Features, Pair, Top, as_labelled, classes, frechet,
    kernel, manifold,
};
use gausswork_eval::report::Step;

use super::extractor::AnyExtractor;
use super::sets::{Compared, Pictures};
use super::{EvaluateImagesError, ImageRole, ImageSetReport};
use crate::data::image::ImageShape;
use crate::extractor::Extracted;
use crate::run::figures::spread;
use crate::run::{Event, Observer};
use crate::train::Threads;

/// Images of a set whose features are looked at, at most.
pub(super) const MOST: usize = 50_000;
/// Those of which pairs are looked at, at most.
pub(super) const MOST_IN_PAIRS: usize = 10_000;

/// What the scores of all sets have in common.
pub(super) struct Judge<'a> {
    pub extractor: &'a AnyExtractor,
    pub name: Extractor,
    pub shape: ImageShape,
    pub workers: &'a Threads,
}

impl Judge<'_> {
    /// Features of images, at most 50,000 of them, evenly spread.
    fn features(&self, pictures: &Pictures<'_>) -> Result<Extracted, EvaluateImagesError> {
        let all: Vec<u32> = (0..pictures.len() as u32).collect();
        let chosen = spread(&all, MOST);
        let values = self.shape.values();
        let gather = |range: std::ops::Range<usize>, out: &mut [f32]| {
            let images = chosen[range].iter().map(|&image| image as usize);
            images.zip(out.chunks_exact_mut(values)).try_for_each(|(i, out)| pictures.gather(i..i + 1, out))
        };
        Ok(self.extractor.extract(chosen.len(), self.shape, &gather, self.workers)?)
    }

    /// The reports of all sets, and the level by which images are recognised.
    pub(super) fn all(
        &self,
        reference: &Pictures<'_>,
        sets: &[Compared<'_>],
        observer: &mut dyn Observer,
    ) -> Result<Reports, EvaluateImagesError> {
        let total = sets.len() + 1;
        let mut step = |done: usize, set: &str| {
            observer.observe(&Event::Metric(Step { done, total, set, metric: "features" }));
        };
        step(0, "the real images");
        let of_reference = self.features(reference)?;
        let fresh = sets.iter().find(|set| set.role == ImageRole::FreshReal);
        let of_fresh = fresh.map(|set| self.features(&set.pictures)).transpose()?;
        let unseen = of_fresh.as_ref().map(|extracted| self.tops(extracted)).unwrap_or_default();
        let mut found = Reports::default();
        for (done, set) in sets.iter().enumerate() {
            step(done + 1, &set.name);
            let extracted = match (&of_fresh, set.role) {
                (Some(of_fresh), ImageRole::FreshReal) => of_fresh.clone(),
                _ => self.features(&set.pictures)?,
            };
            let failed = |source| EvaluateImagesError::Features { set: set.name.clone(), source };
            let mut scores =
                self.workers.install(|| self.scores(&of_reference, &extracted)).map_err(failed)?;
            let seen = (!unseen.is_empty()).then(|| self.seen(&unseen, &extracted));
            let seen = seen.transpose().map_err(failed)?;
            let (mut shares, mut recognised) = (Vec::new(), Vec::new());
            if let Some(seen) = seen {
                found.level = Some(seen.level);
                scores.extend(seen.scores);
                (shares, recognised) = (seen.synthetic, seen.recognised);
            }
            if let Some(labels) = self.labels(&set.pictures) {
                let tops = self.tops(&extracted);
                scores.push(as_labelled(&self.name, &tops, &labels, reference.len()).map_err(failed)?);
            } else if set.pictures.label(0).is_some() && !self.extractor.classes().is_empty() {
                found.notes.push(format!(
                    "{}: its labels are not all among those of the extractor, so how many images are classified as labelled is not told.",
                    set.name
                ));
            }
            let (name, role, images) = (set.name.clone(), set.role, set.pictures.len());
            found.sets.push(ImageSetReport { name, role, images, scores, shares, recognised });
        }
        step(total, "");
        Ok(found)
    }

    fn scores(&self, real: &Extracted, synthetic: &Extracted) -> Result<Vec<FeatureScore>, FeatureError> {
        let (name, width) = (&self.name, self.extractor.width());
        let pair = |real, synthetic| {
            Pair::new(Features::new(name, width, real)?, Features::new(name, width, synthetic)?)
        };
        let few = |extracted: &Extracted| -> Vec<f32> {
            let rows: Vec<u32> = (0..(extracted.features.len() / width) as u32).collect();
            let of = |row: u32| &extracted.features[row as usize * width..(row as usize + 1) * width];
            spread(&rows, MOST_IN_PAIRS).into_iter().flat_map(of).copied().collect()
        };
        let [fewer_real, fewer_synthetic] = [real, synthetic].map(few);
        let few = pair(&fewer_real, &fewer_synthetic)?;
        let all = pair(&real.features, &synthetic.features)?;
        Ok([frechet(&all)?, kernel(&few)?, manifold(&few)?].concat())
    }

    /// The labels of the images of [`Self::features`] among the classes of the extractor; none where one is not among them.
    fn labels(&self, pictures: &Pictures<'_>) -> Option<Vec<u32>> {
        let classes = self.extractor.classes();
        let all: Vec<u32> = (0..pictures.len() as u32).collect();
        let code = |image: u32| {
            let label = pictures.label(image as usize)?;
            classes.iter().position(|class| class == label).map(|code| code as u32)
        };
        spread(&all, MOST).into_iter().map(code).collect()
    }

    /// The classes that the extractor sees; none where it knows none.
    fn tops(&self, extracted: &Extracted) -> Vec<Top> {
        let tops = extracted.tops(self.extractor.classes().len()).into_iter();
        tops.map(|(class, probability)| Top { class, probability }).collect()
    }

    fn seen(&self, unseen: &[Top], extracted: &Extracted) -> Result<Classes, FeatureError> {
        classes(&self.name, self.extractor.classes().len(), unseen, &self.tops(extracted))
    }
}

/// What judging leaves for the report.
#[derive(Default)]
pub(super) struct Reports {
    pub sets: Vec<ImageSetReport>,
    pub level: Option<f64>,
    /// Sentences on what was not computed.
    pub notes: Vec<String>,
}
