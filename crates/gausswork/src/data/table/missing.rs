//! Which cells mean that there is no value.
//!
//! In a column of numbers, dates or truth values every spelling in [`RECOGNISED`] does. In a column
//! of text a word like `None` may well be a level ("None, Low, High"), so there only one spelling does:
//! the first of the recognised ones that occurs, and `None` never. `NA` among pairs of capitals is
//! Namibia or North America, and a level too. A list given by the user overrides all of this.

use super::cells::Cells;

/// The spellings that are recognised, the surest first.
const RECOGNISED: [&str; 8] = ["", r"\N", "NULL", "null", "NA", "N/A", "n/a", "None"];

/// What spells a missing cell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Nulls<'a> {
    /// The usual spellings.
    Recognised,
    /// These and no others.
    Given(&'a [String]),
    /// An empty cell and the spelling of a fitted column.
    Fitted(&'a str),
    /// Nothing: the file has true nulls.
    True,
}

impl Nulls<'_> {
    /// Which spellings are missing, if the column is of numbers, dates or truth values.
    pub(super) fn in_numbers(self, cells: &Cells) -> Vec<bool> {
        let is_null = |text: &[u8]| match self {
            Self::Recognised => RECOGNISED.iter().any(|null| null.as_bytes() == text.trim_ascii()),
            Self::Given(list) => list.iter().any(|null| null.as_bytes() == text),
            Self::Fitted(null) => {
                text == null.as_bytes() || RECOGNISED.iter().any(|null| null.as_bytes() == text.trim_ascii())
            }
            Self::True => false,
        };
        cells.spellings().map(|(_, text)| is_null(text)).collect()
    }

    /// Which spellings are missing, if the column is of text.
    pub(super) fn in_text(self, cells: &Cells) -> Vec<bool> {
        let only = match self {
            Self::Given(_) | Self::True => return self.in_numbers(cells),
            Self::Fitted(null) => {
                return cells
                    .spellings()
                    .map(|(_, text)| text.trim_ascii().is_empty() || text == null.as_bytes())
                    .collect();
            }
            Self::Recognised => RECOGNISED.iter().find(|&&null| null != "None" && occurs(cells, null)),
        };
        let Some(only) = only else {
            return vec![false; cells.distinct()];
        };
        if *only == "NA" && is_country(cells) {
            return vec![false; cells.distinct()];
        }
        cells.spellings().map(|(_, text)| text.trim_ascii() == only.as_bytes()).collect()
    }
}

fn occurs(cells: &Cells, null: &str) -> bool {
    cells.spellings().any(|(_, text)| text.trim_ascii() == null.as_bytes())
}

/// Whether `NA` stands among other pairs of capitals, and nothing else.
fn is_country(cells: &Cells) -> bool {
    cells.distinct() > 1
        && cells.spellings().all(|(_, text)| text.len() == 2 && text.iter().all(u8::is_ascii_uppercase))
}
