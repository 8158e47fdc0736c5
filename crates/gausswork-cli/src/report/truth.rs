//! Sets beside the density that the real rows were drawn from: figures, and points against contours.

use askama::Template;
use gausswork::data::density::{Density, DensitySource, Exact};
use gausswork_eval::report::{NearTruth, Report};

use super::ink::{SETS, Svg};
use super::number::shown;
use super::scatter::Scatter;
use super::table::{Cell, Head, Row, Table};
use crate::output::grouped;
use crate::truth::{Figure, figures};

/// Standard deviations about a mode that its picture shows.
const ABOUT: f64 = 5.0;

/// The section of the page.
#[derive(Debug, Template)]
#[template(
    source = r##"<section id="truth" aria-labelledby="h-truth">
<h2 id="h-truth">Against the truth</h2>
<p>The real rows are drawn from {{ name }}, a density that is known exactly. The last column is a fresh sample of it, of the same size: what a perfect generator would score. Lines are contours of the density that hold 50, 90 and 99 % of its mass (a single one where it is uniform); points are the first {{ points }} rows of a set.</p>
<div class="scatters">
{%- for (picture, caption) in pictures %}
<figure>{{ picture|safe }}<figcaption>{{ caption }}</figcaption></figure>
{%- endfor %}
</div>
{{ table|safe }}
<details>
<summary>How these numbers are estimated</summary>
<dl class="methods">
{%- for figure in methods %}
<div><dt>{{ figure.title }}</dt><dd>{{ figure.estimator }}</dd></div>
{%- endfor %}
</dl>
</details>
</section>"##,
    ext = "html"
)]
pub(super) struct Panel {
    name: String,
    points: String,
    pictures: Vec<(Svg, String)>,
    table: Table,
    methods: Vec<Figure>,
}

/// The section, where the density of the real rows is known and a set has its columns.
///
/// # Errors
/// A picture that cannot be drawn.
pub(super) fn panel(report: &Report) -> anyhow::Result<Option<Panel>> {
    let Some(truth) = report.truth.as_ref().filter(|truth| !truth.sets.is_empty()) else { return Ok(None) };
    let Ok(source) = truth.name.parse::<DensitySource>() else { return Ok(None) };
    let mut pictures = Vec::new();
    for (place, set) in truth.sets.iter().take(SETS).enumerate() {
        pictures.extend(of_set(source.density, &set.points, &set.name, place)?);
    }
    let points = truth.sets.iter().map(|set| set.points.len()).max().unwrap_or(0);
    let (table, methods) = (table(&truth.sets, &truth.name), methods(&truth.sets));
    Ok(Some(Panel { name: truth.name.clone(), points: grouped(points as u128), pictures, table, methods }))
}

/// Pictures of points, whoever made them, against contours of a density: of all of it, and of one mode where modes are small.
///
/// # Errors
/// A picture that cannot be drawn.
pub(super) fn of_set(
    density: Density,
    points: &[[f64; 2]],
    name: &str,
    place: usize,
) -> anyhow::Result<Vec<(Svg, String)>> {
    let exact = density.exact();
    let mut out = vec![picture(&exact, exact.bounds(), points, (name, place), "")?];
    if let (Density::Ring { .. } | Density::Grid { .. }, Some(mode)) = (density, fullest(&exact, points)) {
        let mode = exact.modes()[mode];
        let ends = [-ABOUT, ABOUT].map(|sds| [0, 1].map(|axis| mode.centre[axis] + sds * mode.sd[axis]));
        out.push(picture(
            &exact,
            ends,
            points,
            (name, place),
            "around the mode that it reaches most often, ",
        )?);
    }
    Ok(out)
}

fn picture(
    exact: &Exact,
    bounds: [[f64; 2]; 2],
    points: &[[f64; 2]],
    (name, place): (&str, usize),
    what: &str,
) -> anyhow::Result<(Svg, String)> {
    let scatter = Scatter::new(exact, bounds, points, place);
    let (density, inside) = (exact.density(), points.len() - scatter.outside);
    let outside = match (what.is_empty(), scatter.outside) {
        (true, 0) => String::new(),
        (_, outside) => format!("; {} lie outside the picture", grouped(outside as u128)),
    };
    let name = shown(name);
    let caption = format!("{name}, {what}{} points{outside}.", grouped(inside as u128));
    let label = format!("Scatter of {name} against contours of {density}: {what}{inside} points{outside}.");
    Ok((Svg::new(&scatter, label)?, caption))
}

/// The mode that most points are nearest to; the first of several.
fn fullest(exact: &Exact, points: &[[f64; 2]]) -> Option<usize> {
    let mut counts = vec![0u64; exact.mode_count()];
    points.iter().filter_map(|point| exact.place(point)).for_each(|place| counts[place.mode] += 1);
    (0..counts.len()).max_by_key(|&mode| (counts[mode], std::cmp::Reverse(mode)))
}

fn table(sets: &[NearTruth], name: &str) -> Table {
    let of: Vec<Vec<Figure>> = sets.iter().map(|set| figures(|key| set.figures.get(key).copied())).collect();
    let names = of.first().map(Vec::as_slice).unwrap_or_default();
    let rows = names.iter().enumerate().map(|(place, figure)| {
        let cells = of.iter().map(|figures| figures.get(place).map_or("–", |figure| &figure.value));
        let cells =
            cells.chain([figure.truth.as_str()]).map(|text| Cell::plain(text.replace('-', "−"))).collect();
        Row { name: figure.title.to_owned(), note: figure.unit.to_owned(), cells }
    });
    let head = sets.iter().map(|set| Head::noted(shown(&set.name), "synthetic"));
    let head = head.chain([Head::noted(format!("fresh sample of {name}"), "ceiling")]).collect();
    Table::new("How near the rows are to the density", "figure", head, rows.collect())
}

fn methods(sets: &[NearTruth]) -> Vec<Figure> {
    sets.first().map(|set| figures(|key| set.figures.get(key).copied())).unwrap_or_default()
}
