//! One dataset's answer, and the stream that brings answers.

use std::io::Cursor;

use arrow::{
    array::RecordBatch,
    datatypes::{Field, SchemaRef},
    ipc::reader::StreamReader,
};
use sekisho_proto::{
    permit::Wording,
    v1::{self, QueryResponse, Release, query_response::Part},
};
use sekisho_receipt::{
    Digest, Leaf, ROWS_SALT, ROWS_SHA256, Receipt, RowsDigest, VerifierKey, VerifyError,
    salted_rows,
};
use tokio_stream::{Stream, StreamExt as _};
use tonic::Status;

use crate::{Error, Failure};

/// Metadata of a column of figures: how many of its cells are suppressed.
pub const SUPPRESSED: &str = "sekisho.suppressed";

/// Metadata of a column: `key`, `figure`, or `derived` from what was released.
pub const KIND: &str = "sekisho.kind";

/// Metadata of a table: its name among those of an answer.
pub const TABLE: &str = "sekisho.table";

/// Arrow bytes of one dataset's result; the guard releases far less.
const MAX_RESULT_BYTES: usize = 256 << 20;

/// The figures that one dataset released. A suppressed cell is NULL: it is no
/// zero and no missing value.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The project on whose behalf they were released.
    pub project: String,
    /// What was asked.
    pub question: Asked,
    /// The dataset.
    pub dataset: String,
    /// The columns; the schema's metadata name the release.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// The further tables of a typed analysis.
    pub others: Vec<ResultTable>,
    /// What the dataset said of the release.
    pub release: Release,
    /// Proof that the visit stands in the holder's ledger.
    pub receipt: Receipt,
}

/// One of several tables of an answer.
#[derive(Clone, Debug)]
pub struct ResultTable {
    /// Its name among them.
    pub name: String,
    /// Its columns.
    pub schema: SchemaRef,
    /// Its rows.
    pub batches: Vec<RecordBatch>,
}

/// What was asked, in the words that receipts are bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A query.
    Sql(String),
    /// An analysis, as text.
    Analysis(String),
}

/// Why a receipt does not prove an answer.
#[derive(Debug, thiserror::Error)]
pub enum Unproved {
    /// The receipt itself is not believed.
    #[error(transparent)]
    Receipt(#[from] VerifyError),
    /// It proves something else.
    #[error(
        "the receipt is of another visit: its {field} is `{found}`, this answer's `{expected}`"
    )]
    Other {
        /// What differs.
        field: &'static str,
        /// What the ledger holds.
        found: String,
        /// What was answered.
        expected: String,
    },
    /// It proves that something happened, but no release.
    #[error("the receipt is of no release")]
    NoRelease,
}

impl Answer {
    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Each column of figures and how many of its cells are suppressed.
    pub fn suppressed(&self) -> impl Iterator<Item = (&str, u64)> {
        let fields = self.schema.fields().iter();
        fields.filter_map(|field| Some((field.name().as_str(), suppressed(field)?)))
    }

    /// Verifies the receipt against pinned keys and that it is this answer's.
    ///
    /// # Errors
    ///
    /// Fails if signature, checkpoint or inclusion do not hold, or if the leaf
    /// is of another project, dataset, snapshot, policy, question or, where the leaf
    /// says so, other rows than the answer. The receipt of an answer that was sent again
    /// is of the first question, which may have been written otherwise.
    pub fn verify(&self, trust: &[VerifierKey]) -> Result<Leaf, Unproved> {
        let leaf = self.receipt.verify(trust)?;
        let Leaf::Release(release) = &leaf else {
            return Err(Unproved::NoRelease);
        };
        let policy_digest = release.policy_digest.to_string();
        let asked = Digest::from(self.question_digest()).to_string();
        let question = match self.release.repeated {
            true => asked.clone(),
            false => release.question_digest.to_string(),
        };
        for (field, found, expected) in [
            ("project", &release.project, &self.project),
            ("dataset", &release.dataset, &self.dataset),
            ("snapshot", &release.snapshot, &self.release.snapshot),
            ("policy", &policy_digest, &self.release.policy_digest),
            ("question", &question, &asked),
        ] {
            if found != expected {
                return Err(Unproved::Other {
                    field,
                    found: found.clone(),
                    expected: expected.clone(),
                });
            }
        }
        if let Some(found) = release.parameters.get(ROWS_SHA256) {
            let expected = self.rows_digest();
            if *found != expected {
                return Err(Unproved::Other {
                    field: "rows",
                    found: found.clone(),
                    expected,
                });
            }
        }
        Ok(leaf)
    }

    /// What a leaf holds of the rows; empty if none can be of them.
    fn rows_digest(&self) -> String {
        let fields = self.schema.fields().iter();
        let names: Vec<&str> = fields.map(|field| field.name().as_str()).collect();
        let mut rows = RowsDigest::of(&names);
        if !self.batches.iter().all(|batch| rows.batch(batch)) {
            return String::new();
        }
        let salt = self.schema.metadata().get(ROWS_SALT);
        let salt = salt.map_or("", String::as_str);
        salted_rows(salt, &rows.finish().to_string()).to_string()
    }

    fn question_digest(&self) -> [u8; 32] {
        let wording = match &self.question {
            Asked::Sql(sql) => Wording::Sql(sql),
            Asked::Analysis(text) => Wording::Analysis(text),
        };
        wording.digest(&self.project, &self.dataset, "query")
    }
}

/// How many cells of a column of figures are suppressed; none if it is no figure.
pub(crate) fn suppressed(field: &Field) -> Option<u64> {
    field.metadata().get(SUPPRESSED)?.parse().ok()
}

/// What each dataset says, in the order in which they were asked.
pub type Answers = Vec<(String, Result<Answer, Failure>)>;

/// What the stream answers: on whose behalf, of which datasets, what was asked.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) project: String,
    pub(crate) datasets: Vec<String>,
    pub(crate) asked: Asked,
}

/// Reads the stream that answers a question.
pub(crate) async fn read(
    mut parts: impl Stream<Item = Result<QueryResponse, Status>> + Unpin,
    question: &Question,
    failed: impl Fn(&Status) -> Error,
) -> Result<Answers, Error> {
    let datasets = &question.datasets;
    let mut answers = Vec::with_capacity(datasets.len());
    let mut open: Option<Vec<u8>> = None;
    while let Some(part) = parts.next().await {
        let part = part.map_err(|status| failed(&status))?.part;
        let Some(dataset) = datasets.get(answers.len()) else {
            return Err(broken("something follows the last result"));
        };
        match (open.take(), part) {
            (None, Some(Part::Start(start))) if start.dataset == *dataset => {
                open = Some(Vec::new())
            }
            (None, Some(Part::Failure(failure))) if failure.dataset == *dataset => {
                answers.push((dataset.clone(), Err(Failure::try_from(failure)?)));
            }
            (Some(mut bytes), Some(Part::ArrowIpc(chunk))) => {
                if bytes.len() + chunk.len() > MAX_RESULT_BYTES {
                    return Err(broken("the result is larger than 256 MiB"));
                }
                bytes.extend_from_slice(&chunk);
                open = Some(bytes);
            }
            (Some(bytes), Some(Part::Release(release))) if release.dataset == *dataset => {
                answers.push((dataset.clone(), Ok(answer(bytes, question, release)?)));
            }
            _ => {
                return Err(broken(&format!(
                    "a part is not of the result of `{dataset}`"
                )));
            }
        }
    }
    if let Some(dataset) = datasets.get(answers.len()) {
        return Err(broken(&format!("the result of `{dataset}` does not end")));
    }
    Ok(answers)
}

fn answer(bytes: Vec<u8>, question: &Question, release: Release) -> Result<Answer, Error> {
    let mut tables = tables(&bytes)?;
    let others = tables.split_off(1.min(tables.len()));
    let first = tables
        .pop()
        .ok_or_else(|| broken("the result has no table"))?;
    let sent = release.receipt.clone();
    let receipt = receipt(sent.ok_or_else(|| broken("the release has no receipt"))?)?;
    Ok(Answer {
        project: question.project.clone(),
        question: question.asked.clone(),
        dataset: release.dataset.clone(),
        schema: first.schema,
        batches: first.batches,
        others,
        release,
        receipt,
    })
}

/// Tables, one after another.
fn tables(bytes: &[u8]) -> Result<Vec<ResultTable>, Error> {
    let unreadable = |_| broken("the result is no Arrow stream");
    let mut source = Cursor::new(bytes);
    let mut tables = Vec::new();
    while tables.is_empty() || source.position() < bytes.len() as u64 {
        let mut reader = StreamReader::try_new(&mut source, None).map_err(unreadable)?;
        let schema = reader.schema();
        let batches = reader.by_ref().collect::<Result<Vec<_>, _>>();
        tables.push(ResultTable {
            name: schema.metadata().get(TABLE).cloned().unwrap_or_default(),
            schema,
            batches: batches.map_err(unreadable)?,
        });
    }
    Ok(tables)
}

/// A receipt as it comes over the wire. Nothing is verified yet.
pub(crate) fn receipt(sent: v1::Receipt) -> Result<Receipt, Error> {
    let hashes = sent.inclusion_proof.into_iter();
    let inclusion_proof = hashes
        .map(|hash| {
            hash.try_into()
                .map_err(|_| broken("a hash of the receipt is not 32 bytes"))
        })
        .collect::<Result<_, _>>()?;
    Ok(Receipt {
        leaf: sent.leaf,
        leaf_index: sent.leaf_index,
        tree_size: sent.tree_size,
        inclusion_proof,
        checkpoint: sent.checkpoint,
    })
}

fn broken(what: &str) -> Error {
    Error::Broken(what.to_owned())
}

#[cfg(test)]
mod tests;
