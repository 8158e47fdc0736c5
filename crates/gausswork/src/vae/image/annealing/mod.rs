//! Annealed importance sampling of `log p(x)`: stochastic bounds that are tight where the encoder is not.

mod chains;
mod path;

use serde::{Deserialize, Serialize};

use self::chains::{Chains, MOST_TEMPERATURES, Purpose};
use self::path::Path;
use super::model::ImageVae;
use super::simulated::{Simulated, Source};
use super::weights::Weights;
use crate::data::image::Failure;
use crate::data::image::ImageError;
use crate::error::OutOfRange;
use crate::learner::Collective;

/// Where annealing begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// `q(z|x)`: near the posterior, so that few temperatures suffice.
    #[default]
    Encoder,
    /// `N(0, I)`, as in Wu et al. (2017): whatever the encoder overlooks is found as easily as the rest.
    Prior,
}

/// How chains are annealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Annealing {
    /// Temperatures after the start, T.
    pub temperatures: usize,
    /// Independent chains of an image.
    pub chains: usize,
    /// Leapfrog steps of a transition.
    pub leapfrogs: usize,
    /// Where chains begin.
    pub start: Start,
}

impl Default for Annealing {
    fn default() -> Self {
        Self { temperatures: 100, chains: 16, leapfrogs: 5, start: Start::Encoder }
    }
}

impl Annealing {
    /// Checks every range.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let Self { temperatures, chains, leapfrogs, .. } = *self;
        let fits = (1..=MOST_TEMPERATURES).contains(&temperatures);
        OutOfRange::unless(fits, "temperatures", temperatures, "1 to 524,287")?;
        OutOfRange::unless((1..=4096).contains(&chains), "chains", chains, "1 to 4,096")?;
        OutOfRange::unless((1..=1000).contains(&leapfrogs), "leapfrogs", leapfrogs, "1 to 1,000")
    }

    /// `β_0 = 0 < … < β_T = 1`, close to each other at both ends: `σ(4 (2t/T − 1))`, moved and scaled to end there (Wu et al. 2017).
    fn betas(&self) -> Vec<f64> {
        let last = self.temperatures.max(1);
        let sigmoid = |t: usize| 1.0 / (1.0 + (-4.0 * (2.0 * t as f64 / last as f64 - 1.0)).exp());
        let [low, high] = [sigmoid(0), sigmoid(last)];
        (0..=last).map(|t| (sigmoid(t) - low) / (high - low)).collect()
    }
}

/// A stochastic bound on `log p(x)` of one image, nats.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnealedBound {
    /// The bound.
    pub nats: f64,
    /// Its standard error over the chains, `s / (w̄ √M)`.
    pub standard_error: f64,
    /// `(Σ w)² / Σ w²`, of M chains.
    pub effective_chains: f64,
}

/// Bounds of images.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnealedBounds {
    /// Of each image.
    pub bounds: Vec<AnnealedBound>,
    /// Mean probability with which transitions were accepted.
    pub acceptance: f64,
}

/// Latents that move together; a piece of work has so many, or the chains of one image.
const TOGETHER: usize = 128;
/// Images of a pilot, and chains of each.
const PILOT: [usize; 2] = [32, 8];

/// Annealed importance sampling of one model, its step sizes chosen.
///
/// From a start f_0 that can be drawn from, chains pass through `f_β = f_0^{1−β} p(x, z)^β` by transitions that leave each f_β as it is,
/// and their weights are unbiased: `E[w] = p(x)` (Neal 2001). So `log w̄` over M chains lies below `log p(x)` in expectation, and
/// approaches it with more temperatures. The step of a transition depends on its temperature alone and is chosen beforehand, on
/// chains of their own: one that followed the chain's past would leave nothing as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Annealer {
    annealing: Annealing,
    betas: Vec<f64>,
    /// Of the temperatures between the ends.
    steps: Vec<f64>,
}

impl Annealer {
    /// Chooses step sizes on chains for some of these images.
    ///
    /// # Errors
    /// As [`ImageSet::gather`](crate::data::image::ImageSet::gather).
    pub fn tuned(
        vae: &ImageVae,
        source: Source<'_>,
        images: &[u32],
        annealing: &Annealing,
        workers: &dyn Collective,
    ) -> Result<Self, ImageError> {
        let betas = annealing.betas();
        let [most, chains] = PILOT;
        let count = images.len().min(most);
        let some: Vec<u32> = (0..count).map(|i| images[i * images.len() / count]).collect();
        let pilot = Work {
            vae,
            source,
            purpose: Purpose::Pilot,
            annealing: &Annealing { chains, ..annealing.clone() },
        };
        let pieces = pilot.each(&some, workers, |chains| chains.pilot(&betas))?;
        let mean = |t: usize| pieces.iter().map(|steps| steps[t]).sum::<f64>() / pieces.len().max(1) as f64;
        let steps = (0..betas.len() - 2).map(|t| mean(t).exp()).collect();
        Ok(Self { annealing: annealing.clone(), betas, steps })
    }

    /// A lower bound: chains from the start. In expectation `log w̄ ≤ log p(x)`.
    ///
    /// # Errors
    /// As [`ImageSet::gather`](crate::data::image::ImageSet::gather).
    pub fn lower(
        &self,
        vae: &ImageVae,
        source: Source<'_>,
        images: &[u32],
        workers: &dyn Collective,
    ) -> Result<AnnealedBounds, ImageError> {
        let work = Work { vae, source, purpose: Purpose::Up, annealing: &self.annealing };
        let pieces = work.each(images, workers, |chains| {
            let (log_weights, accepted) = chains.run(chains.start(), &self.betas, &self.steps);
            self.figures(log_weights, accepted)
        })?;
        Ok(collected(&pieces))
    }

    /// An upper bound, of simulated images alone: chains back from the latent that an image came from, which is an exact draw from its
    /// posterior. Their weights have `E[1/w] = 1/p(x)`, so `−log` of the mean of `1/w` lies above `log p(x)` in expectation
    /// (bidirectional Monte Carlo; Grosse, Ghahramani & Adams 2015).
    ///
    /// The chains of an image set out from one latent: over images their mean's error is honest, that over the chains of one image leaves
    /// out what the latent itself varies by.
    ///
    /// # Errors
    /// As [`Annealer::lower`].
    pub fn upper(
        &self,
        vae: &ImageVae,
        simulated: &Simulated,
        images: &[u32],
        workers: &dyn Collective,
    ) -> Result<AnnealedBounds, ImageError> {
        let source = Source::Simulated(simulated);
        let work = Work { vae, source, purpose: Purpose::Down, annealing: &self.annealing };
        let latent = vae.config.latent();
        let pieces = work.each(images, workers, |chains| {
            let z = simulated.latents(chains.images);
            let z = z.chunks_exact(latent).flat_map(|z| z.repeat(self.annealing.chains)).collect();
            let (log_weights, accepted) = chains.run(chains.path.at(z), &self.betas, &self.steps);
            let mut figures = self.figures(log_weights.into_iter().map(|log| -log).collect(), accepted);
            figures[1..].iter_mut().step_by(3).for_each(|nats| *nats = -*nats);
            figures
        })?;
        Ok(collected(&pieces))
    }

    /// The acceptance summed over images, then three figures of each.
    fn figures(&self, log_weights: Vec<f64>, accepted: f64) -> Vec<f64> {
        let of_images = log_weights.chunks_exact(self.annealing.chains);
        let mut figures = vec![accepted * of_images.len() as f64];
        for of_image in of_images {
            let weights = Weights::of(of_image.iter().copied());
            figures.extend([weights.log_mean(), weights.standard_error(), weights.effective()]);
        }
        figures
    }
}

/// Pieces of work on chains.
struct Work<'a> {
    vae: &'a ImageVae,
    source: Source<'a>,
    purpose: Purpose,
    annealing: &'a Annealing,
}

impl Work<'_> {
    /// Runs the chains of images, piece by piece.
    fn each(
        &self,
        images: &[u32],
        workers: &dyn Collective,
        run: impl Fn(&Chains<'_>) -> Vec<f64> + Sync,
    ) -> Result<Vec<Vec<f64>>, ImageError> {
        let Annealing { chains, leapfrogs, start, .. } = *self.annealing;
        let piece = (TOGETHER / chains).max(1);
        let failed = Failure::default();
        let pieces = workers.map(images.len().div_ceil(piece), &|i| {
            let images = &images[i * piece..images.len().min((i + 1) * piece)];
            match self.source.take(images) {
                Ok(x) => {
                    let path = Path::new(self.vae, &x, chains, start);
                    let (path, noise, purpose) = (&path, self.source.noise(), self.purpose);
                    run(&Chains { path, images, noise, purpose, leapfrogs })
                }
                Err(error) => {
                    failed.note(error);
                    Vec::new()
                }
            }
        });
        failed.check()?;
        Ok(pieces)
    }
}

fn collected(pieces: &[Vec<f64>]) -> AnnealedBounds {
    let of_images = pieces.iter().flat_map(|piece| piece[1..].chunks_exact(3));
    let bound = |f: &[f64]| AnnealedBound { nats: f[0], standard_error: f[1], effective_chains: f[2] };
    let bounds: Vec<AnnealedBound> = of_images.map(bound).collect();
    let accepted: f64 = pieces.iter().map(|piece| piece[0]).sum();
    let acceptance = accepted / bounds.len().max(1) as f64;
    AnnealedBounds { bounds, acceptance }
}
