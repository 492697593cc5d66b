"""How a file is read: which column is which, what its codes mean, and how to change that."""

from pages._data.columns.screen import of_open, show

__all__ = ["of_open", "show"]
