//! The state of a game: its figures over training, and how the samples and the discriminator came about.

mod figures;
mod film;
mod lines;
mod surface;

use askama::Template;
use gausswork_eval::report::Truth;

pub(in crate::report) use self::lines::{Lines, Scale};
use super::ink::Svg;
use crate::game::Game;

/// The section of the page.
#[derive(Debug, Template)]
#[template(
    source = r##"<section id="game" aria-labelledby="h-game">
<h2 id="h-game">The game</h2>
<p>A generator and a discriminator play the {{ objective }} game (<cite>{{ reference }}</cite>). Neither loss says how good the samples are: each depends on how well the other plays.</p>
{%- if let Some((verdict, reasons)) = judgement %}
<p class="lead">Verdict: <strong>{{ verdict }}</strong>.</p>
<ul>
{%- for reason in reasons %}
<li>{{ reason }}.</li>
{%- endfor %}
</ul>
{%- endif %}
{%- if figures.is_empty() && histograms.is_empty() %}
<p class="omitted">There are no figures of it: train.jsonl is missing, or has none.</p>
{%- endif %}
<div class="scatters">
{%- for figure in figures %}
<figure><h3>{{ figure.title }}</h3>{{ figure.picture|safe }}<figcaption>{{ figure.caption }}</figcaption></figure>
{%- endfor %}
</div>
{%- if !histograms.is_empty() %}
<h3>What D says of held-out data and of samples</h3>
<p>Shares by D: grey surface, held-out data; line, as many samples. At the start both are near ½; where the discriminator has won they are at opposite ends; where samples cannot be told from data they lie over each other.</p>
<div class="maps">
{%- for (picture, caption) in histograms %}
<figure>{{ picture|safe }}<figcaption>{{ caption }}</figcaption></figure>
{%- endfor %}
</div>
{%- endif %}
{%- if let Some(film) = film %}
{{ film|safe }}
{%- endif %}
</section>"##,
    ext = "html"
)]
pub(in crate::report) struct Panel {
    objective: &'static str,
    reference: &'static str,
    judgement: Option<(String, Vec<String>)>,
    figures: Vec<figures::Figure>,
    histograms: Vec<(Svg, String)>,
    film: Option<film::Film>,
}

impl Panel {
    /// The section of a game; contours of the density stand beside its samples where the truth is known.
    ///
    /// # Errors
    /// A picture that cannot be drawn.
    pub(in crate::report) fn new(game: &Game, truth: Option<&Truth>) -> anyhow::Result<Self> {
        let reasons = |judgement: &gausswork::gan::Judgement| {
            let reasons = judgement.reasons.iter().map(|reason| reason.trim_end_matches('.').to_owned());
            (judgement.verdict.name().replace('-', " "), reasons.collect())
        };
        Ok(Self {
            objective: game.objective.name(),
            reference: game.objective.reference(),
            judgement: game.judgement.as_ref().map(reasons),
            figures: figures::figures(game)?,
            histograms: figures::histograms(game)?,
            film: film::Film::new(game, truth)?,
        })
    }
}
