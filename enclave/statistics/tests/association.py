"""Ask plink2 what our tests of markers must give, of a thousand genomes.

Run it with the folder of `1000G_p3.chr22_16050075-16499957.vcf.gz` where plink2 is
installed; it prints `association.json`, which the tests read. Outcomes and covariates are
made from people's places in the file, as the tests make them.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

VCF = "1000G_p3.chr22_16050075-16499957.vcf.gz"
PEOPLE = 2504
EVERY = 12
"""Of how many variants one is kept."""


def plink2(*words: object) -> None:
    """Run plink2."""
    subprocess.run(["plink2", *map(str, words)], check=True, stdout=sys.stderr)


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table of plink2's."""
    lines = path.read_text().splitlines()
    names = lines[0].lstrip("#").split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines[1:]]


def main(folder: Path) -> None:
    """Print what the tests read."""
    with tempfile.TemporaryDirectory() as place:
        own = Path(place) / "own"
        plink2(
            *("--vcf", folder / VCF, "--max-alleles", 2, "--mac", 40, "--make-pgen"),
            *(
                "--set-all-var-ids",
                "@:#:$r:$a",
                "--new-id-max-allele-len",
                1000,
                "--out",
                own,
            ),
        )
        names = [row["IID"] for row in rows(own.with_suffix(".psam"))]
        assert len(names) == PEOPLE
        outcomes, covariates = ["#IID\tnumber\tcase\trare"], ["#IID\ta\tb\tc\td"]
        for n, name in enumerate(names):
            number = n * 7919 % 997 / 997 + n / PEOPLE
            outcomes.append(
                f"{name}\t{number!r}\t{1 + (number > 1)}\t{1 + (number > 1.9)}"
            )
            of = (n % 2, n * 31 % 101 / 101, n * 17 % 89 / 89, n / PEOPLE)
            covariates.append("\t".join([name, *map(repr, of)]))
        pheno, covar = Path(place) / "outcomes", Path(place) / "covariates"
        pheno.write_text("\n".join(outcomes) + "\n")
        covar.write_text("\n".join(covariates) + "\n")
        columns = "cols=chrom,pos,ref,alt,a1freq,orbeta,se,tz,p,err"
        found: dict[str, list[float | str]] = {}
        for kind, outcome in [
            ("linear", "number"),
            ("logistic", "case"),
            ("firth", "rare"),
        ]:
            how = {"linear": [], "logistic": ["no-firth"], "firth": ["firth"]}[kind]
            plink2(
                *("--pfile", own, "--pheno", pheno, "--pheno-name", outcome),
                *("--covar", covar, "--covar-variance-standardize", "--out", own),
                *("--glm", "hide-covar", "omit-ref", *how, columns),
            )
            table = rows(Path(f"{own}.{outcome}.glm.{kind}"))
            kept = [row for row in table if row["ERRCODE"] == "."][::EVERY]
            statistic = "T_STAT" if kind == "linear" else "Z_STAT"
            effect = "BETA" if kind == "linear" else "OR"
            error = "SE" if kind == "linear" else "LOG(OR)_SE"
            found[kind] = [
                [row["ID"], *(float(row[of]) for of in (effect, error, statistic))]
                for row in kept
            ]
        print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
