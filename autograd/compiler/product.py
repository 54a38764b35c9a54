"""Matrix products, forward and backward: the lecture's z = W f in (6), W^T dz in (7), dz f^T in (8).

A block of dots has left factors A, rows of k numbers, and right factors B, other rows of k numbers; each row of A meets each
row of B. For a layer A is W, (rows, k), and B holds f, (columns, k), one row for each sample, so that the block is B A^T.
Either may be a single row, either may differ from sample to sample (then its first axis is m, the samples), and there may be
several products of one size, the teams, as the heads of an attention: then both have an axis more.
"""
from __future__ import annotations

from typing import NamedTuple

from autograd.compiler.formula import Formula, formula
from autograd.formulas.text import Text


class Product(NamedTuple):
    """What kind of product a block is."""
    a_batched: bool                 # whether the left factors differ from sample to sample
    b_batched: bool
    a_axes: int                     # axes of the left factors without that of the samples: 1 for a single row
    b_axes: int
    teams: bool                     # whether it is several products
    length: int                     # k

    def forward(self, A: Formula, B: Formula) -> Formula:
        """B A^T: the lecture's W f of (6), for each row f of B."""
        a, b = A.text, B.text
        times = "*" if self.length == 1 else "@"            # a product of a column and a row is faster elementwise
        if self.teams or self.a_batched and self.a_axes == self.b_axes == 2:
            return formula(f"{b:product} {times} {a:atom}.swapaxes(-1, -2)", "product")
        if self.a_axes == self.b_axes == 2:
            return formula(f"{b:product} {times} {a:atom}.T", "product")
        if self.a_batched and self.b_batched:
            return formula(f"np.einsum('mak,mk->ma', {a}, {b})" if self.a_axes == 2 else f"np.einsum('mk,mbk->mb', {a}, {b})")
        if self.a_axes == 2:
            return formula(f"{b:product} {times} {a:atom}.T" if self.b_batched else f"{a:product} @ {b:atom}", "product")
        return formula(f"{a:product} {times} {b:atom}.T" if self.a_batched else f"{b:product} @ {a:atom}", "product")

    def to_left(self, d: Formula, B: Formula) -> Formula:
        """dz^T f, summed over the samples where A is the same for all: the lecture's (8)."""
        D, b = d.text, B.text
        if self.teams or self.a_batched and self.a_axes == self.b_axes == 2:
            text = f"{D:atom}.swapaxes(-1, -2) @ {b:atom}"
            return summed(text) if self.b_batched and not self.a_batched else formula(text, "product")
        if self.b_axes == 2 and self.b_batched and not self.a_batched:
            return formula(f"np.tensordot({D}, {b}, ((0, 1), (0, 1)))")
        if self.a_axes == self.b_axes == 2:
            return formula(f"{D:atom}.T @ {b:atom}", "product")
        if self.a_axes == 2:
            return outer(D, self.a_batched, b, self.b_batched)
        if self.a_batched and self.b_batched:
            return formula(f"np.einsum('mb,mbk->mk', {D}, {b})")
        return formula(f"{D:product} @ {b:atom}", "product")

    def to_right(self, d: Formula, A: Formula) -> Formula:
        """dz W: the lecture's W^T dz in (7), for each row."""
        D, a = d.text, A.text
        if self.teams or self.a_axes == self.b_axes == 2:
            text = f"{D:product} @ {a:atom}"
            return summed(text) if self.a_batched and not self.b_batched else formula(text, "product")
        if self.b_axes == 2 or self.a_axes == 1:
            return outer(D, self.b_batched, a, self.a_batched)
        if self.a_batched and self.b_batched:
            return formula(f"np.einsum('ma,mak->mk', {D}, {a})")
        if self.a_batched:
            return formula(f"np.tensordot({D}, {a}, ((0, 1), (0, 1)))")
        return formula(f"{D:product} @ {a:atom}", "product")


def outer(d: Text, batched: bool, row: Text, row_batched: bool) -> Formula:
    """d row^T, the rank-one matrix of (8), for each sample (batched) or summed over them."""
    if batched:
        return formula(f"{d:atom}[..., None] * {row:atom}" + "[:, None]" * row_batched, "product")
    return formula(f"{d:atom}.T @ {row:atom}" if row_batched else f"{d:atom}[:, None] * {row:atom}", "product")


def summed(text: str) -> Formula:
    """The sum over the samples."""
    return formula(f"({text}).sum(0)")
