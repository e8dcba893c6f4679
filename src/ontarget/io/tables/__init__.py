"""Numbers out of tables of text."""
