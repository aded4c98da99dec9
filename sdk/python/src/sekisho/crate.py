"""A result as an RO-Crate: its tables, its receipt, and what was done."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow.parquet as parquet

from sekisho.errors import InvalidRequest, ReceiptInvalid

if TYPE_CHECKING:
    from os import PathLike

    from sekisho.result import Result

CONTEXT: Final = "https://w3id.org/ro/crate/1.1/context"
METADATA: Final = "ro-crate-metadata.json"
RECEIPT: Final = "receipt.json"


def save(result: "Result", folder: "str | PathLike[str]") -> Path:
    """Write a crate into a new folder; see `Result.save_crate`."""
    path, done = Path(folder), _done(result)
    try:
        path.mkdir(parents=True)
    except FileExistsError as error:
        raise InvalidRequest(
            f"`{path}` exists already", help="name a folder that does not, or remove it"
        ) from error
    files = [_table(path, name, result) for name in result.tables]
    result.receipt.save(path / RECEIPT)
    files.append(
        {
            "@id": RECEIPT,
            "@type": "File",
            "name": "Receipt of the visit in the holder's ledger",
            "encodingFormat": "application/json",
        }
    )
    described = {"@context": CONTEXT, "@graph": _graph(result, done, files)}
    text = json.dumps(described, indent=2, ensure_ascii=False) + "\n"
    (path / METADATA).write_text(text, encoding="utf-8")
    return path


def _table(path: Path, name: str, result: "Result") -> dict[str, Any]:
    table = result.tables[name].to_arrow()
    file = f"{name or 'result'}.parquet"
    parquet.write_table(table, path / file)
    return {
        "@id": file,
        "@type": "File",
        "name": name or "The result",
        "description": f"{table.num_rows} rows of {', '.join(table.column_names)}",
        "encodingFormat": "application/vnd.apache.parquet",
    }


def _done(result: "Result") -> dict[str, Any]:
    """Say what was done, before anything is written: a receipt may be of no release."""
    release, leaf = result.release, result.receipt.leaf
    if leaf.kind != "release":
        raise ReceiptInvalid(f"the receipt is of a leaf of kind `{leaf.kind}`, and of no release")
    return {
        "project": leaf["project"],
        "purpose": leaf["purpose"],
        "digest of the question": leaf["question_digest"],
        "snapshot": release.snapshot,
        "policy digest": release.policy_digest,
        "release profile": release.profile,
        "figures released": release.figures_released,
        "figures suppressed": release.figures_suppressed,
        "position in the ledger": result.receipt.leaf_index,
    }


def _graph(
    result: "Result", done: dict[str, Any], files: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    release = result.release
    seconds = result.receipt.leaf["at_ms"] / 1000
    at = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    properties = [
        {
            "@id": f"#{name.replace(' ', '-')}",
            "@type": "PropertyValue",
            "name": name,
            "value": value,
        }
        for name, value in done.items()
    ]
    named = [{"@id": file["@id"]} for file in files]
    return [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": f"Figures of {release.dataset}",
            "description": "; ".join(release.sentences()),
            "datePublished": at,
            "hasPart": named,
            "mentions": {"@id": "#visit"},
        },
        {
            "@id": "#visit",
            "@type": "CreateAction",
            "name": f"A visit to {release.dataset}",
            "description": result.question or "what was asked is known by its digest alone",
            "endTime": at,
            "object": {"@id": f"#{release.dataset}"},
            "result": named,
            "additionalProperty": [{"@id": of["@id"]} for of in properties],
        },
        {
            "@id": f"#{release.dataset}",
            "@type": "Dataset",
            "name": release.dataset,
            "description": "Held elsewhere, and visited: it is no part of this crate",
        },
        *properties,
        *files,
    ]
