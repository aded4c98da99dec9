//! What visitors send, read strictly: a request that gets past here is well
//! formed, and nothing more is known of it.

use std::collections::BTreeSet;

use prost::Message as _;
use sekisho_proto::v1;
use sekisho_runtime::status::Failure;

/// The longest query, in bytes.
const SQL_BYTES: usize = 64 * 1024;
/// The most datasets of one question.
const DATASETS: usize = 16;

/// A question whose parts are well formed.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) project: String,
    /// 1 to 16, without repeats.
    pub(crate) datasets: Vec<String>,
    /// Not blank, at most 64 KiB.
    pub(crate) sql: String,
}

/// Reads a question.
pub(crate) fn question(question: Option<v1::Question>) -> Result<Question, Failure> {
    let Some(v1::Question {
        project,
        datasets,
        sql,
    }) = question
    else {
        return Err(Failure::invalid("question", "the request has no question")
            .help("send a project, datasets and a query"));
    };
    let project = self::project("question.project", project)?;
    self::datasets("question.datasets", &datasets)?;
    if sql.trim().is_empty() {
        return Err(
            Failure::invalid("question.sql", "the query is empty").help("send one SQL query")
        );
    }
    if sql.len() > SQL_BYTES {
        return Err(
            Failure::invalid("question.sql", format!("the query has {} bytes", sql.len()))
                .help("send at most 65536 bytes"),
        );
    }
    Ok(Question {
        project,
        datasets,
        sql,
    })
}

/// Reads the names of 1 to 16 datasets, without repeats.
pub(crate) fn datasets(field: &str, datasets: &[String]) -> Result<(), Failure> {
    if datasets.is_empty() || datasets.len() > DATASETS {
        let message = format!("{} datasets are named", datasets.len());
        return Err(Failure::invalid(field, message).help("name 1 to 16 datasets"));
    }
    let mut seen = BTreeSet::new();
    for name in datasets {
        dataset_form(field, name)?;
        if !seen.insert(name) {
            return Err(Failure::invalid(field, format!("`{name}` is named twice"))
                .help("name each dataset once"));
        }
    }
    Ok(())
}

/// Reads an analysis: that it is one, and not too long. What is asked is the
/// enclave's to judge.
pub(crate) fn analysis(analysis: Option<v1::Analysis>) -> Result<v1::Analysis, Failure> {
    let named = analysis.filter(|analysis| analysis.kind.is_some());
    let Some(analysis) = named else {
        return Err(Failure::invalid("analysis", "the request has no analysis")
            .help("send one, for example of frequencies"));
    };
    let bytes = analysis.encoded_len();
    if bytes > SQL_BYTES {
        return Err(
            Failure::invalid("analysis", format!("the analysis has {bytes} bytes"))
                .help("send at most 65536 bytes"),
        );
    }
    Ok(analysis)
}

/// Reads a project's identifier.
pub(crate) fn project(field: &str, id: String) -> Result<String, Failure> {
    if is_identifier(&id, |byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Ok(id);
    }
    Err(
        Failure::invalid(field, "this is no identifier of a project")
            .help("write 1 to 40 of A-Z, a-z, 0-9 and -, for example `P-0001`"),
    )
}

/// Reads a dataset's identifier.
pub(crate) fn dataset(field: &str, id: String) -> Result<String, Failure> {
    dataset_form(field, &id).map(|()| id)
}

/// Reads an idempotency key, which may be empty.
pub(crate) fn idempotency_key(key: String) -> Result<String, Failure> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if key.len() <= 64 && key.bytes().all(legal) {
        return Ok(key);
    }
    Err(
        Failure::invalid("idempotency_key", "this is no idempotency key")
            .help("write at most 64 of A-Z, a-z, 0-9, _ and -"),
    )
}

/// Whether `id` has the form of a dataset's identifier.
pub(crate) fn is_dataset(id: &str) -> bool {
    is_identifier(id, |byte| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
    })
}

fn dataset_form(field: &str, id: &str) -> Result<(), Failure> {
    if is_dataset(id) {
        return Ok(());
    }
    Err(
        Failure::invalid(field, "this is no identifier of a dataset")
            .help("write 1 to 40 of a-z, 0-9 and -, for example `demo-cancer`"),
    )
}

fn is_identifier(id: &str, legal: impl Fn(u8) -> bool) -> bool {
    (1..=40).contains(&id.len()) && id.bytes().all(legal)
}

#[cfg(test)]
mod tests;
