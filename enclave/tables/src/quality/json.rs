//! JSON read value by value, so that what is not asked for is not kept.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::inputs::Input;
use crate::{InputError, Place};

use super::lines::{Lines, MOST_BYTES};
use super::{MOST_VALUE_BYTES, too_long};

/// The most bytes of a text.
const MOST_TEXT_BYTES: u64 = 16 << 20;

/// The most bytes of a number: more than a double has digits, all written out.
const MOST_NUMBER_BYTES: usize = 2048;

/// Takes a value, its keys from the outside in, and its line.
type Leaf<'l> = dyn FnMut(&[String], &str, Place) -> Result<(), InputError> + 'l;

/// Walks through what is left of a file and gives each single value; null, and what is
/// no number, are empty. `enters` says of keys whether what they hold is read. Nesting
/// is bounded by serde_json.
pub(super) fn walk(
    lines: Lines<'_>,
    enters: &dyn Fn(&[String]) -> bool,
    leaf: &mut Leaf<'_>,
) -> Result<(), InputError> {
    let (file, reader) = lines.into_parts();
    let line = Rc::new(Cell::new(1));
    let number = Rc::new(RefCell::new(String::new()));
    let bytes = Bytes {
        reader,
        line: Rc::clone(&line),
        number: Rc::clone(&number),
        in_number: false,
        ended_line: false,
        read: 0,
        text: None,
        escaped: false,
        pending: b"",
    };
    let mut walk = Walk {
        file,
        path: Vec::new(),
        line,
        number,
        enters,
        leaf,
        stopped: None,
    };
    let mut deserializer = serde_json::Deserializer::from_reader(bytes);
    let whole = Node(&mut walk)
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    match (whole, walk.stopped) {
        (_, Some(error)) => Err(error),
        (Ok(()), None) => Ok(()),
        (Err(error), None) => {
            let place = Place::Line(walk.line.get());
            let message = match error.io_error_kind() {
                Some(io::ErrorKind::FileTooLarge) => {
                    "expected a smaller file, and shorter texts and numbers in it"
                }
                Some(_) => "the file cannot be read to its end; copy it again",
                None => "expected JSON",
            };
            Err(InputError::new(&file.name, place, message))
        }
    }
}

struct Walk<'w> {
    file: &'w Input,
    path: Vec<String>,
    line: Rc<Cell<u64>>,
    number: Rc<RefCell<String>>,
    enters: &'w dyn Fn(&[String]) -> bool,
    leaf: &'w mut Leaf<'w>,
    stopped: Option<InputError>,
}

impl Walk<'_> {
    fn leaf<E: Error>(&mut self, text: &str) -> Result<(), E> {
        let place = Place::Line(self.line.get());
        let taken = match text.len() {
            0..=MOST_VALUE_BYTES => (self.leaf)(&self.path, text, place),
            _ => Err(InputError::new(&self.file.name, place, too_long())),
        };
        taken.map_err(|error| {
            self.stopped = Some(error);
            E::custom("stopped")
        })
    }
}

/// A value of any kind.
struct Node<'n, 'w>(&'n mut Walk<'w>);

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.leaf(if value { "true" } else { "false" })
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.0.leaf(&value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.0.leaf(&value.to_string())
    }

    /// `value` can be a double beside the nearest one: serde_json rounds twice unless the
    /// feature `float_roundtrip`, which would hold for every crate that is built along,
    /// says otherwise. So what is written counts.
    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        let mut text = self.0.number.borrow().clone();
        let nearest = text.parse().unwrap_or(value);
        // A count may be written as `3982260.0`.
        if nearest.fract() == 0.0 {
            text = nearest.to_string();
        }
        self.0.leaf(&text)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.0.leaf(value)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.leaf("")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let walk = self.0;
        for index in 0_u64.. {
            walk.path.push(index.to_string());
            let more = if (walk.enters)(&walk.path) {
                sequence.next_element_seed(Node(&mut *walk))?.is_some()
            } else {
                sequence.next_element::<IgnoredAny>()?.is_some()
            };
            walk.path.pop();
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let walk = self.0;
        while let Some(key) = map.next_key::<String>()? {
            walk.path.push(key);
            if (walk.enters)(&walk.path) {
                map.next_value_seed(Node(&mut *walk))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
            walk.path.pop();
        }
        Ok(())
    }
}

/// The bytes of a file one by one, as serde_json asks for them: so their line is that
/// of the value being read. `NaN` and infinities, which Python writes and JSON has
/// not, become null.
struct Bytes {
    reader: Box<dyn BufRead + Send>,
    line: Rc<Cell<u64>>,
    /// The last number as it is written. serde_json asks for one byte beyond it, which
    /// begins no other.
    number: Rc<RefCell<String>>,
    in_number: bool,
    ended_line: bool,
    read: u64,
    /// Bytes of the text that is being read.
    text: Option<u64>,
    escaped: bool,
    /// What stands for what was read.
    pending: &'static [u8],
}

impl Bytes {
    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.reader.fill_buf()?.first().copied())
    }

    fn next(&mut self) -> io::Result<Option<u8>> {
        if let Some((first, rest)) = self.pending.split_first() {
            self.pending = rest;
            return Ok(Some(*first));
        }
        let Some(byte) = self.take()? else {
            return Ok(None);
        };
        if let Some(n) = &mut self.text {
            *n += 1;
            if *n > MOST_TEXT_BYTES {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.text = None,
                _ => {}
            }
            return Ok(Some(byte));
        }
        match byte {
            b'"' => self.text = Some(0),
            b'N' => return self.null(b"aN"),
            b'I' => return self.null(b"nfinity"),
            b'-' if self.peek()? == Some(b'I') => return self.null(b"Infinity"),
            _ => {}
        }
        self.note(byte)?;
        Ok(Some(byte))
    }

    /// Keeps a byte if it is part of a number.
    fn note(&mut self, byte: u8) -> io::Result<()> {
        let is_part = match byte {
            b'0'..=b'9' | b'-' => true,
            b'+' | b'.' | b'e' | b'E' => self.in_number,
            _ => false,
        };
        if is_part {
            let mut number = self.number.borrow_mut();
            if !self.in_number {
                number.clear();
            }
            if number.len() == MOST_NUMBER_BYTES {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            number.push(char::from(byte));
        }
        self.in_number = is_part;
        Ok(())
    }

    fn take(&mut self) -> io::Result<Option<u8>> {
        let Some(byte) = self.peek()? else {
            return Ok(None);
        };
        self.reader.consume(1);
        self.read += 1;
        if self.read > MOST_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if self.ended_line {
            self.line.set(self.line.get() + 1);
        }
        self.ended_line = byte == b'\n';
        Ok(Some(byte))
    }

    fn null(&mut self, rest: &[u8]) -> io::Result<Option<u8>> {
        for expected in rest {
            if self.take()? != Some(*expected) {
                // What no JSON starts with, for serde_json to refuse.
                return Ok(Some(b'N'));
            }
        }
        self.pending = b"ull";
        Ok(Some(b'n'))
    }
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(place) = buffer.first_mut() else {
            return Ok(0);
        };
        Ok(match self.next()? {
            Some(byte) => {
                *place = byte;
                1
            }
            None => 0,
        })
    }
}
