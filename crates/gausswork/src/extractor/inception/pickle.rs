//! A reader of pickles that understands numbers, text, tuples, lists, dictionaries and tensors, and refuses everything else.
//!
//! A pickle is a program for a stack machine, which may call any function of Python. Here a call is one of three that rebuild a tensor from
//! numbers, or makes an empty dictionary; any other name ends the reading, and nothing is ever run.

use std::collections::HashMap;
use std::rc::Rc;

use super::value::{Name, Storage, Tensor, Value, deeper};

/// A pickle at the beginning of some bytes, and the bytes behind it.
///
/// # Errors
/// What is not understood, in words.
pub(super) fn read(bytes: &[u8]) -> Result<(Value, &[u8]), String> {
    let mut machine = Machine { rest: bytes, stack: Vec::new(), memo: HashMap::new() };
    while machine.step()? {}
    let value = machine.pop()?;
    Ok(((*value).clone(), machine.rest))
}

struct Machine<'a> {
    rest: &'a [u8],
    stack: Vec<Rc<Value>>,
    memo: HashMap<u32, Rc<Value>>,
}

impl<'a> Machine<'a> {
    /// Follows one instruction; false at the end.
    fn step(&mut self) -> Result<bool, String> {
        match self.byte()? {
            b'.' => return Ok(false),
            // The version of the protocol.
            0x80 => _ = self.byte()?,
            b'(' => self.push(Value::Mark),
            b'N' | 0x88 | 0x89 => self.push(Value::Other),
            b'K' => {
                let value = self.byte()?;
                self.push(Value::Integer(value.into()));
            }
            b'M' => {
                let [a, b] = self.bytes()?;
                self.push(Value::Integer(u16::from_le_bytes([a, b]).into()));
            }
            b'J' => {
                let bytes = self.bytes()?;
                self.push(Value::Integer(i32::from_le_bytes(bytes).into()));
            }
            0x8a => {
                let length = self.byte()?;
                let bytes = self.take(length.into())?;
                let mut all = [0; 8];
                let small = bytes.len() <= 8 && bytes.last().is_none_or(|&last| last < 0x80);
                if small {
                    all[..bytes.len()].copy_from_slice(bytes);
                }
                self.push(if small { Value::Integer(i64::from_le_bytes(all)) } else { Value::Other });
            }
            b'X' | b'T' => {
                let length = u32::from_le_bytes(self.bytes()?);
                self.text(length as usize)?;
            }
            b'U' => {
                let length = self.byte()?;
                self.text(length.into())?;
            }
            b'q' => {
                let place = self.byte()?;
                self.keep(place.into())?;
            }
            b'r' => {
                let place = u32::from_le_bytes(self.bytes()?);
                self.keep(place)?;
            }
            b'h' => {
                let place = self.byte()?;
                self.again(place.into())?;
            }
            b'j' => {
                let place = u32::from_le_bytes(self.bytes()?);
                self.again(place)?;
            }
            b')' | b']' => self.push(Value::Row(Vec::new(), 1)),
            b'}' => self.push(Value::Dictionary(Vec::new(), 1)),
            b't' => {
                let items = self.marked()?;
                self.push(Value::row(items)?);
            }
            count @ 0x85..=0x87 => {
                let items = self.last(usize::from(count) - 0x84)?;
                self.push(Value::row(items)?);
            }
            b'a' => {
                let items = self.last(1)?;
                self.append(items)?;
            }
            b'e' => {
                let items = self.marked()?;
                self.append(items)?;
            }
            b's' => {
                let items = self.last(2)?;
                self.set(&items)?;
            }
            b'u' => {
                let items = self.marked()?;
                self.set(&items)?;
            }
            // Attributes of a dictionary, such as the versions of layers: not needed.
            b'b' => _ = self.pop()?,
            b'c' => self.name()?,
            b'Q' => self.storage()?,
            b'R' => self.call()?,
            other => return Err(format!("an instruction {other:#04x} that no list of tensors needs")),
        }
        Ok(true)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or("a pickle is cut short")?;
        self.rest = rest;
        Ok(taken)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N)?.try_into().map_err(|_| "a pickle is cut short".to_owned())
    }

    fn byte(&mut self) -> Result<u8, String> {
        self.bytes().map(|[byte]| byte)
    }

    fn push(&mut self, value: Value) {
        self.stack.push(Rc::new(value));
    }

    fn pop(&mut self) -> Result<Rc<Value>, String> {
        self.stack.pop().ok_or_else(|| "an instruction without its values".to_owned())
    }

    fn text(&mut self, length: usize) -> Result<(), String> {
        let text = std::str::from_utf8(self.take(length)?).map_err(|e| e.to_string())?.to_owned();
        self.push(Value::Text(text));
        Ok(())
    }

    fn keep(&mut self, place: u32) -> Result<(), String> {
        let top = self.stack.last().ok_or("nothing to keep")?;
        self.memo.insert(place, Rc::clone(top));
        Ok(())
    }

    fn again(&mut self, place: u32) -> Result<(), String> {
        let value = self.memo.get(&place).ok_or("a value that was never kept")?;
        self.stack.push(Rc::clone(value));
        Ok(())
    }

    fn last(&mut self, count: usize) -> Result<Vec<Rc<Value>>, String> {
        let start = self.stack.len().checked_sub(count).ok_or("an instruction without its values")?;
        Ok(self.stack.split_off(start))
    }

    fn marked(&mut self) -> Result<Vec<Rc<Value>>, String> {
        let mark =
            self.stack.iter().rposition(|value| **value == Value::Mark).ok_or("a run without a beginning")?;
        let items = self.stack.split_off(mark + 1);
        self.stack.pop();
        Ok(items)
    }

    fn append(&mut self, items: Vec<Rc<Value>>) -> Result<(), String> {
        let deep = deeper(&items)?;
        match self.stack.last_mut().map(Rc::make_mut) {
            Some(Value::Row(row, depth)) => {
                *depth = deep.max(*depth);
                row.extend(items);
                Ok(())
            }
            _ => Err("something is appended to what is no list".to_owned()),
        }
    }

    fn set(&mut self, items: &[Rc<Value>]) -> Result<(), String> {
        let deep = deeper(items)?;
        match self.stack.last_mut().map(Rc::make_mut) {
            Some(Value::Dictionary(entries, depth)) if items.len().is_multiple_of(2) => {
                *depth = deep.max(*depth);
                entries.extend(items.chunks_exact(2).map(|pair| [Rc::clone(&pair[0]), Rc::clone(&pair[1])]));
                Ok(())
            }
            _ => Err("something is set in what is no dictionary".to_owned()),
        }
    }

    fn line(&mut self) -> Result<&'a str, String> {
        let end = self.rest.iter().position(|&byte| byte == b'\n').ok_or("a pickle is cut short")?;
        let line = std::str::from_utf8(self.take(end)?).map_err(|e| e.to_string())?;
        self.byte()?;
        Ok(line)
    }

    fn name(&mut self) -> Result<(), String> {
        let (module, name) = (self.line()?, self.line()?);
        let name = match (module, name) {
            ("collections", "OrderedDict") => Name::OrderedDict,
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Name::RebuildTensor,
            ("torch._utils", "_rebuild_parameter") => Name::RebuildParameter,
            ("torch", "FloatStorage") => Name::Singles,
            ("torch", "LongStorage") => Name::Longs,
            _ => return Err(format!("it names {module}.{name}, which no list of tensors needs")),
        };
        self.push(Value::Name(name));
        Ok(())
    }

    fn storage(&mut self) -> Result<(), String> {
        let id = self.pop()?;
        let Value::Row(parts, _) = &*id else { return Err("numbers without a description".to_owned()) };
        let [kind, of, key, _, count, ..] = &parts[..] else {
            return Err("numbers without a description".to_owned());
        };
        match (&**kind, &**of, &**key, count.integer()) {
            (
                Value::Text(kind),
                Value::Name(name @ (Name::Singles | Name::Longs)),
                Value::Text(key),
                Some(numbers),
            ) if kind == "storage" => {
                let (key, singles) = (key.clone(), *name == Name::Singles);
                self.push(Value::Storage(Storage { key, numbers, singles }));
                Ok(())
            }
            _ => Err("numbers of a type that is not understood".to_owned()),
        }
    }

    fn call(&mut self) -> Result<(), String> {
        let (given, called) = (self.pop()?, self.pop()?);
        let Value::Row(given, _) = &*given else { return Err("a call without arguments".to_owned()) };
        let made = match (&*called, &given[..]) {
            (Value::Name(Name::OrderedDict), []) => Value::Dictionary(Vec::new(), 1),
            (Value::Name(Name::RebuildParameter), [tensor, ..]) => (**tensor).clone(),
            (Value::Name(Name::RebuildTensor), [storage, offset, shape, strides, ..]) => {
                tensor(storage, offset, shape, strides)?
            }
            _ => return Err("a call that no list of tensors needs".to_owned()),
        };
        self.push(made);
        Ok(())
    }
}

/// A tensor whose rows lie one after the other within a storage.
fn tensor(storage: &Value, offset: &Value, shape: &Value, strides: &Value) -> Result<Value, String> {
    let Value::Storage(storage) = storage else { return Err("a tensor without numbers".to_owned()) };
    let (Some(offset), Some(shape), Some(strides)) = (offset.integer(), shape.sizes(), strides.sizes())
    else {
        return Err("a tensor without a shape".to_owned());
    };
    let numbers = shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
    let end = numbers.and_then(|numbers| numbers.checked_add(offset));
    if end.is_none_or(|end| end > storage.numbers) {
        return Err(format!("a tensor of shape {shape:?} in {} numbers", storage.numbers));
    }
    let mut expected = 1;
    for (&size, &stride) in shape.iter().zip(&strides).rev() {
        if size > 1 && stride != expected {
            return Err(format!("a tensor of shape {shape:?} with strides {strides:?}"));
        }
        expected *= size;
    }
    Ok(Value::Tensor(Tensor { storage: storage.clone(), offset, shape }))
}
