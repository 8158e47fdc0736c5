//! The game of a run: what its files tell, and how to say it in words.

mod run;
mod words;

pub(crate) use run::{Game, Histogram, Series, Shot};
pub(crate) use words::{at_equilibrium, course, course_json, figures, verdict};
