"""Units, constants, errors, and the base of every noun."""
