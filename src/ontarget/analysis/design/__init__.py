"""The numbers about a design: what it is worth, what moves that, and where it is best."""
