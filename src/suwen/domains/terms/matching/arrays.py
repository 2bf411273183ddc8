"""Array types of the matcher: what numbers they hold, told by name. scipy ships no types: taken as Any here, once."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse as _sparse
from scipy.linalg import lapack as _lapack

Floats = NDArray[Any]
"""Single precision where it is kept."""
Ints = NDArray[Any]
Bools = NDArray[Any]
Sparse = Any
sparse: Any = cast(Any, _sparse)
lapack: Any = cast(Any, _lapack)
_PIECE = 1024


def row_of_entries(matrix: Sparse) -> Ints:
    """The row of every stored entry of a CSR matrix."""
    widths: Ints = np.diff(matrix.indptr)
    return np.repeat(np.arange(len(widths)), widths)


def as_ints(values: Ints) -> list[int]:
    """Numbers as Python's own."""
    return cast("list[int]", values.tolist())


def entries(matrix: Sparse, rows: Ints) -> tuple[Ints, Ints]:
    """Where the entries of the given CSR rows are stored, row by row, and of which of ``rows`` each is."""
    begins, widths = matrix.indptr[rows], (matrix.indptr[1:] - matrix.indptr[:-1])[rows]
    of = np.repeat(np.arange(len(rows), dtype=np.int32), widths)
    # In the matrix's own integers: half of what is moved through the memory.
    kind = matrix.indptr.dtype
    at = np.arange(len(of), dtype=kind) + np.repeat(begins - np.cumsum(widths, dtype=kind) + widths, widths)
    return at, of


def entries_beside(matrix: Sparse, rows: Ints, other: Sparse, beside: Ints) -> tuple[Ints, Ints, Bools]:
    """Return ``entries``, and which of them stand in a row of another matrix too, given for each of ``rows``."""
    at, of = entries(matrix, rows)
    cells = (beside * other.shape[1])[of] + matrix.indices[at]
    return at, of, present(other).ravel().take(cells)


def present(matrix: Sparse) -> Bools:
    """The rows as a dense table of whether a column is there."""
    table = np.zeros(matrix.shape, dtype=bool)
    table[row_of_entries(matrix), matrix.indices] = True
    return table


def largest(values: Floats, rows: Ints, places: Ints, count: int) -> Bools:
    """Which values are among the ``count`` largest of their row; ``places`` numbers the values of a row through."""
    found = np.zeros(len(values), dtype=bool)
    if len(values):
        table = np.full((int(rows.max()) + 1, max(count, int(places.max()) + 1)), -np.inf, dtype=np.float32)
        table[rows, places] = values
        least = -np.partition(-table, count - 1, axis=1)[:, count - 1]
        found = values >= least[rows]
    return found


def dots(left: Floats, right: Floats, rows: Ints, columns: Ints) -> Floats:
    """Inner products of chosen rows of two tables; piece by piece, so that what is picked stays in the cache."""
    made = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), _PIECE):
        here = slice(start, start + _PIECE)
        np.einsum("ij,ij->i", left[rows[here]], right[columns[here]], out=made[here])
    return made
