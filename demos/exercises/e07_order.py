# %% [markdown]
"""
# 7. A topological order

Backpropagation needs all nodes behind an output in an order in which every node stands after its inputs. Backwards, every
node then has its users before it.

Write `order`. Each node appears once, however many users it has, and the output comes last. Among the `inputs` of a Value
there may be plain numbers: they are not nodes. Do it without recursion, for Python stops that after a thousand calls, and
graphs are deeper. Write the search itself: neither the engine's order nor `graphlib`.

Lesson: `chain_rule`.
"""

# %%
from autograd import Value


def order(output):
    """The list of all Values behind output, each after its inputs; output is the last."""
    raise NotImplementedError("write order")


# %%
if __name__ == "__main__":          # checks this file, like python -m demos exercises 7
    from demos.exercises import check_file
    check_file(globals().get("__file__", "e07_order.py"), 7)
