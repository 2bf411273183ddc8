"""Array types of the matcher. scipy ships no types: `sparse` is taken as Any here, once, and named where it is used."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse as _sparse

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Sparse = Any
sparse: Any = cast(Any, _sparse)
