//! An alternate allele and who carries it.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::contigs::Contig;

/// What makes two records' alleles the same, in the order of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) contig: Contig,
    /// 1-based; 0 is the telomere.
    pub(super) pos: u32,
    pub(super) reference: String,
    pub(super) alternate: String,
    /// 1-based, inclusive. Tells symbolic alleles apart.
    pub(super) end: u32,
}

/// The kind of an allele.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Snv,
    Insertion,
    Deletion,
    Mnv,
    Sv,
}

/// An allele of one file, or merged from several.
#[derive(Clone, Debug)]
pub(super) struct Allele {
    pub(super) key: Key,
    pub(super) rsid: Option<String>,
    pub(super) annotation: Annotation,
    /// Positions of the samples with one copy.
    pub(super) dosage_1: RoaringBitmap,
    /// With two or more.
    pub(super) dosage_2: RoaringBitmap,
    /// With an unknown number.
    pub(super) missing: RoaringBitmap,
    /// Samples of the files that hold the record.
    pub(super) recorded: Arc<RoaringBitmap>,
    /// DP, GQ, AD and AF of the allele, each aligned with `recorded`; `NO_VALUE` is
    /// NULL.
    pub(super) fields: [Option<Vec<i32>>; 4],
}

/// NULL among the values of FORMAT fields.
pub(super) const NO_VALUE: i32 = i32::MIN;

/// What annotators said of an allele.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Annotation {
    pub(super) gene: Option<String>,
    pub(super) consequence: Option<String>,
    pub(super) impact: Option<String>,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Snv => "snv",
            Self::Insertion => "insertion",
            Self::Deletion => "deletion",
            Self::Mnv => "mnv",
            Self::Sv => "sv",
        }
    }
}

impl Key {
    /// `CHROM:POS:REF:ALT`; a symbolic allele's end follows, without which two of
    /// different lengths would have one identifier.
    pub(super) fn variant_id(&self) -> String {
        let Self { contig, pos, .. } = self;
        let name = &contig.name;
        let mut id = format!("{name}:{pos}:{}:{}", self.reference, self.alternate);
        if self.alternate.starts_with('<') {
            id.push_str(&format!(":{}", self.end));
        }
        id
    }

    pub(super) fn kind(&self) -> Kind {
        let (reference, alternate) = (self.reference.len(), self.alternate.len());
        if self.alternate == "*" {
            // The base is gone with a deletion that starts before it.
            Kind::Deletion
        } else if !is_sequence(&self.alternate) {
            Kind::Sv
        } else if reference == alternate {
            if reference == 1 { Kind::Snv } else { Kind::Mnv }
        } else if reference < alternate {
            Kind::Insertion
        } else {
            Kind::Deletion
        }
    }
}

/// Whether an allele is written as bases, with IUPAC's ambiguity codes.
pub(super) fn is_sequence(allele: &str) -> bool {
    !allele.is_empty()
        && allele
            .bytes()
            .all(|b| b"ACGTUNRYSWKMBDHV".contains(&b.to_ascii_uppercase()))
}

/// Whether an alternate allele is one that VCF knows: bases, `*`, symbolic, or a
/// breakend.
pub(super) fn is_alternate(allele: &str) -> bool {
    let symbolic = allele.len() > 2 && allele.starts_with('<') && allele.ends_with('>');
    let breakend = allele.contains(['[', ']'])
        || (allele.len() > 1 && (allele.starts_with('.') || allele.ends_with('.')));
    is_sequence(allele) || allele == "*" || symbolic || breakend
}

/// The shortest way to write an allele: bases that both end with go, then bases
/// that both start with, and one always stays. Moves `pos` to the right only.
pub(crate) fn trim(pos: u32, reference: &str, alternate: &str) -> (u32, String, String) {
    let mut reference = reference.to_ascii_uppercase();
    let mut alternate = if is_sequence(alternate) {
        alternate.to_ascii_uppercase()
    } else {
        return (pos, reference, alternate.to_owned());
    };
    let shortest = reference.len().min(alternate.len());
    let same_end = reference
        .bytes()
        .rev()
        .zip(alternate.bytes().rev())
        .take(shortest.saturating_sub(1))
        .take_while(|(r, a)| r == a)
        .count();
    reference.truncate(reference.len() - same_end);
    alternate.truncate(alternate.len() - same_end);
    let shortest = shortest - same_end;
    let same_start = reference
        .bytes()
        .zip(alternate.bytes())
        .take(shortest.saturating_sub(1))
        .take_while(|(r, a)| r == a)
        .count();
    let moved = u32::try_from(same_start).unwrap_or(u32::MAX);
    (
        pos.saturating_add(moved),
        reference.split_off(same_start),
        alternate.split_off(same_start),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alleles_are_trimmed_on_the_right_first_and_keep_a_base() {
        let trimmed = |pos, r, a| {
            let (pos, r, a) = trim(pos, r, a);
            format!("{pos}:{r}:{a}")
        };
        assert_eq!(trimmed(10, "A", "G"), "10:A:G");
        assert_eq!(trimmed(10, "CAA", "CA"), "10:CA:C");
        assert_eq!(trimmed(10, "CTT", "CT"), "10:CT:C");
        assert_eq!(trimmed(10, "GAC", "GTC"), "11:A:T");
        assert_eq!(trimmed(10, "GCACA", "GCA"), "10:GCA:G");
        assert_eq!(trimmed(10, "ac", "AT"), "11:C:T");
        assert_eq!(trimmed(10, "A", "<DEL>"), "10:A:<DEL>");
        assert_eq!(trimmed(10, "AC", "*"), "10:AC:*");
        assert_eq!(trimmed(10, "A", "A"), "10:A:A");
    }

    #[test]
    fn only_alleles_that_vcf_knows_are_accepted() {
        for allele in [
            "A",
            "acgtn",
            "*",
            "<DEL>",
            "<CN0>",
            "G]17:198982]",
            "[2:1[T",
            ".A",
            "C.",
        ] {
            assert!(is_alternate(allele), "{allele}");
        }
        for allele in ["", ".", "<>", "<DEL", "A,C", "X", "1"] {
            assert!(!is_alternate(allele), "{allele}");
        }
    }
}
