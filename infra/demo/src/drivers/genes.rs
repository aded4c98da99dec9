//! Cancer genes, their recurrent sites, and where others are drawn.

/// A gene: its place, its recurrent sites, and how many others are drawn.
pub(crate) struct Gene {
    pub(crate) symbol: &'static str,
    pub(crate) chrom: &'static str,
    /// First and last base of the gene.
    pub(crate) range: (u32, u32),
    /// Position, reference, alternate, consequence, weight.
    pub(crate) recurrent: &'static [(u32, &'static str, &'static str, &'static str, f64)],
    /// How many other sites, which together weigh `others_weight`.
    pub(crate) others: u32,
    pub(crate) others_weight: f64,
}

const MISSENSE: &str = "missense_variant";
const STOP: &str = "stop_gained";
const FRAMESHIFT: &str = "frameshift_variant";

const fn passenger(symbol: &'static str, chrom: &'static str, range: (u32, u32)) -> Gene {
    Gene {
        symbol,
        chrom,
        range,
        recurrent: &[],
        others: 14,
        others_weight: 1.0,
    }
}

/// The genes.
pub(crate) const GENES: [Gene; 26] = [
    Gene {
        symbol: "NRAS",
        chrom: "chr1",
        range: (114_704_469, 114_716_894),
        recurrent: &[
            (114_713_908, "T", "C", MISSENSE, 5.0),
            (114_713_909, "G", "T", MISSENSE, 4.0),
        ],
        others: 0,
        others_weight: 0.0,
    },
    Gene {
        symbol: "ARID1A",
        chrom: "chr1",
        range: (26_696_031, 26_782_110),
        recurrent: &[(26_779_863, "C", "T", STOP, 2.0)],
        others: 10,
        others_weight: 8.0,
    },
    Gene {
        symbol: "IDH1",
        chrom: "chr2",
        range: (208_236_227, 208_255_071),
        recurrent: &[
            (208_248_388, "C", "T", MISSENSE, 9.0),
            (208_248_389, "G", "A", MISSENSE, 1.0),
        ],
        others: 0,
        others_weight: 0.0,
    },
    Gene {
        symbol: "CTNNB1",
        chrom: "chr3",
        range: (41_194_837, 41_240_453),
        recurrent: &[
            (41_224_606, "G", "T", MISSENSE, 2.0),
            (41_224_610, "C", "G", MISSENSE, 2.0),
            (41_224_622, "C", "T", MISSENSE, 3.0),
            (41_224_633, "A", "G", MISSENSE, 4.0),
            (41_224_645, "T", "C", MISSENSE, 3.0),
            (41_224_646, "C", "T", MISSENSE, 3.0),
        ],
        others: 4,
        others_weight: 1.0,
    },
    Gene {
        symbol: "PIK3CA",
        chrom: "chr3",
        range: (179_148_114, 179_240_093),
        recurrent: &[
            (179_203_765, "T", "A", MISSENSE, 1.0),
            (179_218_294, "G", "A", MISSENSE, 3.0),
            (179_218_303, "G", "A", MISSENSE, 5.0),
            (179_234_297, "A", "G", MISSENSE, 7.0),
            (179_234_297, "A", "T", MISSENSE, 1.0),
        ],
        others: 5,
        others_weight: 2.0,
    },
    Gene {
        symbol: "VHL",
        chrom: "chr3",
        range: (10_141_778, 10_153_667),
        recurrent: &[
            (10_149_804, "C", "T", STOP, 1.0),
            (10_149_823, "G", "A", MISSENSE, 1.0),
        ],
        others: 8,
        others_weight: 6.0,
    },
    Gene {
        symbol: "FBXW7",
        chrom: "chr4",
        range: (152_320_544, 152_536_092),
        recurrent: &[
            (152_328_232, "C", "T", MISSENSE, 2.0),
            (152_328_233, "G", "A", MISSENSE, 2.0),
        ],
        others: 4,
        others_weight: 1.0,
    },
    Gene {
        symbol: "KIT",
        chrom: "chr4",
        range: (54_657_957, 54_740_715),
        recurrent: &[
            (54_727_444, "T", "A", MISSENSE, 1.0),
            (54_733_155, "A", "T", MISSENSE, 2.0),
        ],
        others: 0,
        others_weight: 0.0,
    },
    Gene {
        symbol: "APC",
        chrom: "chr5",
        range: (112_707_498, 112_846_239),
        recurrent: &[
            (112_780_895, "C", "T", STOP, 2.0),
            (112_838_220, "C", "T", STOP, 3.0),
            (112_839_514, "TAAAAG", "T", FRAMESHIFT, 3.0),
            (112_839_942, "C", "T", STOP, 5.0),
        ],
        others: 10,
        others_weight: 8.0,
    },
    Gene {
        symbol: "TERT",
        chrom: "chr5",
        range: (1_253_147, 1_295_068),
        recurrent: &[
            (1_295_113, "G", "A", "upstream_gene_variant", 8.0),
            (1_295_135, "G", "A", "upstream_gene_variant", 2.0),
        ],
        others: 0,
        others_weight: 0.0,
    },
    Gene {
        symbol: "EGFR",
        chrom: "chr7",
        range: (55_019_017, 55_211_628),
        recurrent: &[
            (
                55_174_771,
                "AGGAATTAAGAGAAGC",
                "A",
                "inframe_deletion",
                10.0,
            ),
            (55_181_378, "C", "T", MISSENSE, 1.0),
            (55_191_822, "T", "G", MISSENSE, 10.0),
        ],
        others: 4,
        others_weight: 1.5,
    },
    Gene {
        symbol: "BRAF",
        chrom: "chr7",
        range: (140_719_327, 140_924_929),
        recurrent: &[
            (140_753_336, "A", "T", MISSENSE, 9.0),
            (140_781_602, "C", "G", MISSENSE, 1.0),
        ],
        others: 0,
        others_weight: 0.0,
    },
    Gene {
        symbol: "CDKN2A",
        chrom: "chr9",
        range: (21_967_752, 21_995_301),
        recurrent: &[
            (21_971_121, "G", "A", STOP, 3.0),
            (21_971_187, "G", "A", STOP, 2.0),
        ],
        others: 4,
        others_weight: 2.0,
    },
    Gene {
        symbol: "PTEN",
        chrom: "chr10",
        range: (87_863_113, 87_971_930),
        recurrent: &[
            (87_933_147, "C", "G", MISSENSE, 3.0),
            (87_933_148, "G", "A", MISSENSE, 2.0),
        ],
        others: 6,
        others_weight: 4.0,
    },
    Gene {
        symbol: "KRAS",
        chrom: "chr12",
        range: (25_205_246, 25_250_929),
        recurrent: &[
            (25_227_341, "T", "G", MISSENSE, 1.0),
            (25_245_347, "C", "T", MISSENSE, 2.0),
            (25_245_350, "C", "A", MISSENSE, 6.0),
            (25_245_350, "C", "T", MISSENSE, 8.0),
            (25_245_351, "C", "A", MISSENSE, 2.0),
            (25_245_351, "C", "G", MISSENSE, 1.0),
        ],
        others: 0,
        others_weight: 0.0,
    },
    Gene {
        symbol: "BRCA2",
        chrom: "chr13",
        range: (32_315_474, 32_339_000),
        recurrent: &[(32_337_160, "TAAAC", "T", FRAMESHIFT, 1.0)],
        others: 8,
        others_weight: 4.0,
    },
    Gene {
        symbol: "TP53",
        chrom: "chr17",
        range: (7_668_421, 7_687_490),
        recurrent: &[
            (7_673_776, "G", "A", MISSENSE, 3.0),
            (7_673_802, "C", "T", MISSENSE, 4.0),
            (7_673_803, "G", "A", MISSENSE, 4.0),
            (7_674_220, "C", "T", MISSENSE, 4.0),
            (7_674_221, "G", "A", MISSENSE, 4.0),
            (7_674_230, "C", "T", MISSENSE, 2.0),
            (7_674_872, "T", "C", MISSENSE, 2.0),
            (7_674_894, "G", "A", STOP, 2.0),
            (7_674_945, "G", "A", STOP, 2.0),
            (7_675_088, "C", "T", MISSENSE, 6.0),
        ],
        others: 14,
        others_weight: 30.0,
    },
    Gene {
        symbol: "ERBB2",
        chrom: "chr17",
        range: (39_687_914, 39_730_426),
        recurrent: &[(39_711_955, "C", "T", MISSENSE, 2.0)],
        others: 4,
        others_weight: 1.0,
    },
    Gene {
        symbol: "SMAD4",
        chrom: "chr18",
        range: (51_028_394, 51_085_045),
        recurrent: &[
            (51_065_548, "C", "T", MISSENSE, 1.0),
            (51_065_549, "G", "A", MISSENSE, 2.0),
        ],
        others: 6,
        others_weight: 3.0,
    },
    Gene {
        symbol: "STK11",
        chrom: "chr19",
        range: (1_205_777, 1_228_431),
        recurrent: &[],
        others: 6,
        others_weight: 1.0,
    },
    Gene {
        symbol: "GNAS",
        chrom: "chr20",
        range: (58_839_718, 58_911_192),
        recurrent: &[
            (58_909_365, "C", "T", MISSENSE, 1.0),
            (58_909_366, "G", "A", MISSENSE, 1.0),
        ],
        others: 0,
        others_weight: 0.0,
    },
    passenger("TTN", "chr2", (178_525_989, 178_807_423)),
    passenger("LRP1B", "chr2", (140_231_423, 142_131_016)),
    passenger("CSMD3", "chr8", (112_222_928, 113_437_099)),
    passenger("MUC16", "chr19", (8_848_844, 8_981_342)),
    passenger("RYR2", "chr1", (237_042_184, 237_833_988)),
];
