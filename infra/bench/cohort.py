"""A cohort as a sequencing centre would hand it over: simulated people, one VCF file.

Ancestry and mutations come from msprime, under the growth of one large population, so
that most variants are rare, as in people. The file is BGZF, which every tool reads.
Every 20 000 bases there is a gene; people have a sex, an age, a diagnosis, a height, a
weight, and years of smoking.
"""

import struct
import sys
import zlib
from pathlib import Path
from typing import BinaryIO

import msprime
import numpy as np

CONTIG, LENGTH = "1", 248_956_422
FIRST = 18_000_000
BLOCK = 0xFF00
GENE = 20_000
DIAGNOSES = ("gastric", "lung", "breast", "none")


class Bgzf:
    """Blocks of gzip, each with its length in an extra field (SAM specification, 4.1)."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.waiting = bytearray()

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self.waiting += data
        while len(self.waiting) >= BLOCK:
            self._block(bytes(self.waiting[:BLOCK]))
            del self.waiting[:BLOCK]

    def close(self) -> None:
        """Write what waits, and the empty block that ends a whole file."""
        if self.waiting:
            self._block(bytes(self.waiting))
        self._block(b"")
        self.file.close()

    def _block(self, data: bytes) -> None:
        deflate = zlib.compressobj(4, zlib.DEFLATED, -15)
        body = deflate.compress(data) + deflate.flush()
        head = struct.pack("<4BI2BH2BHH", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(body) + 25)
        self.file.write(head + body + struct.pack("<II", zlib.crc32(data), len(data)))


def write(folder: Path, people: int, bases: float, seed: int = 7) -> int:
    """Write a dataset's folder; give the number of its variants."""
    folder.mkdir(parents=True, exist_ok=True)
    demography = msprime.Demography.isolated_model([200_000], growth_rate=[0.005])
    demography.add_population_parameters_change(
        time=600, initial_size=10_000, growth_rate=0, population=0
    )
    ancestry = msprime.sim_ancestry(
        samples=people,
        demography=demography,
        sequence_length=bases,
        recombination_rate=1.2e-8,
        random_seed=seed,
    )
    trees = msprime.sim_mutations(ancestry, rate=1.3e-8, random_seed=seed)
    names = [f"p{n:06}" for n in range(people)]
    cells = np.array([list(f"{a}|{b}\t".encode()) for a in "01" for b in "01"], dtype=np.uint8)
    out = Bgzf((folder / "calls.vcf.gz").open("wb"))
    out.write(
        f"##fileformat=VCFv4.2\n##contig=<ID={CONTIG},length={LENGTH}>\n"
        '##INFO=<ID=GENE,Number=1,Type=String,Description="Gene">\n'
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t".encode()
        + "\t".join(names).encode()
        + b"\n"
    )
    variants = 0
    last = 0
    for variant in trees.variants():
        position = FIRST + int(variant.site.position)
        if len(variant.alleles) != 2 or position == last:
            continue
        last = position
        reference, alternate = variant.alleles
        calls = variant.genotypes.astype(np.uint8).reshape(-1, 2)
        line = cells[2 * calls[:, 0] + calls[:, 1]].tobytes()
        gene = f"G{(position - FIRST) // GENE}"
        head = f"{CONTIG}\t{position}\t.\t{reference}\t{alternate}\t.\tPASS\tGENE={gene}\tGT\t"
        out.write(head.encode() + line[:-1] + b"\n")
        variants += 1
    out.close()
    drawn = np.random.default_rng(seed)
    ages = drawn.integers(20, 91, people)
    diagnoses = drawn.choice(DIAGNOSES, people)
    measures = np.column_stack(
        [drawn.normal(168, 9, people), drawn.normal(65, 11, people), drawn.exponential(9, people)]
    ).round(1)
    rows = "".join(
        f"{name},{n % 2},{ages[n]},{diagnoses[n]},{','.join(map(str, measures[n]))}\n"
        for n, name in enumerate(names)
    )
    head = "id,sex,age,diagnosis,height,weight,smoked\n"
    (folder / "people.csv").write_text(head + rows)
    (folder / "dataset.toml").write_text(MANIFEST)
    return variants


MANIFEST = """id = "bench"
title = "A simulated cohort"
holder = "east-cancer-centre"
assembly = "GRCh38"
profile = "bench"
absent_genotype = "reference"

[[variants]]
files = ["calls.vcf.gz"]
info = { gene = "GENE" }

[tables.individuals]
files = ["people.csv"]
rows = "one per individual"
[tables.individuals.columns]
individual_id = { from = "id", role = "unit" }
sex = { role = "attribute", domain = ["0", "1"] }
age = { role = "measure", type = "int", bounds = [0, 120], unit = "a" }
diagnosis = { role = "attribute", domain = ["gastric", "lung", "breast", "none"] }
height = { role = "measure", type = "float", bounds = [50, 300], unit = "cm" }
weight = { role = "measure", type = "float", bounds = [0, 300], unit = "kg" }
smoked = { role = "measure", type = "float", bounds = [0, 200], unit = "a" }

[tables.samples]
files = ["people.csv"]
[tables.samples.columns]
sample_id = { from = "id", role = "identifier" }
individual_id = { from = "id", role = "unit" }
"""

if __name__ == "__main__":
    place, people, bases = sys.argv[1:]
    print(write(Path(place), int(people), float(bases)))
