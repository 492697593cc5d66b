"""The program's version, as every download states it."""

__version__ = "0.1.0"
