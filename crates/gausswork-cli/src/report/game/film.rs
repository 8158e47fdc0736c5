//! The film of a game in the plane: a strip of frames, the same as a moving picture, and the end of it.

use askama::Template;
use gausswork::data::density::{DensitySource, Exact};
use gausswork::gan::Objective;
use gausswork::learner::Square;
use gausswork_eval::report::Truth;

use super::super::contour::{FINE, Line, contours, levels};
use super::super::ink::Svg;
use super::super::number::rounded;
use super::surface::{SMALL, Shade, Size, Still};
use crate::game::{Game, Shot};
use crate::output::grouped;
use crate::plot::UNIT;

/// Frames that are shown, at most.
const FRAMES: usize = 12;
/// How far a contour of a small picture may be off: it has four times fewer points on a side.
const COARSE: f64 = 1.0;

/// The part of the section.
#[derive(Debug, Template)]
#[template(
    source = r##"<h3 id="film">The film</h3>
<p>{{ told }}</p>
{%- if let Some([low, high]) = keys %}
<ul class="keys">
<li><span class="key kh" aria-hidden="true"></span>{{ high }}</li>
<li><span class="key kl" aria-hidden="true"></span>{{ low }}</li>
</ul>
{%- endif %}
<div class="strip">
{%- for frame in frames %}
<figure>{{ frame|safe }}</figure>
{%- endfor %}
</div>
<details>
<summary>Play the frames as a film</summary>
<svg role="img" aria-label="The {{ frames.len() }} frames above, one after the other." width="{{ side * 2 }}" height="{{ height * 2 }}" viewBox="0 0 {{ side * UNIT }} {{ height * UNIT }}"><g class="reel" style="--n:{{ frames.len() }};--w:{{ side * UNIT }}px">
{%- for frame in frames -%}
<use href="#frame-{{ loop.index0 }}" x="{{ loop.index0 * width }}"/>
{%- endfor -%}
</g></svg>
<p class="omitted">Every frame stays equally long, whatever the steps between it and the next; closing this ends it. Where less motion is wanted, it stands still at the last frame.</p>
</details>
<h3>The end of the game</h3>
<figure>{{ end.0|safe }}<figcaption>{{ end.1 }}</figcaption></figure>"##,
    ext = "html"
)]
pub(super) struct Film {
    told: String,
    /// What the two darkest inks stand for.
    keys: Option<[String; 2]>,
    frames: Vec<Svg>,
    end: (Svg, String),
    side: u32,
    height: u32,
    width: usize,
}

impl Film {
    /// The film of a game; none where there is no frame. Contours are those of the density of `truth`.
    ///
    /// # Errors
    /// A picture that cannot be drawn.
    pub(super) fn new(game: &Game, truth: Option<&Truth>) -> anyhow::Result<Option<Self>> {
        let objective = game.objective;
        let shots = chosen(&game.film);
        let shades = shades(objective, &shots);
        let Some((last, &shade)) = shots.last().zip(shades.last()) else { return Ok(None) };
        let source = truth.and_then(|truth| truth.name.parse::<DensitySource>().ok());
        let exact = source.map(|source| source.density.exact());
        let lines =
            |size| exact.as_ref().map_or(Vec::new(), |exact| outlines(exact, last.frame.square, size));
        let (coarse, fine) = (lines(Size::Small), lines(Size::Large));
        let mut frames = Vec::new();
        for (place, (shot, &shade)) in shots.iter().zip(&shades).enumerate() {
            let (step, frame) = (shot.step, &shot.frame);
            let still = Still { step, frame, shade, contours: &coarse, size: Size::Small };
            let frame = Svg::new(&still, label(&still, objective))?;
            frames.push(frame.named(&format!("frame-{place}")));
        }
        let (step, frame) = (last.step, &last.frame);
        let still = Still { step, frame, shade, contours: &fine, size: Size::Large };
        let end = (Svg::new(&still, label(&still, objective))?, caption(&still));
        let told = told(objective, &shots, &coarse);
        let (side, height) = (SMALL[0], SMALL[0] + SMALL[1]);
        Ok(Some(Self {
            told,
            keys: keys(shade, last),
            frames,
            end,
            side,
            height,
            width: (side * UNIT) as usize,
        }))
    }
}

/// Not more frames than are shown, the first and the last among them.
fn chosen(film: &[Shot]) -> Vec<&Shot> {
    let count = film.len().min(FRAMES);
    let last = film.len().saturating_sub(1);
    (0..count).map(|i| &film[i * last / count.saturating_sub(1).max(1)]).collect()
}

/// How the outputs of each frame become inks.
fn shades(objective: Objective, shots: &[&Shot]) -> Vec<Shade> {
    if objective.probability(0.0).is_some() {
        return vec![Shade::Probability(objective); shots.len()];
    }
    let middle = |shot: &&Shot| match objective {
        // What is above 0 counts as real.
        Objective::Hinge => 0.0,
        // Only differences mean anything.
        _ => shot.frame.surface.iter().sum::<f64>() / shot.frame.surface.len().max(1) as f64,
    };
    let middles: Vec<f64> = shots.iter().map(middle).collect();
    let distances = shots
        .iter()
        .zip(&middles)
        .flat_map(|(shot, middle)| shot.frame.surface.iter().map(move |output| (output - middle).abs()));
    let most = distances.fold(f64::MIN_POSITIVE, f64::max);
    middles.into_iter().map(|middle| Shade::Output { middle, most }).collect()
}

/// Contours of a density, of all shares in a large picture, of the middle one in a small one.
fn outlines(exact: &Exact, square: Square, size: Size) -> Vec<Line> {
    let levels = levels(exact);
    match size {
        Size::Large => contours(exact, square, &levels, FINE),
        Size::Small => {
            let middle = levels.get(1).or(levels.first()).copied();
            contours(exact, square, middle.as_slice(), COARSE)
        }
    }
}

/// What the darkest inks stand for, the lower first.
fn keys(shade: Shade, shot: &Shot) -> Option<[String; 2]> {
    let names = match shade {
        Shade::Probability(_) => {
            ["D = 0: taken for generated".to_owned(), "D = 1: taken for real".to_owned()]
        }
        Shade::Output { most, .. } => [("below", "generated"), ("above", "real")]
            .map(|(side, kind)| format!("{} {side} the middle: more like {kind} rows", rounded(most, 2))),
    };
    (!shot.frame.surface.is_empty()).then_some(names)
}

/// What a picture shows, to those who do not see it.
fn label(still: &Still<'_>, objective: Objective) -> String {
    let (inside, outside) = still.inside();
    let shown = |output: &f64| objective.probability(*output).unwrap_or(*output);
    let surface = still.frame.surface.iter().map(shown);
    let [low, high] = surface.fold([f64::MAX, f64::MIN], |[low, high], x| [low.min(x), high.max(x)]);
    let name = if objective.probability(0.0).is_some() { "D" } else { "the discriminator's output" };
    let surface = match still.frame.surface.is_empty() {
        true => String::new(),
        false => format!("; {name} from {} to {}", rounded(low, 2), rounded(high, 2)),
    };
    let step = grouped(still.step);
    format!("After step {step}: {} samples in the picture, {outside} outside{surface}.", inside.len())
}

/// What is below the large picture.
fn caption(still: &Still<'_>) -> String {
    let (inside, outside) = still.inside();
    let lines = match still.contours.is_empty() {
        true => "",
        false => {
            " Whole lines: contours of the density that hold 50, 90 and 99 % of its mass, or a single one where it is uniform."
        }
    };
    let outside = match outside {
        0 => String::new(),
        count => format!("; {} more lie outside", grouped(count as u128)),
    };
    format!("After step {}: {} samples{outside}.{lines}", grouped(still.step), grouped(inside.len() as u128))
}

/// What the strip shows.
fn told(objective: Objective, shots: &[&Shot], contours: &[Line]) -> String {
    let mut told = "Points are what sampling would have drawn after so many steps, with averaged weights, from the same \
                    latents in every frame."
        .to_owned();
    if shots.iter().all(|shot| shot.frame.surface.is_empty()) {
        told.push_str(" The discriminator judges packs of rows together and says nothing of a single point.");
    } else if objective.probability(0.0).is_some() {
        told.push_str(
            " Behind them is what the discriminator says of each place: orange where D is above ½ and it takes a row for real, \
             blue where it is below, the darker the surer, no colour at ½, where the dashed line runs.",
        );
    } else {
        let middle = if objective == Objective::Hinge { "0" } else { "the mean of the square" };
        told.push_str(&format!(
            " Behind them is the output of the discriminator, which stands for no probability in this game: orange where it is \
             above {middle}, blue where it is below, by its distance from there; the dashed line is where it is just that."
        ));
    }
    if !contours.is_empty() {
        told.push_str(" Whole lines hold 90 % of the density's mass.");
    }
    told
}
