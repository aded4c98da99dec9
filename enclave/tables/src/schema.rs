//! The tables' Arrow schemas, and the tables that variants make.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::manifest::FormatFields;
use crate::{Column, ColumnType, Label, Published, Role, Rows, Table, UNIT, VARIANT};

/// The kinds of alleles, as `variants.kind` names them.
pub(crate) const KINDS: [&str; 5] = ["snv", "insertion", "deletion", "mnv", "sv"];

/// Physical genotypes: the sets of samples with one and with two copies, and
/// with an unknown number of copies.
pub(crate) const DOSAGE_1: &str = "dosage_1";
pub(crate) const DOSAGE_2: &str = "dosage_2";
pub(crate) const MISSING: &str = "missing";
/// Physical genotypes: the set of samples with which the FORMAT fields' lists
/// are aligned; NULL for all samples.
pub(crate) const RECORDED: &str = "recorded";
/// FORMAT fields' columns, both as lists (physical) and as numbers (logical).
pub(crate) const DEPTH: &str = "depth";
pub(crate) const GENOTYPE_QUALITY: &str = "genotype_quality";
pub(crate) const ALT_DEPTH: &str = "alt_depth";
/// The caller's share of the reads with the allele, in millionths.
pub(crate) const ALT_FRACTION: &str = "alt_fraction";
/// The caller's share, or else `alt_depth / depth`; computed when read.
pub(crate) const VAF: &str = "vaf";

/// The types of single-base substitutions, by the pyrimidine of the pair of bases.
pub(crate) const MUTATION_TYPES: [&str; 6] = ["C>A", "C>G", "C>T", "T>A", "T>C", "T>G"];

/// What VCF reserves for structural variants, by the first word; breakends are `BND`.
pub(crate) const SV_TYPES: [&str; 6] = ["BND", "CNV", "DEL", "DUP", "INS", "INV"];

/// The columns of `variants` that not every dataset has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct VariantColumns {
    pub(crate) gene: bool,
    pub(crate) consequence: bool,
    pub(crate) impact: bool,
    pub(crate) mutation_type: bool,
    pub(crate) context: bool,
    /// `sv_type` and `sv_length`.
    pub(crate) structural: bool,
}

/// `variants`, one row per alternate allele.
pub(crate) fn variants_table(of: VariantColumns) -> Table {
    let mut columns = vec![
        required(text(
            "variant_id",
            Role::Identifier,
            "CHROM:POS:REF:ALT, trimmed",
        )),
        required(text("chrom", Role::Attribute, "chromosome, without chr")),
        required(int("pos", "first base, 1-based")),
        required(int("end", "last base, 1-based, inclusive")),
        required(text("ref", Role::Attribute, "reference allele")),
        required(text("alt", Role::Attribute, "alternate allele")),
        text("rsid", Role::Identifier, "identifier that the files give"),
        Column {
            domain: Some(KINDS.map(str::to_owned).to_vec()),
            ..required(text("kind", Role::Attribute, "kind of allele"))
        },
    ];
    for (mapped, name, meaning) in [
        (of.gene, "gene", "gene symbol"),
        (of.consequence, "consequence", "consequence for the gene"),
        (of.impact, "impact", "impact of the consequence"),
    ] {
        if mapped {
            columns.push(text(name, Role::Attribute, meaning));
        }
    }
    let types = MUTATION_TYPES.map(str::to_owned).to_vec();
    for (asked, name, meaning, domain) in [
        (
            of.mutation_type,
            "mutation_type",
            "substitution of an SNV, as its pyrimidine's",
            types,
        ),
        (
            of.context,
            "context",
            "mutation_type between the bases before and behind it",
            contexts(),
        ),
        (
            of.structural,
            "sv_type",
            "what a structural variant is",
            SV_TYPES.map(str::to_owned).to_vec(),
        ),
    ] {
        if asked {
            columns.push(Column {
                domain: Some(domain),
                ..text(name, Role::Attribute, meaning)
            });
        }
    }
    if of.structural {
        let meaning = "bases of the reference that a structural variant is of";
        columns.push(int("sv_length", meaning));
    }
    Table {
        name: "variants".to_owned(),
        label: Label::Annotation,
        rows: Rows::OnePerAllele,
        profile: None,
        columns,
        published: None,
    }
}

/// The 96 substitutions in their contexts, as in catalogues of mutational signatures.
fn contexts() -> Vec<String> {
    let bases = ["A", "C", "G", "T"];
    let around = |mutation: &'static str| {
        let before = bases.into_iter();
        before.flat_map(move |before| bases.map(|after| format!("{before}[{mutation}]{after}")))
    };
    MUTATION_TYPES.into_iter().flat_map(around).collect()
}

/// `genotypes`, one row per alternate allele and sample.
pub(crate) fn genotypes_table(fields: FormatFields) -> Table {
    let measure = |name: &str, kind, bounds, meaning: &str| Column {
        bounds,
        r#type: kind,
        ..text(name, Role::Measure, meaning)
    };
    let copies = "copies of the allele, at most 2";
    let mut columns = vec![
        required(text("variant_id", Role::Identifier, "the allele")),
        required(text("sample_id", Role::Identifier, "the sample")),
        required(text("individual_id", Role::Unit, "whose sample it is")),
        measure("dosage", ColumnType::Int, Some([0.0, 2.0]), copies),
    ];
    for (kept, name, meaning) in [
        (fields.depth, DEPTH, "reads at the site"),
        (
            fields.genotype_quality,
            GENOTYPE_QUALITY,
            "genotype quality, Phred",
        ),
        (fields.alt_depth, ALT_DEPTH, "reads with the allele"),
    ] {
        if kept {
            columns.push(measure(name, ColumnType::Int, None, meaning));
        }
    }
    if fields.alt_fraction || (fields.depth && fields.alt_depth) {
        let meaning = "share of the reads with the allele";
        columns.push(measure(VAF, ColumnType::Float, Some([0.0, 1.0]), meaning));
    }
    Table {
        name: "genotypes".to_owned(),
        label: Label::Private,
        rows: Rows::OnePerAlleleAndSample,
        profile: None,
        columns,
        published: None,
    }
}

/// A table of frequencies that was published, over these columns of words.
pub(crate) fn published_table(name: &str, by: &[String], published: Published) -> Table {
    let named = by.iter().map(|column| {
        let meaning = "group of individuals, as it was asked for";
        text(column, Role::Attribute, meaning)
    });
    let id = required(text(
        "variant_id",
        Role::Identifier,
        "CHROM:POS:REF:ALT, trimmed",
    ));
    let figures = FREQUENCIES.map(|(name, kind, meaning)| Column {
        r#type: kind,
        ..text(name, Role::Measure, meaning)
    });
    Table {
        name: name.to_owned(),
        label: Label::Public,
        rows: Rows::OnePerAlleleAndGroup,
        profile: None,
        columns: std::iter::once(id).chain(named).chain(figures).collect(),
        published: Some(published),
    }
}

/// The figures of a table of frequencies, in their order.
pub(crate) const FREQUENCIES: [(&str, ColumnType, &str); 7] = [
    (
        "allele_count",
        ColumnType::Int,
        "copies of the allele; as many of each carrier where homozygotes are withheld",
    ),
    (
        "allele_number",
        ColumnType::Int,
        "alleles that were called, to the nearest 10; autosomes alone",
    ),
    (
        "carriers",
        ColumnType::Int,
        "individuals with a copy or more",
    ),
    (
        "homozygotes",
        ColumnType::Int,
        "individuals with two copies, where they and those with one are enough",
    ),
    (
        "allele_frequency",
        ColumnType::Float,
        "allele_count / allele_number, to 3 digits; autosomes alone",
    ),
    (
        "missing_rate",
        ColumnType::Float,
        "share of individuals without a call, to 3 digits; 0 where they are few",
    ),
    (
        "hwe_p",
        ColumnType::Float,
        "p of the exact test of Hardy-Weinberg equilibrium, to 2 digits; autosomes alone",
    ),
];

fn text(name: &str, role: Role, meaning: &str) -> Column {
    Column {
        name: name.to_owned(),
        r#type: ColumnType::Text,
        role,
        meaning: Some(meaning.to_owned()),
        unit: None,
        domain: None,
        bounds: None,
        required: false,
        quality: None,
    }
}

fn int(name: &str, meaning: &str) -> Column {
    Column {
        r#type: ColumnType::Int,
        ..text(name, Role::Attribute, meaning)
    }
}

fn required(column: Column) -> Column {
    Column {
        required: true,
        ..column
    }
}

/// A table's schema: its hidden columns, then its visible ones.
pub(crate) fn logical(table: &Table) -> SchemaRef {
    let hidden: &[&str] = match table.rows {
        Rows::OnePerAllele => &[VARIANT],
        Rows::OnePerAlleleAndSample => &[UNIT, VARIANT],
        Rows::OnePerIndividual | Rows::ManyPerIndividual => &[UNIT],
        Rows::OnePerAlleleAndGroup => &[],
    };
    let hidden = hidden
        .iter()
        .map(|name| Field::new(*name, DataType::UInt32, false));
    let visible = table
        .columns
        .iter()
        .map(|column| Field::new(&column.name, data_type(column.r#type), !column.required));
    Arc::new(Schema::new(hidden.chain(visible).collect::<Vec<_>>()))
}

/// `genotypes.parquet`.
pub(crate) fn physical_genotypes(fields: FormatFields) -> SchemaRef {
    let mut columns = vec![
        Field::new(VARIANT, DataType::UInt32, false),
        Field::new(DOSAGE_1, DataType::Binary, false),
        Field::new(DOSAGE_2, DataType::Binary, false),
        Field::new(MISSING, DataType::Binary, false),
    ];
    if fields.any() {
        columns.push(Field::new(RECORDED, DataType::Binary, true));
    }
    for (kept, name) in format_columns(fields) {
        if kept {
            columns.push(Field::new(name, list_of_int(), true));
        }
    }
    Arc::new(Schema::new(columns))
}

/// The FORMAT fields' columns in their order, and whether each is kept.
pub(crate) fn format_columns(fields: FormatFields) -> [(bool, &'static str); 4] {
    [
        (fields.depth, DEPTH),
        (fields.genotype_quality, GENOTYPE_QUALITY),
        (fields.alt_depth, ALT_DEPTH),
        (fields.alt_fraction, ALT_FRACTION),
    ]
}

/// A list of nullable 32-bit integers.
pub(crate) fn list_of_int() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Int32, true)))
}

/// `rows.parquet` of a batch: the row of each of its variants among all.
pub(crate) fn batch_rows() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new(
        VARIANT,
        DataType::UInt32,
        false,
    )]))
}

/// `absent.parquet` of a batch: at variants that it has not, the samples of which
/// nothing is known.
pub(crate) fn absent_genotypes() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new(VARIANT, DataType::UInt32, false),
        Field::new(MISSING, DataType::Binary, false),
    ]))
}

/// `genotype_samples.parquet`: a sample's position is its row.
pub(crate) fn genotype_samples() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("sample_id", DataType::Utf8, false),
        Field::new("individual_id", DataType::Utf8, false),
        Field::new(UNIT, DataType::UInt32, false),
    ]))
}

fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Int => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Bool => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
    }
}
