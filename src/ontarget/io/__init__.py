"""The only room that opens files. YAML and units come in as nouns; tables and records go out."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
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

lazy(
    __name__,
    {
        ".bibliography": "bibtex keys_in keys_of keys_of_class references",
        ".catalog": "KINDS entries find resolve",
        ".formats.checkpoint": "read_checkpoint write_checkpoint",
        ".load": "Loaded digest load load_tree override",
        ".provenance": "Record",
        ".quantity": "parse",
        ".release": "MissingRelease Release find_release missing",
        ".structure": "structure",
        ".write": "check_folder csv_text json_text run_record write_bytes write_csv write_json write_text",
        ".yaml": "Mark Tree parse_yaml read_yaml",
    },
)
