"""The language of MAD-X, as far as it is read; `io.formats.madx` makes beam lines of it."""
