//! `variants.parquet`.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, Int64Builder, RecordBatch, StringBuilder, UInt32Builder,
};
use arrow::datatypes::SchemaRef;

use crate::IngestError;
use crate::parquet_file::ParquetFile;
use crate::schema::{VariantColumns, logical, variants_table};
use crate::variants::allele::Allele;
use crate::variants::computed::Computed;

use super::{BATCH_ROWS, Kept, ROW_GROUP_ROWS, pages};

pub(in crate::variants) struct Variants {
    schema: SchemaRef,
    file: ParquetFile,
    rows: UInt32Builder,
    numbers: [Int64Builder; 2],
    /// `variant_id`, `chrom`, `ref`, `alt`, `rsid`, `kind`.
    texts: [StringBuilder; 6],
    /// `gene`, `consequence`, `impact`, if the manifest maps them.
    annotations: [Option<StringBuilder>; 3],
    computed: Computed,
}

impl Variants {
    pub(in crate::variants) fn create(
        directory: &Path,
        kept: Kept,
        computed: Computed,
    ) -> Result<Self, IngestError> {
        let mapped = kept.annotations;
        let [gene, consequence, impact] = mapped;
        let schema = logical(&variants_table(computed.among(VariantColumns {
            gene,
            consequence,
            impact,
            ..VariantColumns::default()
        })));
        let path = directory.join("tables").join("variants.parquet");
        let tune = |properties| pages(properties).set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
        Ok(Self {
            file: ParquetFile::create(&path, Arc::clone(&schema), tune)?,
            schema,
            rows: UInt32Builder::new(),
            numbers: Default::default(),
            texts: Default::default(),
            annotations: mapped.map(|mapped| mapped.then(StringBuilder::new)),
            computed,
        })
    }

    pub(in crate::variants) fn append(
        &mut self,
        row: u32,
        allele: &Allele,
        kind: &str,
    ) -> Result<(), IngestError> {
        let key = &allele.key;
        self.rows.append_value(row);
        for (builder, number) in self.numbers.iter_mut().zip([key.pos, key.end]) {
            builder.append_value(i64::from(number));
        }
        let id = key.variant_id();
        let texts = [
            Some(id.as_str()),
            Some(&*key.contig.name),
            Some(key.reference.as_str()),
            Some(key.alternate.as_str()),
            allele.rsid.as_deref(),
            Some(kind),
        ];
        for (builder, text) in self.texts.iter_mut().zip(texts) {
            builder.append_option(text);
        }
        let annotation = &allele.annotation;
        let texts = [
            &annotation.gene,
            &annotation.consequence,
            &annotation.impact,
        ];
        for (builder, text) in self.annotations.iter_mut().zip(texts) {
            if let Some(builder) = builder {
                builder.append_option(text.as_ref());
            }
        }
        self.computed.append(key)?;
        if self.rows.len() == BATCH_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    pub(in crate::variants) fn close(mut self) -> Result<(), IngestError> {
        self.flush()?;
        self.file.close()
    }

    fn flush(&mut self) -> Result<(), IngestError> {
        let rows: ArrayRef = Arc::new(self.rows.finish());
        let [pos, end] = self
            .numbers
            .each_mut()
            .map(|b| Arc::new(b.finish()) as ArrayRef);
        let texts = self
            .texts
            .each_mut()
            .map(|b| Arc::new(b.finish()) as ArrayRef);
        let [id, chrom, reference, alternate, rsid, kind] = texts;
        let mut columns = vec![rows, id, chrom, pos, end, reference, alternate, rsid, kind];
        for builder in self.annotations.iter_mut().flatten() {
            columns.push(Arc::new(builder.finish()));
        }
        columns.extend(self.computed.finish());
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(IngestError::write(Path::new("variants.parquet")))?;
        self.file.write(&batch)
    }
}
