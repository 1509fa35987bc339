"""The version of the code; each table carries the editions of its own data."""

__version__ = "0.1.0"
