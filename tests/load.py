"""How busy the machine is, for the few tests of what must come in time on the wall."""
import os


def busy():
    """How many times as long everything takes while other programs want the cores."""
    wanted = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) + 1              # of these tests, one each; and the program's own
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 1.0
    return max(1.0, max(wanted, load) / (os.cpu_count() or 1))
