"""Carriers of a gene and means by genotype: a guarded visit beside DuckDB.

DuckDB has the same data as Parquet, of genotypes those of carriers alone, sorted by
position, so that a gene or a variant is a range that it can skip to.
"""

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from measure import Run, row
from sekisho.visit import Visit

QUESTIONS = 15

CARRIERS = """SELECT i.diagnosis, count(DISTINCT g.individual_id) AS carriers
FROM genotypes g
JOIN variants v ON v.variant_id = g.variant_id
JOIN individuals i ON i.individual_id = g.individual_id
WHERE v.gene = '{}' AND g.dosage >= 1 GROUP BY i.diagnosis"""

MEAN_AGE = """SELECT g.dosage, avg(i.age) AS age, count(DISTINCT g.individual_id) AS n
FROM genotypes g
JOIN variants v ON v.variant_id = g.variant_id
JOIN individuals i ON i.individual_id = g.individual_id
WHERE v.pos = {} AND g.dosage >= 1 GROUP BY g.dosage"""

CHUNK = 4096


def beside(folder: Path, dataset: Path, of: str, visit: Visit) -> list[dict[str, object]]:
    """Ask both for carriers of genes by diagnosis, and for mean ages by genotype."""
    genes, common = exported(dataset, folder)
    database = duckdb.connect()
    for table in ("individuals", "variants", "genotypes"):
        database.execute(f"CREATE VIEW {table} AS FROM '{folder / table}.parquet'")
    rows = []
    for name, sql, words in (
        ("carriers of a gene by diagnosis", CARRIERS, genes),
        ("mean age by genotype", MEAN_AGE, common),
    ):
        ours, theirs = Run(), Run()
        for n, word in enumerate(words[:QUESTIONS]):
            asked = sql.format(word)
            pair: list[tuple[Run, Callable[[], object]]] = [
                (ours, lambda: visit.sql(asked, datasets="bench")),  # noqa: B023
                (theirs, lambda: database.execute(asked).to_arrow_table()),  # noqa: B023
            ]
            for run, work in pair:
                # The first warms both.
                (Run() if n == 0 else run).call(work)
        rows.append(row(name, of, ours.median, "DuckDB", theirs.median, 1.0))
    return rows


def exported(dataset: Path, folder: Path) -> tuple[list[str], list[str]]:
    """Write what DuckDB reads; give genes, and positions of variants that many carry."""
    with (dataset / "people.csv").open() as file:
        people = list(csv.DictReader(file))
    table = {
        "individual_id": [p["id"] for p in people],
        "diagnosis": [p["diagnosis"] for p in people],
        "age": pa.array([int(p["age"]) for p in people], pa.int32()),
    }
    pq.write_table(pa.table(table), folder / "individuals.parquet")
    names = table["individual_id"]
    genes: dict[str, int] = {}
    common: list[str] = []
    variants = Writer(folder / "variants.parquet", _VARIANTS)
    genotypes = Writer(folder / "genotypes.parquet", _GENOTYPES)
    with gzip.open(dataset / "calls.vcf.gz", "rt") as file:
        for line in file:
            if line.startswith("#"):
                continue
            cells = line.rstrip("\n").split("\t")
            variant, gene = ":".join([*cells[:2], *cells[3:5]]), cells[7][5:]
            genes[gene] = genes.get(gene, 0) + 1
            variants.add(variant, gene, int(cells[1]))
            calls = cells[9:]
            carriers = 0
            for n, call in enumerate(calls):
                if call != "0|0":
                    carriers += 1
                    genotypes.add(names[n], variant, call.count("1"))
            if len(calls) // 3 < carriers < len(calls) // 2:
                common.append(cells[1])
    variants.close()
    genotypes.close()
    fullest = sorted(genes, key=lambda gene: -genes[gene])
    step = max(1, len(common) // QUESTIONS)
    return fullest, common[::step]


_VARIANTS = pa.schema([("variant_id", pa.string()), ("gene", pa.string()), ("pos", pa.int64())])
_GENOTYPES = pa.schema(
    [("individual_id", pa.string()), ("variant_id", pa.string()), ("dosage", pa.int8())]
)


class Writer:
    """Rows into a Parquet file, some at a time."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.file = pq.ParquetWriter(path, schema)
        self.schema = schema
        self.rows: list[tuple[object, ...]] = []

    def add(self, *row: object) -> None:
        """Append a row."""
        self.rows.append(row)
        if len(self.rows) == CHUNK * 64:
            self._flush()

    def close(self) -> None:
        """Write what waits, and end the file."""
        self._flush()
        self.file.close()

    def _flush(self) -> None:
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.schema)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, self.schema, strict=True)]
        self.file.write_table(pa.table(arrays, schema=self.schema))
        self.rows.clear()
