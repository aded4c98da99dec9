"""Generated messages of `sekisho.v1`; written by `generate.py`, never by hand."""
