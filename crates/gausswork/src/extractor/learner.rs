//! Training an extractor.

use burn::tensor::{Device, Tensor, TensorData};

use super::lesson::{self, Lesson};
use super::network::FeatureNetwork;
use super::view::Distortion;
use crate::data::image::{ImageError, ImageSet};
use crate::learner::{Collective, Diverged, Epochs, Figures, Gradient, Learner, Validation};
use crate::nn::{Adam, AdamConfig};
use crate::noise::Noise;

/// Images of a step.
const BATCH: usize = 128;
/// Pieces that a step is cut into; images are told from those of the same piece.
const SHARDS: usize = 2;
/// Multiplications of a whole training, forward and backward: a minute and a half of two cores, at most.
const BUDGET: u64 = 1_500_000_000_000;
/// Passes over the images that are enough.
const EPOCHS: u64 = 60;
/// Steps of any training, and of the longest.
const STEPS: [u64; 2] = [100, 3000];

/// A [`FeatureNetwork`] with the images it learns from, and its optimiser.
#[derive(Debug)]
pub struct ExtractorLearner<'a> {
    /// The network; its parameters are the live weights.
    pub network: FeatureNetwork,
    lesson: &'a Lesson,
    set: &'a ImageSet,
    train: Vec<u32>,
    batch: usize,
    noise: Noise,
    device: Device,
    adam: Adam,
    best: Vec<f32>,
    epochs: Epochs,
    /// What kept images from being read.
    failed: Option<ImageError>,
}

impl<'a> ExtractorLearner<'a> {
    /// A learner on the images `train` of a set, which has labels if they are the lesson.
    pub fn new(
        network: FeatureNetwork,
        lesson: &'a Lesson,
        set: &'a ImageSet,
        train: Vec<u32>,
        noise: Noise,
    ) -> Self {
        let adam =
            Adam::new(network.params.values(), AdamConfig { average: Some(0.99), ..AdamConfig::default() });
        let best = network.params.values().to_vec();
        let batch = BATCH.min(train.len()).max(1);
        let (epochs, device) = (Epochs::default(), Device::flex());
        Self { network, lesson, set, train, batch, noise, device, adam, best, epochs, failed: None }
    }

    /// Steps that are enough, and that a minute or so has time for.
    pub fn steps(&self) -> u64 {
        let views = (self.batch * self.lesson.views()) as u64;
        // Backward takes twice as many multiplications as forward.
        let affordable = BUDGET / (3 * views * self.network.sizes.multiplications()).max(1);
        let enough = EPOCHS * Epochs::batches(self.train.len(), self.batch);
        affordable.min(enough).clamp(STEPS[0], STEPS[1])
    }

    /// The network with the averaged weights remembered by [`Learner::keep`].
    pub fn finished(mut self) -> FeatureNetwork {
        self.network.params.values_mut().copy_from_slice(&self.best);
        self.network
    }

    /// Why images could not be read, if that ended the training.
    pub fn failure(&mut self) -> Option<ImageError> {
        self.failed.take()
    }

    /// Gradient of one shard, and its sums of losses and of right answers; `first` is the number of its first image.
    fn shard(&self, pixels: &[f32], images: &[u32], first: u64) -> (Gradient, Vec<f64>) {
        let device = self.device.clone().autodiff();
        let (shape, views) = (self.set.shape(), self.lesson.views());
        let (n, values) = (images.len(), shape.values());
        let distortion = match self.lesson {
            Lesson::Labels(_) => Distortion::MILD,
            Lesson::Instances => Distortion::STRONG,
        };
        let mut seen = vec![0.0; views * n * values];
        for (place, view) in seen.chunks_exact_mut(values).enumerate() {
            let image = &pixels[place % n * values..][..values];
            let key = (first + (place % n) as u64) * views as u64 + (place / n) as u64;
            distortion.view(image, shape, &self.noise, key, view);
        }
        let leaves = self.network.params.leaves(&device);
        let x = Tensor::<2>::from_data(TensorData::new(seen, [views * n, values]), &device);
        let outputs = self.network.outputs(&leaves, self.network.features(&leaves, x));
        let (loss, right) = match self.lesson {
            Lesson::Labels(_) => {
                let codes = self.set.labels().map(|labels| labels.codes.as_slice()).unwrap_or_default();
                let codes: Vec<u32> =
                    images.iter().map(|&image| codes.get(image as usize).copied().unwrap_or(0)).collect();
                lesson::of_labels(outputs, &codes)
            }
            Lesson::Instances => lesson::of_instances(outputs),
        };
        let nats = loss.to_data().iter::<f64>().sum();
        let mut gradients = loss.div_scalar((self.batch * views) as f64).backward();
        (self.network.params.gradient(&leaves, &mut gradients), vec![nats, right as f64])
    }
}

impl Learner for ExtractorLearner<'_> {
    fn step(&mut self, step: u64, learning_rate: f64, workers: &dyn Collective) -> Result<Figures, Diverged> {
        let images = self.epochs.batch(step, &self.train, self.batch, &self.noise);
        let values = self.set.shape().values();
        let mut pixels = vec![0.0; images.len() * values];
        let broken = |term: &str| Diverged { step, term: term.to_owned(), column: None };
        if let Err(error) = self.set.gather(&images, &mut pixels) {
            self.failed = Some(error);
            return Err(broken("an image"));
        }
        let shards = SHARDS.min(images.len());
        let (gradient, figures) = workers.sum(shards, &|shard| {
            let part = images.len() * shard / shards..images.len() * (shard + 1) / shards;
            let first = step * self.batch as u64 + part.start as u64;
            self.shard(&pixels[part.start * values..part.end * values], &images[part], first)
        });
        if figures.iter().any(|figure| !figure.is_finite()) {
            return Err(broken("the extractor's loss"));
        }
        let norm = self.adam.step(step, learning_rate, &gradient, self.network.params.values_mut(), workers);
        if !norm.is_finite() {
            return Err(broken("the extractor's gradient"));
        }
        let views = (self.batch * self.lesson.views()) as f64;
        Ok(vec![("extractor_loss", figures[0] / views), ("extractor_accuracy", figures[1] / views)])
    }

    /// No held-out image has a say in how long it is trained.
    fn validate(&mut self, _workers: &dyn Collective) -> Validation {
        Validation { bound: None, figures: Vec::new() }
    }

    fn keep(&mut self) {
        self.best.copy_from_slice(&self.adam.average);
    }

    fn state(&self) -> Vec<(String, Vec<f32>)> {
        vec![
            ("weights".to_owned(), self.network.params.values().to_vec()),
            ("adam.m".to_owned(), self.adam.m.clone()),
            ("adam.v".to_owned(), self.adam.v.clone()),
            ("average".to_owned(), self.adam.average.clone()),
        ]
    }

    fn restore(&mut self, state: Vec<(String, Vec<f32>)>) -> bool {
        let Adam { m, v, average, .. } = &mut self.adam;
        let targets = [
            ("weights", self.network.params.values_mut()),
            ("adam.m", m),
            ("adam.v", v),
            ("average", average),
        ];
        for (name, target) in targets {
            match state.iter().find(|(n, values)| n == name && values.len() == target.len()) {
                Some((_, values)) => target.copy_from_slice(values),
                None => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::image::{LabelSource, ReadImages, read};
    use crate::extractor::NetworkSizes;
    use crate::train::Threads;

    /// The weights after a few steps on the digits.
    fn trained(labels: LabelSource, threads: usize) -> (Vec<f32>, Vec<Figures>) {
        let options = ReadImages { labels, ..ReadImages::default() };
        let set = read("../../data/digits.npz".as_ref(), &options).unwrap();
        let lesson = match set.labels() {
            Some(labels) => Lesson::Labels(labels.names.clone()),
            None => Lesson::Instances,
        };
        let noise = Noise::new(4);
        let network = FeatureNetwork::new(NetworkSizes::of(set.shape(), lesson.outputs()), &noise);
        let mut learner = ExtractorLearner::new(network, &lesson, &set, (0..300).collect(), noise);
        let workers = Threads::new(threads).unwrap();
        let figures = (0..30).map(|step| learner.step(step, 0.002, &workers).unwrap()).collect();
        learner.keep();
        (learner.finished().params.values().to_vec(), figures)
    }

    #[test]
    fn any_number_of_threads_gives_the_same_weights_and_they_learn() {
        for labels in [LabelSource::Found, LabelSource::Ignored] {
            let (weights, figures) = trained(labels, 1);
            assert_eq!(weights, trained(labels, 3).0);
            let loss =
                |steps: &[Figures]| steps.iter().map(|step| step[0].1).sum::<f64>() / steps.len() as f64;
            assert!(loss(&figures[25..]) < 0.95 * loss(&figures[..5]), "{labels:?}");
        }
    }
}
