"""The version of the code; that of the data is in its manifest."""

__version__ = "0.1.0"
