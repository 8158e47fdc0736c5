//! Columns as the kind that was asked for, or that a fitted table has.

use super::column::{BOOLEANS, Column, Fault, Typed, Values};
use super::date::{DatePattern, Found};
use super::number::Spelled;
use super::schema::{Format, Kind};
use super::timestamp::TimestampPattern;

impl Column<'_> {
    /// The column as the kind asked for. `fitted` is how a column of that name was spelled before:
    /// its spellings are tried first, and its unit is kept.
    pub(super) fn force(&self, kind: Kind, fitted: Option<&Format>) -> Result<Typed, Fault> {
        let reason = if fitted.is_some() { "as in the fitted table" } else { "asked for" };
        let missing = self.nulls.in_numbers(self.cells);
        let texts = self.present(&missing).map(|(_, text)| text);
        match kind {
            Kind::Integer => self.force_integer(reason),
            Kind::Float => {
                let point = self.point(&missing, |text, point| Spelled::of(text, point).is_some());
                let values = Values::Floats(self.floats(&missing, point)?);
                let mut typed = self.typed(kind, reason, values, missing.clone());
                self.style_numbers(&mut typed, point);
                Ok(typed)
            }
            Kind::Boolean => self.force_boolean(fitted, reason, &missing),
            Kind::Date => {
                let known = fitted.map(|format| format.date);
                match DatePattern::detect(texts) {
                    _ if texts_fit(&self.present(&missing), |text| known?.parse(text)) => {
                        self.typed_date(known.unwrap_or_default(), reason, &missing)
                    }
                    Found::One(pattern) | Found::Ambiguous(pattern) => {
                        self.typed_date(pattern, reason, &missing)
                    }
                    Found::None => {
                        Err(self.first_bad(&missing, "is not a date, or not one like the others", |text| {
                            !matches!(DatePattern::detect(std::iter::once(text)), Found::None)
                        }))
                    }
                }
            }
            Kind::Timestamp => {
                let unit = fitted.map(|format| format.unit);
                let known = fitted.map(|format| format.timestamp);
                match TimestampPattern::detect(texts) {
                    _ if texts_fit(&self.present(&missing), |text| known?.parse(text)) => {
                        self.typed_timestamp(known.unwrap_or_default(), unit, reason, &missing)
                    }
                    Found::One(pattern) | Found::Ambiguous(pattern) => {
                        self.typed_timestamp(pattern, unit, reason, &missing)
                    }
                    Found::None => Err(self.first_bad(
                        &missing,
                        "is not a timestamp, or not one like the others",
                        |text| !matches!(TimestampPattern::detect(std::iter::once(text)), Found::None),
                    )),
                }
            }
            Kind::Identifier => {
                let wanted = fitted.map(|format| format.integer);
                let plain =
                    |text| Spelled::of(text, b'.').is_some_and(|n| n.is_whole() && !n.has_leading_zeros());
                let whole = self.present(&missing).all(|(_, text)| plain(text));
                if wanted.unwrap_or(whole && self.present(&missing).next().is_some()) {
                    let mut typed = self.force_integer(reason)?;
                    typed.kind = kind;
                    typed.format.integer = true;
                    return Ok(typed);
                }
                Ok(self.typed(kind, reason, Values::Text, self.nulls.in_text(self.cells)))
            }
            Kind::Constant => {
                let missing = self.nulls.in_text(self.cells);
                let second = self.present(&missing).nth(1);
                match second {
                    Some((code, _)) if fitted.is_none() => Err(Fault::Cell {
                        code,
                        problem: "is a second value in a column that is to be constant".to_owned(),
                    }),
                    _ => Ok(self.typed(kind, reason, Values::Text, missing)),
                }
            }
            Kind::Category | Kind::Text => {
                Ok(self.typed(kind, reason, Values::Text, self.nulls.in_text(self.cells)))
            }
        }
    }

    fn force_integer(&self, reason: &str) -> Result<Typed, Fault> {
        let missing = self.nulls.in_numbers(self.cells);
        let point = self
            .point(&missing, |text, point| Spelled::of(text, point).is_some_and(|n| n.integer().is_some()));
        let values = Values::Integers(self.integers(&missing, point)?);
        let mut lengths = self.present(&missing).map(|(_, text)| text.trim_ascii().len());
        let length = lengths.next().unwrap_or(0);
        let same = lengths.all(|other| other == length);
        let padded = self
            .present(&missing)
            .any(|(_, text)| Spelled::of(text, point).is_some_and(|n| n.has_leading_zeros()));
        let mut typed = self.typed(Kind::Integer, reason, values, missing.clone());
        self.style_numbers(&mut typed, point);
        typed.format.decimals = None;
        if same && padded {
            typed.format.number.width = u8::try_from(length).unwrap_or(0).min(20);
        }
        Ok(typed)
    }

    fn force_boolean(&self, fitted: Option<&Format>, reason: &str, missing: &[bool]) -> Result<Typed, Fault> {
        let known = fitted.and_then(|format| format.booleans.as_ref());
        let known = known.map(|[no, yes]| [no.as_str(), yes.as_str()]);
        let pairs = known.into_iter().chain(BOOLEANS).chain([["0", "1"]]);
        let fits =
            |pair: &[&str; 2]| self.present(missing).all(|(code, _)| pair.contains(&self.cells.text(code)));
        if let Some(pair) = pairs.clone().find(fits) {
            return Ok(self.typed_boolean(pair, reason, missing));
        }
        let start = self.present(missing).next().map(|(code, _)| self.cells.text(code));
        let pair = pairs.clone().find(|pair| start.is_some_and(|text| pair.contains(&text)));
        Err(self.first_bad(
            missing,
            "is not one of two truth values (true/false, yes/no, t/f, y/n, 1/0)",
            |text| pair.is_some_and(|pair| pair.iter().any(|known| known.as_bytes() == text)),
        ))
    }

    /// The first of the decimal points with which every value fits.
    fn point(&self, missing: &[bool], fits: impl Fn(&[u8], u8) -> bool) -> u8 {
        let comma = self.comma && !self.present(missing).all(|(_, text)| fits(text, b'.'));
        if comma && self.present(missing).all(|(_, text)| fits(text, b',')) { b',' } else { b'.' }
    }

    /// The first spelling that is not good, or the last one if each is by itself.
    fn first_bad(&self, missing: &[bool], problem: &str, good: impl Fn(&[u8]) -> bool) -> Fault {
        let bad =
            self.present(missing).find(|(_, text)| !good(text)).or_else(|| self.present(missing).last());
        match bad {
            Some((code, _)) => Fault::Cell { code, problem: problem.to_owned() },
            None => Fault::Column("every cell is missing".to_owned()),
        }
    }
}

fn texts_fit<'a, T>(
    present: &(impl Iterator<Item = (u32, &'a [u8])> + Clone),
    parse: impl Fn(&'a [u8]) -> Option<T>,
) -> bool {
    present.clone().all(|(_, text)| parse(text).is_some())
}
