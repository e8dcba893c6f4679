"""Floor 1: units, constants, errors, and the base of every noun."""
