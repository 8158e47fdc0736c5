//! What a pickle of tensors holds.

use std::rc::Rc;

/// Containers in containers that are followed: a drop of deeper ones could exhaust the stack.
const DEEPEST: u8 = 16;

/// What a pickle holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Nothing, true, false, or a number too large to matter.
    Other,
    Integer(i64),
    Text(String),
    /// A tuple or a list, and how deep it is.
    Row(Vec<Rc<Value>>, u8),
    Dictionary(Vec<[Rc<Value>; 2]>, u8),
    /// A name of Python's that is known here.
    Name(Name),
    /// Numbers that lie elsewhere.
    Storage(Storage),
    Tensor(Tensor),
    /// Where a run of values begins.
    Mark,
}

/// The names that may occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    Singles,
    Longs,
}

/// Numbers that lie elsewhere in the file, by their key there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Storage {
    pub key: String,
    pub numbers: usize,
    /// Whether they have single precision; whole numbers of eight bytes otherwise.
    pub singles: bool,
}

/// A part of a storage, row after row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tensor {
    pub storage: Storage,
    pub offset: usize,
    pub shape: Vec<usize>,
}

impl Value {
    pub(super) fn depth(&self) -> u8 {
        match self {
            Self::Row(_, depth) | Self::Dictionary(_, depth) => *depth,
            _ => 0,
        }
    }

    pub(super) fn row(items: Vec<Rc<Self>>) -> Result<Self, String> {
        let depth = deeper(&items)?;
        Ok(Self::Row(items, depth))
    }

    pub(super) fn integer(&self) -> Option<usize> {
        match self {
            Self::Integer(value) => usize::try_from(*value).ok(),
            _ => None,
        }
    }

    pub(super) fn sizes(&self) -> Option<Vec<usize>> {
        match self {
            Self::Row(items, _) => items.iter().map(|item| item.integer()).collect(),
            _ => None,
        }
    }
}

/// How deep a container of these is.
///
/// # Errors
/// If that is too deep.
pub(super) fn deeper(items: &[Rc<Value>]) -> Result<u8, String> {
    let depth = items.iter().map(|item| item.depth()).max().unwrap_or(0) + 1;
    if depth > DEEPEST { Err(format!("containers more than {DEEPEST} deep")) } else { Ok(depth) }
}
