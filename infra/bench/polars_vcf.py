"""What polars-bio does to a VCF file that is to be asked often: all genotypes into Parquet.

Run by the Python that has it; the two arguments are the files.
"""

import sys

import polars_bio

if __name__ == "__main__":
    calls, out = sys.argv[1:]
    polars_bio.scan_vcf(calls, format_fields=["GT"]).sink_parquet(out)
