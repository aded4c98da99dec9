//! What a structural variant is, and how long.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Builder, StringBuilder};

use crate::schema::SV_TYPES;

use super::allele::{Key, Kind};

/// The columns `sv_type` and `sv_length`.
#[derive(Default)]
pub(super) struct Structural {
    types: StringBuilder,
    lengths: Int64Builder,
}

impl Structural {
    pub(super) fn append(&mut self, key: &Key) {
        let of_type = sv_type(key);
        self.types.append_option(of_type);
        self.lengths
            .append_option(of_type.and_then(|of_type| length(key, of_type)));
    }

    pub(super) fn finish(&mut self) -> [ArrayRef; 2] {
        [
            Arc::new(self.types.finish()),
            Arc::new(self.lengths.finish()),
        ]
    }
}

/// The first word of a symbolic allele, as VCF reserves it, or `BND`.
fn sv_type(key: &Key) -> Option<&'static str> {
    if key.kind() != Kind::Sv {
        return None;
    }
    let symbol = key.alternate.strip_prefix('<');
    let symbol = symbol.and_then(|symbol| symbol.strip_suffix('>'));
    let name = symbol.map_or("BND", |symbol| symbol.split(':').next().unwrap_or(symbol));
    SV_TYPES.into_iter().find(|known| *known == name)
}

/// How many bases of the reference it is of: those after the first, which stands before it.
/// What is inserted is of none of them, and a breakend has no end.
fn length(key: &Key, of_type: &str) -> Option<i64> {
    match of_type {
        "BND" | "INS" => None,
        _ => Some(i64::from(key.end) - i64::from(key.pos)).filter(|length| *length > 0),
    }
}
