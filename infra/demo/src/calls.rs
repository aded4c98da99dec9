//! Joint calls as a bgzipped VCF 4.3.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result, anyhow};
use noodles_bgzf as bgzf;

/// The chromosomes of GRCh38 that the demonstration uses, with their lengths.
const CONTIGS: [(&str, u32); 16] = [
    ("chr1", 248_956_422),
    ("chr2", 242_193_529),
    ("chr3", 198_295_559),
    ("chr4", 190_214_555),
    ("chr5", 181_538_259),
    ("chr7", 159_345_973),
    ("chr8", 145_138_636),
    ("chr9", 138_394_717),
    ("chr10", 133_797_422),
    ("chr12", 133_275_309),
    ("chr13", 114_364_328),
    ("chr17", 83_257_441),
    ("chr18", 80_373_285),
    ("chr19", 58_617_616),
    ("chr20", 64_444_167),
    ("chr22", 50_818_468),
];

/// Where the calls differ from the reference, at one site.
pub(crate) struct Record {
    /// What is called.
    pub(crate) site: Site,
    /// The samples that are not homozygous for the reference.
    pub(crate) genotypes: Vec<(usize, Genotype)>,
}

/// A site with one alternate allele.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Site {
    /// The chromosome, one of [`CONTIGS`].
    pub(crate) chrom: &'static str,
    /// 1-based.
    pub(crate) pos: u32,
    /// The identifier, `.` if none.
    pub(crate) id: &'static str,
    /// The reference allele.
    pub(crate) reference: &'static str,
    /// The alternate allele.
    pub(crate) alternate: &'static str,
    /// The gene's symbol, if the site lies in one.
    pub(crate) gene: Option<&'static str>,
    /// A term of the Sequence Ontology.
    pub(crate) consequence: &'static str,
}

/// A diploid genotype other than 0/0.
#[derive(Clone, Copy)]
pub(crate) enum Genotype {
    /// 0/1.
    Heterozygous,
    /// 1/1.
    Homozygous,
    /// ./.
    Missing,
}

/// Writes joint calls over `samples`, sorted by position, to `path`. As in any
/// joint call set, sites that nobody carries are left out.
pub(crate) fn write(path: &Path, samples: &[String], mut records: Vec<Record>) -> Result<()> {
    let file = File::create(path).with_context(|| format!("cannot write `{}`", path.display()))?;
    let mut out = bgzf::io::Writer::new(BufWriter::new(file));
    write_header(&mut out, samples)?;
    let carried = |(_, genotype): &(usize, Genotype)| !matches!(genotype, Genotype::Missing);
    records.retain(|record| record.genotypes.iter().any(carried));
    records.sort_by_key(|record| {
        (
            contig(record.site.chrom),
            record.site.pos,
            record.site.alternate,
        )
    });
    let homozygous_reference = b"\t0/0".repeat(samples.len());
    let mut row = Vec::new();
    for Record { site, genotypes } in &records {
        write!(
            out,
            "{}\t{}\t{}\t{}\t{}\t.\tPASS\t",
            site.chrom, site.pos, site.id, site.reference, site.alternate
        )?;
        if let Some(gene) = site.gene {
            write!(out, "GENE={gene};")?;
        }
        write!(out, "VC={}\tGT", site.consequence)?;
        row.clone_from(&homozygous_reference);
        for &(sample, genotype) in genotypes {
            let call = match genotype {
                Genotype::Heterozygous => b"0/1",
                Genotype::Homozygous => b"1/1",
                Genotype::Missing => b"./.",
            };
            let start = 4 * sample + 1;
            row.get_mut(start..start + 3)
                .ok_or_else(|| anyhow!("a genotype names sample {sample} of {}", samples.len()))?
                .copy_from_slice(call);
        }
        row.push(b'\n');
        out.write_all(&row)?;
    }
    out.finish()?.flush()?;
    Ok(())
}

fn write_header(out: &mut impl Write, samples: &[String]) -> Result<()> {
    writeln!(out, "##fileformat=VCFv4.3")?;
    writeln!(out, "##source=sekisho-demo (synthetic)")?;
    writeln!(out, "##FILTER=<ID=PASS,Description=\"All filters passed\">")?;
    for (id, length) in CONTIGS {
        writeln!(out, "##contig=<ID={id},length={length},assembly=GRCh38>")?;
    }
    writeln!(
        out,
        "##INFO=<ID=GENE,Number=1,Type=String,Description=\"Gene symbol\">"
    )?;
    writeln!(
        out,
        "##INFO=<ID=VC,Number=1,Type=String,Description=\"Consequence, Sequence Ontology\">"
    )?;
    writeln!(
        out,
        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">"
    )?;
    write!(out, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT")?;
    for sample in samples {
        write!(out, "\t{sample}")?;
    }
    writeln!(out)?;
    Ok(())
}

fn contig(chrom: &str) -> usize {
    CONTIGS
        .iter()
        .position(|(id, _)| *id == chrom)
        .unwrap_or(CONTIGS.len())
}
