//! Typed values of BCF.

/// The type of a value (BCF 2.2, 6.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Missing,
    Int8,
    Int16,
    Int32,
    Float,
    Text,
}

impl Type {
    fn size(self) -> usize {
        match self {
            Self::Missing => 0,
            Self::Int8 | Self::Text => 1,
            Self::Int16 => 2,
            Self::Int32 | Self::Float => 4,
        }
    }

    /// A type and the number of its values.
    fn take(bytes: &mut &[u8]) -> Option<(Self, usize)> {
        let (descriptor, rest) = bytes.split_first()?;
        *bytes = rest;
        let kind = match descriptor & 0x0f {
            0 => Self::Missing,
            1 => Self::Int8,
            2 => Self::Int16,
            3 => Self::Int32,
            5 => Self::Float,
            7 => Self::Text,
            _ => return None,
        };
        let length = match descriptor >> 4 {
            15 => {
                let length = Value::take(bytes)?;
                usize::try_from(length.integers().next()??).ok()?
            }
            length => usize::from(length),
        };
        Some((kind, length))
    }
}

/// A typed value: one or more of one type.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) kind: Type,
    pub(super) bytes: &'a [u8],
}

impl<'a> Value<'a> {
    pub(super) fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        let (kind, length) = Type::take(bytes)?;
        let (value, rest) = bytes.split_at_checked(length.checked_mul(kind.size())?)?;
        *bytes = rest;
        Some(Self { kind, bytes: value })
    }

    /// Integers up to the vector's end; none where missing.
    pub(super) fn integers(self) -> impl Iterator<Item = Option<i32>> + 'a {
        let size = self.kind.size().max(1);
        let is_integer = matches!(self.kind, Type::Int8 | Type::Int16 | Type::Int32);
        let bytes = if is_integer { self.bytes } else { &[] };
        bytes
            .chunks_exact(size)
            .map(|chunk| match chunk {
                [a] => (i32::from(*a as i8), i32::from(i8::MIN)),
                [a, b] => (i32::from(i16::from_le_bytes([*a, *b])), i32::from(i16::MIN)),
                [a, b, c, d] => (i32::from_le_bytes([*a, *b, *c, *d]), i32::MIN),
                _ => (0, 0),
            })
            // The lowest value is missing, the next one the vector's end.
            .take_while(|(value, lowest)| *value != lowest + 1)
            .map(|(value, lowest)| Some(value).filter(|value| *value != lowest))
    }

    pub(super) fn floats(self) -> impl Iterator<Item = Option<f32>> + 'a {
        let bytes = if self.kind == Type::Float {
            self.bytes
        } else {
            &[]
        };
        let (values, _) = bytes.as_chunks::<4>();
        values
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .take_while(|value| value.to_bits() != 0x7f80_0002)
            .map(|value| Some(value).filter(|value| !value.is_nan()))
    }

    pub(super) fn text(self) -> Option<String> {
        let join = |values: Vec<Option<String>>| {
            let texts: Vec<String> = values
                .into_iter()
                .map(|value| value.unwrap_or_else(|| ".".to_owned()))
                .collect();
            texts.join(",")
        };
        match self.kind {
            Type::Text => {
                let text = std::str::from_utf8(self.bytes).ok()?;
                Some(text.trim_end_matches('\0').to_owned())
            }
            Type::Float => Some(join(
                self.floats().map(|v| v.map(|v| v.to_string())).collect(),
            )),
            _ => Some(join(
                self.integers().map(|v| v.map(|v| v.to_string())).collect(),
            )),
        }
    }
}

/// A FORMAT field: values of one type, as many for each sample.
pub(super) struct Series<'a> {
    pub(super) kind: Type,
    /// Values a sample.
    pub(super) length: usize,
    pub(super) bytes: &'a [u8],
}

impl<'a> Series<'a> {
    pub(super) fn take(bytes: &mut &'a [u8], samples: usize) -> Option<Self> {
        let (kind, length) = Type::take(bytes)?;
        let size = length.checked_mul(kind.size())?.checked_mul(samples)?;
        let (values, rest) = bytes.split_at_checked(size)?;
        *bytes = rest;
        Some(Self {
            kind,
            length,
            bytes: values,
        })
    }

    pub(super) fn samples(&self) -> impl Iterator<Item = Value<'a>> {
        let kind = self.kind;
        let size = (self.length * kind.size()).max(1);
        self.bytes
            .chunks_exact(size)
            .map(move |bytes| Value { kind, bytes })
    }
}
