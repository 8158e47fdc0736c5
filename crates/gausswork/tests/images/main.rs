//! Sets of images: what is read, what is refused, what is written.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "tests")]

mod arrays;
mod damaged;
mod files;
mod jpegs;
mod refused;
mod sets;
mod support;
mod written;
