"""What an entry holds, told from a table of the classes: nothing is built, and no model is imported."""
