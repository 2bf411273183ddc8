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


def row_of_entries(matrix: Sparse) -> Ints:
    """The row of every stored entry of a CSR matrix."""
    widths: Ints = np.diff(matrix.indptr)
    return np.repeat(np.arange(len(widths)), widths)


def as_ints(values: Ints) -> list[int]:
    """Numbers as Python's own."""
    return cast("list[int]", values.tolist())
