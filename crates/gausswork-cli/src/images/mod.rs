//! The verbs on images.
//!
//! | to see | look at |
//! |---|---|
//! | the flags of `fit` that are of images alone | [`args`] |
//! | the flags by which images are read | [`reading`] |
//! | `evaluate` of images, and its report in a terminal | [`evaluate`], [`scorecard`] |
//! | `fit --dry-run` of images | [`plan`] |
//! | what a game of images is | [`game`] |
//! | the page of a fit | [`page`] |
//! | `sample`, `score` of a model of images | [`sample`], [`score`] |
//! | `score --bounds` | [`bounds`] |
//! | the verb `reconstruct` | [`reconstruct`] |
//! | the verbs `interpolate` and `traverse` | [`walk`] |
//! | what a model of images is, and its figures | [`told`] |

pub(crate) mod args;
pub(crate) mod bounds;
pub(crate) mod evaluate;
pub(crate) mod game;
pub(crate) mod page;
pub(crate) mod plan;
pub(crate) mod reading;
pub(crate) mod reconstruct;
pub(crate) mod sample;
pub(crate) mod score;
pub(crate) mod scorecard;
pub(crate) mod told;
pub(crate) mod walk;
