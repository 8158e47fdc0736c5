//! The verbs on images.
//!
//! | to see | look at |
//! |---|---|
//! | the flags of `fit` that are of images alone | [`args`] |
//! | `fit --dry-run` of images | [`plan`] |
//! | the page of a fit | [`page`] |
//! | `sample`, `score` of a model of images | [`sample`], [`score`] |
//! | the verb `reconstruct` | [`reconstruct`] |
//! | the verbs `interpolate` and `traverse` | [`walk`] |
//! | what a model of images is, and its figures | [`told`] |

pub(crate) mod args;
pub(crate) mod page;
pub(crate) mod plan;
pub(crate) mod reconstruct;
pub(crate) mod sample;
pub(crate) mod score;
pub(crate) mod told;
pub(crate) mod walk;
