//! A table of the page.

use askama::Template;

use super::number::{Figure, NONE};

/// A table with a caption, in a box that scrolls where it is too wide.
#[derive(Debug, Default, Template)]
#[template(path = "table.html")]
pub(super) struct Table {
    /// What it shows.
    pub(super) caption: String,
    /// What stands above the names of rows.
    pub(super) corner: String,
    /// The columns.
    pub(super) head: Vec<Head>,
    /// The rows, under headings that may be empty.
    pub(super) groups: Vec<Group>,
}

/// A column of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    /// Its name.
    pub(super) text: String,
    /// What it is, in small type; may be empty.
    pub(super) note: String,
    /// Whether its cells are words rather than figures.
    pub(super) words: bool,
}

/// Rows that belong together.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Their heading; may be empty.
    pub(super) title: String,
    /// The rows.
    pub(super) rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// Its name.
    pub(super) name: String,
    /// What there is to say of it, in small type; may be empty.
    pub(super) note: String,
    /// Its cells.
    pub(super) cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    /// What it says.
    pub(super) text: String,
    /// In small type beside it; may be empty.
    pub(super) note: String,
    /// A mark that the caption explains; may be empty.
    pub(super) mark: &'static str,
    /// Whether it is words rather than a figure.
    pub(super) words: bool,
}

impl Table {
    /// A table without headings between its rows.
    pub(super) fn new(caption: impl Into<String>, corner: &str, head: Vec<Head>, rows: Vec<Row>) -> Self {
        let groups = vec![Group { title: String::new(), rows }];
        Self { caption: caption.into(), corner: corner.to_owned(), head, groups }
    }

    /// Whether it has no rows.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| group.rows.is_empty())
    }
}

impl Head {
    /// A column of that name.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// The same with something in small type.
    pub(super) fn noted(text: impl Into<String>, note: &str) -> Self {
        Self { text: text.into(), note: note.to_owned(), words: false }
    }

    /// A column of words.
    pub(super) fn words(self) -> Self {
        Self { words: true, ..self }
    }
}

impl Row {
    /// A row without a note.
    pub(super) fn new(name: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { name: name.into(), note: String::new(), cells }
    }
}

impl Cell {
    /// Words.
    pub(super) fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), words: true, ..Self::default() }
    }

    /// A figure without a spread.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A figure, or what stands where there is none.
    pub(super) fn figure(figure: Option<Figure>) -> Self {
        let Some(Figure { value, spread }) = figure else { return Self::plain(NONE) };
        Self { text: value, note: spread, ..Self::default() }
    }
}
