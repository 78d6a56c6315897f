"""Whether two machines round alike. They need not: BLAS and numpy choose their code by the processor, and a reclaimed job may
come back on another kind. The result is as good, but no longer the same to the last bit."""

import hashlib

import numpy as np


def fingerprint() -> str:
    """Of a small calculation that uses what training uses: products, exponentials, logarithms, sums."""
    rows = np.arange(1, 64 * 64 + 1, dtype=np.float64).reshape(64, 64)
    values = np.modf(rows * 0.6180339887498949)[0]
    product = values @ values.T / 7
    result = np.log(np.exp(product - product.max(axis=1, keepdims=True)).sum(axis=0)) + (values.T @ product).sum(axis=1)
    return hashlib.sha256(result.tobytes()).hexdigest()[:16]
