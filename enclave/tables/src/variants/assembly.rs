//! Human genome assemblies: the names and the lengths of their chromosomes.
//!
//! Lengths and accessions are those of the assembly reports of GRCh37.p13
//! (GCF_000001405.25), GRCh38.p14 (GCF_000001405.40) and T2T-CHM13v2.0
//! (GCF_009914755.1).

use std::borrow::Cow;

/// An assembly that a manifest can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Assembly {
    Grch37,
    Grch38,
    T2tChm13,
}

const ALL: [Assembly; 3] = [Assembly::Grch37, Assembly::Grch38, Assembly::T2tChm13];

const NAMES: [&str; 25] = [
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17",
    "18", "19", "20", "21", "22", "X", "Y", "MT",
];

/// Bases of 1 to 22, X, Y and MT.
const LENGTHS: [[u32; 25]; 3] = [
    [
        249_250_621,
        243_199_373,
        198_022_430,
        191_154_276,
        180_915_260,
        171_115_067,
        159_138_663,
        146_364_022,
        141_213_431,
        135_534_747,
        135_006_516,
        133_851_895,
        115_169_878,
        107_349_540,
        102_531_392,
        90_354_753,
        81_195_210,
        78_077_248,
        59_128_983,
        63_025_520,
        48_129_895,
        51_304_566,
        155_270_560,
        59_373_566,
        16_569,
    ],
    [
        248_956_422,
        242_193_529,
        198_295_559,
        190_214_555,
        181_538_259,
        170_805_979,
        159_345_973,
        145_138_636,
        138_394_717,
        133_797_422,
        135_086_622,
        133_275_309,
        114_364_328,
        107_043_718,
        101_991_189,
        90_338_345,
        83_257_441,
        80_373_285,
        58_617_616,
        64_444_167,
        46_709_983,
        50_818_468,
        156_040_895,
        57_227_415,
        16_569,
    ],
    [
        248_387_328,
        242_696_752,
        201_105_948,
        193_574_945,
        182_045_439,
        172_126_628,
        160_567_428,
        146_259_331,
        150_617_247,
        134_758_134,
        135_127_769,
        133_324_548,
        113_566_686,
        101_161_492,
        99_753_195,
        96_330_374,
        84_276_897,
        80_542_538,
        61_707_364,
        66_210_255,
        45_090_682,
        51_324_926,
        154_259_566,
        62_460_029,
        16_569,
    ],
];

/// Versions of NC_000001 to NC_000024 in GRCh37; in GRCh38 each is one higher.
const REFSEQ_VERSIONS: [u32; 24] = [
    10, 11, 11, 11, 9, 11, 13, 10, 11, 10, 9, 11, 10, 8, 9, 9, 10, 9, 9, 10, 8, 10, 10, 9,
];

/// The chromosomes of T2T-CHM13 begin behind this number: NC_060925 is 1, NC_060948 Y.
const T2T_BEFORE: usize = 60_924;
/// Those of the Genome Reference Consortium in GenBank: CM000663 is 1, CM000686 Y.
const GENBANK_BEFORE: usize = 662;

impl Assembly {
    /// The assembly that a manifest names.
    pub(super) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|assembly| assembly.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Grch37 => "GRCh37",
            Self::Grch38 => "GRCh38",
            Self::T2tChm13 => "T2T-CHM13",
        }
    }

    /// How many bases a chromosome has, by its plain name.
    pub(super) fn length(self, chromosome: &str) -> Option<u32> {
        let at = NAMES.iter().position(|name| *name == chromosome)?;
        LENGTHS.get(self as usize)?.get(at).copied()
    }
}

/// The pseudo-autosomal regions of the chromosome X, 1-based and inclusive: those that the
/// Genome Reference Consortium names for GRCh37 and GRCh38, and the T2T Consortium's
/// `chm13v2.0_PAR.bed`.
const PSEUDO_AUTOSOMAL: [[(u32, u32); 2]; 3] = [
    [(60_001, 2_699_520), (154_931_044, 155_260_560)],
    [(10_001, 2_781_479), (155_701_383, 156_030_895)],
    [(1, 2_394_410), (153_925_835, 154_259_566)],
];

/// Whether a position of the chromosome X, 1-based, is in a region that Y has as well.
pub(crate) fn is_pseudo_autosomal(assembly: &str, pos: u32) -> bool {
    let regions = Assembly::named(assembly).and_then(|of| PSEUDO_AUTOSOMAL.get(of as usize));
    let mut regions = regions.into_iter().flatten();
    regions.any(|(first, last)| (*first..=*last).contains(&pos))
}

/// A contig's name in every file alike: chromosomes without `chr`, also where they are
/// given by their accession in RefSeq or GenBank; the mitochondrion is `MT`.
pub(crate) fn canonical(name: &str) -> Cow<'_, str> {
    if let Some((_, chromosome)) = accession(name) {
        return Cow::Borrowed(chromosome);
    }
    let short = match name.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("chr") => name.get(3..).unwrap_or(name),
        _ => name,
    };
    match short {
        "" => Cow::Borrowed(name),
        "M" | "m" | "Mt" | "mt" | "MT" => Cow::Borrowed("MT"),
        "x" => Cow::Borrowed("X"),
        "y" => Cow::Borrowed("Y"),
        short if short == name => Cow::Borrowed(name),
        short => Cow::Borrowed(short),
    }
}

/// The assemblies that an accession belongs to, and its chromosome.
fn accession(name: &str) -> Option<(&'static [Assembly], &'static str)> {
    use Assembly::{Grch37, Grch38, T2tChm13};
    let (stem, version) = name.split_once('.')?;
    let version: u32 = version.parse().ok()?;
    if (stem, version) == ("NC_012920", 1) {
        return Some((&ALL, "MT"));
    }
    let place = |number: usize| {
        NAMES
            .get(number.checked_sub(1)?)
            .filter(|_| number <= 24)
            .copied()
    };
    if let Some(number) = stem.strip_prefix("NC_") {
        let number: usize = number.parse().ok()?;
        if let Some(chromosome) = number.checked_sub(T2T_BEFORE).and_then(place) {
            return (version == 1).then_some((&[T2tChm13], chromosome));
        }
        let chromosome = place(number)?;
        let first = REFSEQ_VERSIONS.get(number - 1)?;
        return match version.checked_sub(*first)? {
            0 => Some((&[Grch37], chromosome)),
            1 => Some((&[Grch38], chromosome)),
            _ => None,
        };
    }
    let number: usize = stem.strip_prefix("CM")?.parse().ok()?;
    let chromosome = number.checked_sub(GENBANK_BEFORE).and_then(place)?;
    match version {
        1 => Some((&[Grch37], chromosome)),
        2 => Some((&[Grch38], chromosome)),
        _ => None,
    }
}

/// What a contig of a header says against an assembly: another one's accession, or
/// another one's length.
pub(super) fn contradicts(
    assembly: Assembly,
    contig: &str,
    length: Option<usize>,
) -> Option<String> {
    if let Some((of, _)) = accession(contig)
        && !of.contains(&assembly)
    {
        let other = of.first().map_or("another assembly", |other| other.name());
        return Some(format!("contig `{contig}` is of {other}"));
    }
    let (chromosome, length) = (canonical(contig), u32::try_from(length?).ok()?);
    let expected = assembly.length(&chromosome)?;
    let other = ALL
        .into_iter()
        .find(|other| other.length(&chromosome) == Some(length))?;
    (length != expected).then(|| {
        let other = other.name();
        format!("contig `{contig}` has {length} bases, as in {other}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_chromosome_are_one() {
        for (name, canonical_name) in [
            ("1", "1"),
            ("chr1", "1"),
            ("CHR22", "22"),
            ("chrM", "MT"),
            ("M", "MT"),
            ("MT", "MT"),
            ("chrx", "X"),
            ("NC_000001.10", "1"),
            ("NC_000001.11", "1"),
            ("NC_000023.11", "X"),
            ("NC_060925.1", "1"),
            ("NC_060948.1", "Y"),
            ("CM000686.2", "Y"),
            ("NC_012920.1", "MT"),
            // Unplaced sequences and what is none of ours stay as they are.
            ("GL000207.1", "GL000207.1"),
            ("NC_000001.99", "NC_000001.99"),
            ("chr1_KI270706v1_random", "1_KI270706v1_random"),
            ("chr", "chr"),
        ] {
            assert_eq!(canonical(name), canonical_name, "{name}");
        }
    }

    #[test]
    fn the_ends_of_x_are_pseudo_autosomal() {
        for (assembly, inside, outside) in [
            ("GRCh37", [60_001, 154_931_044], [2_699_521, 154_931_043]),
            ("GRCh38", [2_781_479, 156_030_895], [10_000, 155_701_382]),
            ("T2T-CHM13", [1, 153_925_835], [2_394_411, 153_925_834]),
        ] {
            assert!(inside.iter().all(|pos| is_pseudo_autosomal(assembly, *pos)));
            assert!(
                !outside
                    .iter()
                    .any(|pos| is_pseudo_autosomal(assembly, *pos))
            );
        }
    }

    #[test]
    fn a_header_of_another_assembly_contradicts_and_an_unknown_length_does_not() {
        let against = |contig, length| contradicts(Assembly::Grch38, contig, length);
        assert!(against("chr1", Some(249_250_621)).is_some_and(|said| said.contains("GRCh37")));
        assert!(against("22", Some(51_324_926)).is_some_and(|said| said.contains("T2T")));
        assert!(against("NC_000001.10", None).is_some_and(|said| said.contains("GRCh37")));
        for (contig, length) in [
            ("chr1", Some(248_956_422)),
            ("chr1", Some(1_000)),
            ("chr1", None),
            ("chrM", Some(16_569)),
            ("NC_000001.11", None),
            ("decoy", Some(249_250_621)),
        ] {
            assert_eq!(against(contig, length), None, "{contig}");
        }
    }
}
