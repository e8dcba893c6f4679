"""Floor 10: the only room that opens files. YAML and units come in as nouns; tables and records go out."""

from ontarget.io.bibliography import bibtex, keys_in, keys_of, keys_of_class, references
from ontarget.io.catalog import KINDS, entries, find, resolve
from ontarget.io.formats.checkpoint import read_checkpoint, write_checkpoint
from ontarget.io.load import Loaded, digest, load, load_tree, override
from ontarget.io.provenance import Record
from ontarget.io.quantity import parse
from ontarget.io.release import MissingRelease, Release, find_release, missing
from ontarget.io.structure import structure
from ontarget.io.write import (
    check_folder,
    csv_text,
    json_text,
    run_record,
    write_bytes,
    write_csv,
    write_json,
    write_text,
)
from ontarget.io.yaml import Mark, Tree, parse_yaml, read_yaml

__all__ = [
    "KINDS",
    "Loaded",
    "Mark",
    "MissingRelease",
    "Record",
    "Release",
    "Tree",
    "bibtex",
    "check_folder",
    "csv_text",
    "digest",
    "entries",
    "find",
    "find_release",
    "json_text",
    "keys_in",
    "keys_of",
    "keys_of_class",
    "load",
    "load_tree",
    "missing",
    "override",
    "parse",
    "parse_yaml",
    "read_checkpoint",
    "read_yaml",
    "references",
    "resolve",
    "run_record",
    "structure",
    "write_bytes",
    "write_checkpoint",
    "write_csv",
    "write_json",
    "write_text",
]
