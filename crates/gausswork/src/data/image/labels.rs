//! The labels of a set of images.

use std::collections::BTreeSet;

/// One label per image, as codes into the names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Labels {
    /// What the labels are called: numbers in their order, names of folders in that of their letters.
    pub names: Vec<String>,
    /// For each image, a place in `names`.
    pub codes: Vec<u32>,
}

impl Labels {
    /// The labels that so many values are, each distinct value a name.
    pub(super) fn of<T: Ord + ToString>(values: &[T]) -> Self {
        let distinct: Vec<&T> = values.iter().collect::<BTreeSet<_>>().into_iter().collect();
        let code = |value: &T| distinct.binary_search(&value).unwrap_or(0) as u32;
        let codes = values.iter().map(code).collect();
        Self { names: distinct.into_iter().map(ToString::to_string).collect(), codes }
    }

    /// The same labels as codes into other names.
    ///
    /// # Errors
    /// A label that is not among them.
    pub fn among(&self, names: &[String]) -> Result<Self, String> {
        let place = |name: &String| names.iter().position(|other| other == name).map(|place| place as u32);
        let places: Vec<Option<u32>> = self.names.iter().map(place).collect();
        let code = |&code: &u32| {
            let place = places.get(code as usize).copied().flatten();
            place.ok_or_else(|| self.names.get(code as usize).cloned().unwrap_or_default())
        };
        let codes = self.codes.iter().map(code).collect::<Result<_, _>>()?;
        Ok(Self { names: names.to_vec(), codes })
    }

    /// The labels that the folders of images are: the name of the folder that holds an image, whatever holds that one. `None`
    /// where all lie in one folder.
    ///
    /// # Errors
    /// The first image in no folder and the first in one, where there are both.
    pub(super) fn of_paths<'a>(paths: &[&'a str]) -> Result<Option<Self>, [&'a str; 2]> {
        let folder = |path: &&'a str| path.rsplit('/').nth(1).unwrap_or("");
        let folders: Vec<&str> = paths.iter().map(folder).collect();
        let bare = paths.iter().zip(&folders).find(|(_, folder)| folder.is_empty());
        let nested = paths.iter().zip(&folders).find(|(_, folder)| !folder.is_empty());
        if let (Some((bare, _)), Some((nested, _))) = (bare, nested) {
            return Err([bare, nested]);
        }
        let labels = Self::of(&folders);
        Ok((labels.names.len() > 1).then_some(labels))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn labels_are_sorted_values() {
        let labels = Labels::of(&[10u8, 2, 10, 0]);
        assert_eq!(labels.names, ["0", "2", "10"]);
        assert_eq!(labels.codes, [2, 1, 2, 0]);
        let labels = Labels::of_paths(&["train/cat/1.png", "train/dog/1.png", "test/cat/9.png"]).unwrap();
        let labels = labels.unwrap();
        assert_eq!(
            (&labels.names[..], &labels.codes[..]),
            (&["cat".to_owned(), "dog".to_owned()][..], &[0, 1, 0][..])
        );
        let names = ["rat", "dog", "cat"].map(str::to_owned);
        assert_eq!(labels.among(&names).unwrap().codes, [2, 1, 2]);
        assert_eq!(labels.among(&names[..2]).unwrap_err(), "cat");
        assert_eq!(Labels::of_paths(&["all/1.png", "all/2.png"]).unwrap(), None);
        assert_eq!(Labels::of_paths(&["1.png", "2.png"]).unwrap(), None);
        assert_eq!(Labels::of_paths(&["1.png", "a/2.png"]).unwrap_err(), ["1.png", "a/2.png"]);
    }
}
