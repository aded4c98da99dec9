//! Headers of VCF and BCF files.

use std::io::BufRead;

use noodles::bcf;
use noodles::vcf::{
    self,
    header::record::value::{Collection, map::info::Number},
};

use super::assembly::{Assembly, contradicts};
use crate::compressed::{self, BytesRead, Inflate};
use crate::inputs::Input;
use crate::{IngestError, InputError, Place};

/// A file's header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) vcf: vcf::Header,
    /// Lines of a VCF file's header.
    pub(super) lines: u64,
    /// Those of them that say nothing: callers write fields that VCF reserves with
    /// other numbers and types, and lines of no known form.
    pub(super) unread: u64,
}

/// What follows a header.
pub(super) enum Body {
    Text(Box<dyn BufRead + Send>),
    Binary(bcf::io::Reader<Box<dyn BufRead + Send>>),
}

impl Header {
    /// Opens a file and reads its header. Its first bytes say which format it has.
    pub(super) fn open(
        input: &Input,
        read: &BytesRead,
        inflate: Inflate,
    ) -> Result<(Self, Body), IngestError> {
        let unreadable = |error: std::io::Error| {
            let message = format!("the file cannot be read: {error}");
            InputError::new(&input.name, Place::File, message)
        };
        let mut bytes =
            compressed::open(&input.path, read, inflate).map_err(|error| match error.kind() {
                std::io::ErrorKind::UnexpectedEof => unreadable(error).into(),
                _ => IngestError::io(&input.path)(error),
            })?;
        if bytes.fill_buf().map_err(unreadable)?.starts_with(b"BCF") {
            let mut reader = bcf::io::Reader::from(bytes);
            let vcf = reader.read_header().map_err(|error| {
                let message = format!("expected a BCF header: {error}");
                InputError::new(&input.name, Place::File, message)
            })?;
            let header = Self {
                vcf,
                lines: 0,
                unread: 0,
            };
            return Ok((header, Body::Binary(reader)));
        }
        let header = Self::read_text(&mut bytes, &input.name)?;
        Ok((header, Body::Text(bytes)))
    }

    fn read_text(bytes: &mut dyn BufRead, file: &str) -> Result<Self, InputError> {
        let mut parser = vcf::header::Parser::default();
        let mut line = Vec::new();
        let mut lines = 0;
        let mut unread = 0;
        loop {
            line.clear();
            lines += 1;
            let fail = |message: String| InputError::new(file, Place::Line(lines), message);
            bytes
                .read_until(b'\n', &mut line)
                .map_err(|error| fail(format!("the file cannot be read: {error}")))?;
            let text = without_end(&line);
            if !text.starts_with(b"#") {
                return Err(fail(if lines == 1 {
                    "expected a VCF or BCF file: a first line `##fileformat=VCFv4.…`".to_owned()
                } else {
                    "expected the header's last line, which starts with #CHROM".to_owned()
                }));
            }
            // Without these nothing can be read.
            let needed = lines == 1 || !text.starts_with(b"##") || text.starts_with(b"##contig");
            match parser.parse_partial(text) {
                Ok(_) => {}
                Err(_) if !needed => unread += 1,
                Err(error) => return Err(fail(format!("expected a VCF header line: {error}"))),
            }
            if text.starts_with(b"#CHROM") {
                let vcf = parser
                    .finish()
                    .map_err(|error| fail(format!("expected a VCF header: {error}")))?;
                return Ok(Self { vcf, lines, unread });
            }
        }
    }

    /// The sample columns.
    pub(super) fn samples(&self) -> impl Iterator<Item = &String> {
        self.vcf.sample_names().iter()
    }

    /// What a sample column is in a tumour/normal pair, where the header names
    /// the pair as somatic callers do: `##tumor_sample=` and `##normal_sample=`.
    pub(super) fn paired_as(&self, column: &str) -> Option<&'static str> {
        [("tumor_sample", "TUMOR"), ("normal_sample", "NORMAL")]
            .into_iter()
            .find(|(record, _)| match self.vcf.get(*record) {
                Some(Collection::Unstructured(names)) => names.iter().any(|name| name == column),
                _ => false,
            })
            .map(|(_, role)| role)
    }

    /// The contigs, in the header's order.
    pub(super) fn contigs(&self) -> Vec<String> {
        self.vcf.contigs().keys().cloned().collect()
    }

    /// What the header says against an assembly.
    pub(super) fn contradicts(&self, assembly: Assembly) -> Option<String> {
        let mut contigs = self.vcf.contigs().iter();
        contigs.find_map(|(name, contig)| contradicts(assembly, name, contig.length()))
    }

    /// Whether an INFO field has one value per alternate allele.
    pub(super) fn is_per_alternate(&self, key: &str) -> bool {
        let info = self.vcf.infos().get(key);
        info.is_some_and(|info| info.number() == Number::AlternateBases)
    }

    /// What the header says of an INFO field.
    pub(super) fn info_description(&self, key: &str) -> Option<&str> {
        self.vcf.infos().get(key).map(|info| info.description())
    }
}

/// A line without its end.
pub(super) fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
