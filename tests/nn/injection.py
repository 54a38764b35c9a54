"""Interrupts at every line: what Ctrl-C, or two of them, can do to a call."""
import sys


def run(action, at, packages=("nn",)):
    """Run the action with a KeyboardInterrupt before the lines of these numbers, counted from 1; how many lines it ran."""
    count = 0

    def on_line(frame, event, argument):
        nonlocal count
        if event == "line":
            count += 1
            if count in at:
                raise KeyboardInterrupt
        return on_line

    def on_call(frame, event, argument):
        package = frame.f_globals.get("__name__", "").partition(".")[0]
        return on_line if package in packages else None
    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        action()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return count


def places(lines, most):
    """Single and double interrupts at about `most` of the lines, evenly spaced; the second comes soon after the first."""
    stride = max(1, lines // most)
    for i in range(1, lines + 1, stride):
        yield {i}
        yield {i, i + 1 + i % 13}
