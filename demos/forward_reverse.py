"""Forward and reverse mode on the same function: what each costs, counted in operations."""
from __future__ import annotations

import pathlib
from typing import Any

from autograd import Value, sin
from autograd.differentiate import pullback, pushforward
from autograd.graph import topological_order

SIZES = [1, 2, 4, 8, 16, 32, 64]
MODES = {"forward": ("#0072B2", "o", "-"), "reverse": ("#D55E00", "s", "--")}


def function(x: list[Value], m: int) -> list[Value]:
    """m outputs of n inputs, with work that is shared: a chain through all inputs, then a chain through all outputs."""
    u = x[0]
    for i in range(64):
        u = sin(u * x[i % len(x)])
    outputs = [u]
    for _ in range(m - 1):
        outputs.append(sin(outputs[-1]))
    return outputs


def operations(outputs: list[Any]) -> int:
    """How many operations a graph holds: its Values that are no leaves."""
    return sum(v.op != "" for v in topological_order(*[y for y in outputs if isinstance(y, Value)]))


def costs(n: int, m: int) -> dict[str, float]:
    """By mode, the operations of the whole Jacobian as a multiple of the function's own.

    The derivatives are made as graphs, so that each multiplication and addition of a sweep is a node, and is counted.
    """
    x = [Value(0.9 + 0.1 * i / n) for i in range(n)]
    y = function(x, m)
    order = topological_order(*y)
    columns = [pushforward(order, y, {v: 1.0}, True) for v in x]          # a sweep for each input
    rows = [pullback(order, x, {u: 1.0}, True) for u in y]                # a sweep for each output
    assert all(abs(float(columns[j][i]) - float(rows[i][j])) < 1e-12 for i in range(m) for j in range(n))
    found = {"forward": columns, "reverse": rows}
    return {mode: operations(y + sum(sweeps, [])) / operations(y) for mode, sweeps in found.items()}


def main(out: pathlib.Path) -> None:
    by_inputs = [costs(n, 1) for n in SIZES]
    by_outputs = [costs(1, m) for m in SIZES]
    print("operations for all derivatives, as a multiple of the function's own")
    for name, found in (("inputs (1 output)", by_inputs), ("outputs (1 input)", by_outputs)):
        print(f"{name:>18}  forward  reverse")
        for size, cost in zip(SIZES, found):
            print(f"{size:18}  {cost['forward']:7.1f}  {cost['reverse']:7.1f}")
    print("one sweep of either mode costs a small multiple of the function. Forward mode needs one for each input,\n"
          "reverse mode one for each output: a network has many parameters and one loss.")
    plot(by_inputs, by_outputs, out / "forward_reverse.png")


def plot(by_inputs: list[dict[str, float]], by_outputs: list[dict[str, float]], path: pathlib.Path) -> None:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    plt.rcParams.update({"font.size": 20, "font.family": "sans-serif"})
    figure, axes = plt.subplots(1, 2, figsize=(16, 8), sharey=True, layout="constrained")
    for ax, found, what in zip(axes, (by_inputs, by_outputs), ("inputs, 1 output", "outputs, 1 input")):
        for mode, (color, marker, style) in MODES.items():
            ax.plot(SIZES, [cost[mode] for cost in found], style, color=color, marker=marker, linewidth=4, markersize=12,
                    label=f"{mode} mode")
        ax.set(xscale="log", yscale="log", xlabel=f"number of {what}")
        ax.set_xticks(SIZES, [str(n) for n in SIZES])
        ax.minorticks_off()
        ax.grid(alpha=0.4)
    ticks = [1, 2, 5, 10, 20, 50, 100, 200]
    axes[0].set_yticks(ticks, [str(t) for t in ticks])
    axes[0].set_ylabel("operations / the function's own")
    axes[0].legend(loc="upper left")
    figure.suptitle("What all derivatives cost", fontsize=26)
    figure.savefig(path, dpi=80)
    plt.close(figure)
    print(f"plot: {path}")
