//! The command as people meet it: what it writes, what it says, how it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod bad_input;
mod common;
mod conditions;
mod density;
mod discriminator;
mod evaluate;
mod game;
mod image_evaluation;
mod image_game;
mod images;
mod kl;
mod labels;
mod latents;
mod reproducible;
mod verbs;
mod verify;
