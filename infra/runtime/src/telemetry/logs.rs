//! Logs on standard error.

use std::fmt::{self, Debug};

use tracing::{Level, Metadata, Subscriber, field::Field};
use tracing_subscriber::{
    EnvFilter, Layer,
    field::MakeExt as _,
    filter::{FilterExt as _, filter_fn},
    fmt::{
        MakeWriter,
        format::{Writer, debug_fn},
    },
    registry::LookupSpan,
};

use super::{TelemetryError, fields};

/// Libraries that see queries and data: they are silent at every level.
const SILENT: [&str; 9] = [
    "arrow",
    "casbin",
    "datafusion",
    "noodles",
    "object_store",
    "opendp",
    "parquet",
    "sled",
    "sqlparser",
];

/// The log layer of a process.
pub(super) fn layer<S>(
    configured: Option<&str>,
) -> Result<impl Layer<S> + Send + Sync, TelemetryError>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync + 'static,
{
    let asked = std::env::var("RUST_LOG").ok().filter(|log| !log.is_empty());
    let directives = asked.as_deref().or(configured).unwrap_or("info");
    layer_to(std::io::stderr, directives)
}

/// The same into another writer.
pub(super) fn layer_to<S, W>(
    writer: W,
    directives: &str,
) -> Result<impl Layer<S> + Send + Sync + use<S, W>, TelemetryError>
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync + 'static,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let expanded = match directives.parse::<Level>() {
        Ok(level) => format!("warn,sekisho={level}"),
        Err(_) => directives.to_owned(),
    };
    let chosen = EnvFilter::try_new(expanded).map_err(|_| TelemetryError::Directives {
        directives: directives.to_owned(),
    })?;
    Ok(tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(writer)
        .fmt_fields(debug_fn(write_field).delimited(" "))
        .with_filter(chosen.and(filter_fn(capped))))
}

/// What no directive can open: other crates below `warn`, and the engines.
fn capped(metadata: &Metadata<'_>) -> bool {
    own(metadata)
        || (*metadata.level() <= Level::WARN
            && !SILENT
                .iter()
                .any(|silent| metadata.target().starts_with(silent)))
}

/// Whether a span or event is ours.
pub(super) fn own(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("sekisho")
}

fn write_field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> fmt::Result {
    match field.name() {
        "message" => write!(writer, "{value:?}"),
        name if fields::allowed(name) => write!(writer, "{name}={value:?}"),
        _ => Ok(()),
    }
}
