"""Other people's packages: one module for each, and each asks for its own package alone."""
