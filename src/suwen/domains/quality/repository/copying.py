"""Rows into PostgreSQL by COPY: the kernel's, under the name that this room's repositories know."""

from suwen.kernel.copying import copy_rows

__all__ = ["copy_rows"]
