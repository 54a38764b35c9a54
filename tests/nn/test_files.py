"""nn.files: what becomes of links, permissions, full disks, killed programs and files made to harm."""
import io
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import zipfile

import numpy as np
import pytest

import nn
from autograd import Value

posix = pytest.mark.skipif(os.name != "posix", reason="links and permissions as POSIX has them")


def network(seed=1):
    return nn.MLP(2, [4, 1], activation="tanh", seed=seed)


@posix
def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "models").mkdir()
    real, link = tmp_path / "models" / "first.npz", tmp_path / "latest.npz"
    network(1).save(real)
    link.symlink_to(real)
    network(2).save(link)
    assert link.is_symlink() and os.readlink(link) == str(real)
    assert nn.load(real)([1.0, 2.0]).data == network(2)([1.0, 2.0]).data
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["first.npz", "latest.npz", "models"]


@posix
def test_a_link_to_nothing_yet(tmp_path):
    (tmp_path / "latest.npz").symlink_to("new.npz")
    network().save(tmp_path / "latest.npz")
    assert (tmp_path / "latest.npz").is_symlink() and (tmp_path / "new.npz").is_file()


@posix
@pytest.mark.parametrize("unnamed", [True, False])
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o640, 0o444, 0o664])
def test_a_file_keeps_its_permissions(tmp_path, monkeypatch, mode, unnamed):
    if not unnamed:
        monkeypatch.setattr(nn.files, "_write_unnamed", lambda *_: False)
    path = tmp_path / "net.npz"
    network(1).save(path)
    path.chmod(mode)
    network(2).save(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
@pytest.mark.parametrize("unnamed", [True, False])
def test_a_new_file_has_the_permissions_of_new_files(tmp_path, monkeypatch, unnamed):
    if not unnamed:
        monkeypatch.setattr(nn.files, "_write_unnamed", lambda *_: False)
    before = os.umask(0o027)
    try:
        network().save(tmp_path / "net.npz")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "net.npz").stat().st_mode) == 0o640


@pytest.mark.parametrize("unnamed", [True, False])
@pytest.mark.parametrize("function, calls", [("write", 0), ("write", 1), ("fsync", 0), ("replace", 0), ("chmod", 0)])
def test_a_full_disk(tmp_path, monkeypatch, function, calls, unnamed):
    """Whichever call fails first: the old file is there, and nothing else."""
    if not unnamed:
        monkeypatch.setattr(nn.files, "_write_unnamed", lambda *_: False)
    path = tmp_path / "net.npz"
    network(1).save(path)
    before, original, count = path.read_bytes(), getattr(os, function), iter(range(10))

    def full(*arguments):
        if next(count) >= calls:
            raise OSError(28, "No space left on device")
        return original(arguments[0], bytes(arguments[1][:100]))             # a short write comes before
    monkeypatch.setattr(os, function, full)
    with pytest.raises(OSError, match="No space left"):
        network(2).save(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["net.npz"]


def test_short_writes_are_continued(tmp_path, monkeypatch):
    original = os.write
    monkeypatch.setattr(os, "write", lambda file, rest: original(file, bytes(rest[:7])))
    network(3).save(tmp_path / "net.npz")
    assert nn.load(tmp_path / "net.npz")([1.0, 2.0]).data == network(3)([1.0, 2.0]).data


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files without a name are Linux's")
@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_killed_save_leaves_nothing_behind(tmp_path, call):
    network(1).save(tmp_path / "net.npz")
    before = (tmp_path / "net.npz").read_bytes()
    program = f"""
import os, signal, nn
os.{call} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
nn.MLP(2, [4, 1], activation="tanh", seed=2).save({str(tmp_path / 'net.npz')!r})
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGKILL
    assert (tmp_path / "net.npz").read_bytes() == before and os.listdir(tmp_path) == ["net.npz"]


def test_threads_that_save_one_file_leave_a_whole_one(tmp_path):
    nets = [network(seed) for seed in range(8)]
    threads = [threading.Thread(target=lambda net=net: [net.save(tmp_path / "net.npz") for _ in range(10)]) for net in nets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert nn.load(tmp_path / "net.npz")([1.0, 2.0]).data in [net([1.0, 2.0]).data for net in nets]
    assert os.listdir(tmp_path) == ["net.npz"]


@posix
def test_what_is_not_a_file_is_not_replaced(tmp_path):
    """A pipe here, as whoever replaces /dev/null by mistake has lost more than a test."""
    os.mkfifo(tmp_path / "pipe")
    for call in (network().save, network().load, nn.load):
        with pytest.raises(ValueError, match="is not a regular file"):
            call(tmp_path / "pipe")
    assert stat.S_ISFIFO(os.stat(tmp_path / "pipe").st_mode)


@pytest.mark.parametrize("path, error", [("", ValueError), ("a\0b", ValueError), (None, TypeError), (3, TypeError),
                                         ([], TypeError), (b"", ValueError)])
def test_paths_that_are_none(path, error):
    for call in (network().save, network().load, nn.load):
        with pytest.raises(error, match="path must be a file name"):
            call(path)


def test_a_directory(tmp_path):
    for call in (network().save, network().load, nn.load):
        with pytest.raises(IsADirectoryError, match="give the name of a file"):
            call(tmp_path)


# Files made to harm ----------------------------------------------------------------------------------------------------------

def rewritten(path, description=None, **arrays):
    with np.load(path) as file:
        content = {name: file[name] for name in file.files}
    if description is not None:
        content["__model__"] = np.array(json.dumps({**json.loads(str(content["__model__"])), **description}))
    np.savez(path, **{**content, **arrays})


@pytest.mark.parametrize("description, says", [
    ({"nin": 10 ** 9}, r"layers.0.weight has shape \(4, 2\), by the description it is \(4, 1000000000\)"),
    ({"nouts": [10 ** 9, 1]}, "by the description"), ({"nouts": [4] * 2000, "activations": ["tanh"] * 2000}, "has shape"),
    ({"nin": 2.0}, "whole number"), ({"nin": "2"}, "whole number"), ({"nin": True}, "whole number"),
    ({"nin": 0}, "at least 1"), ({"nouts": "41"}, "widths"), ({"nouts": []}, "widths"), ({"nouts": None}, "widths"),
    ({"activations": "tanh"}, "widths"), ({"activations": [3, "linear"]}, "an activation is"),
    ({"activations": ["tanh", "os.system"]}, "no activation 'os.system'"), ({"kind": "CNN"}, "does not hold an MLP"),
    ({"activations": [None, "linear"]}, "function of its own")])
def test_a_description_that_lies(tmp_path, description, says):
    path = tmp_path / "net.npz"
    network().save(path)
    rewritten(path, description)
    with pytest.raises(ValueError, match=says):
        nn.load(path)


def header_only(path, shape):
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(content, {"descr": "<f8", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("layers.0.weight.npy", content.getvalue())


def test_an_array_that_claims_to_be_huge(tmp_path):
    header_only(tmp_path / "huge.npz", (10 ** 11,))
    for call in (network().load, nn.load):
        with pytest.raises(ValueError, match="cut off or is not a saved model"):
            call(tmp_path / "huge.npz")


def test_a_small_file_that_becomes_large(tmp_path, monkeypatch):
    monkeypatch.setattr(nn.files, "LARGEST", 2 ** 16)
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(2 ** 16 + 1))
    assert (tmp_path / "bomb.npz").stat().st_size < 300
    with pytest.raises(ValueError, match="its arrays have 65537 bytes"):
        nn.load(tmp_path / "bomb.npz")


def test_bytes_changed_at_random(tmp_path):
    """Never another kind of error, never a number that was not saved, never half a model."""
    path, rng = tmp_path / "net.npz", np.random.default_rng(0)
    network(1).save(path)
    whole, saved = path.read_bytes(), [p.data for p in network(1).parameters()]
    for _ in range(300):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), rng.integers(1, 4)):
            damaged[place] = rng.integers(0, 256)
        path.write_bytes(bytes(damaged))
        net = network(2)
        before = [p.data for p in net.parameters()]
        try:
            net.load(path)
        except ValueError:
            assert [p.data for p in net.parameters()] == before
        else:
            assert [p.data for p in net.parameters()] == saved


def test_a_parameter_with_the_name_of_the_description(tmp_path):
    model = nn.Module()
    setattr(model, "__model__", nn.Neuron(1).b)                                                 # noqa: B010
    with pytest.raises(ValueError, match="a parameter may not be called __model__"):
        model.save(tmp_path / "m.npz")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("key", ["a/b", "../a", "a b", "\u00fc", "w.npy", "", ".", "C:\\a", "'", 7, (1, 2), None, "a" * 300])
def test_keys_that_are_odd_names(tmp_path, key):
    model, other = nn.Module(), nn.Module()
    model.table, other.table = {key: Value(1.5)}, {key: Value(0.0)}
    model.save(tmp_path / "m.npz")
    other.load(tmp_path / "m.npz")
    assert other.parameters()[0].data == 1.5


def test_a_key_that_no_file_can_hold(tmp_path):
    model = nn.Module()
    model.table = {"a\0b": Value(1.0), "a": Value(2.0)}
    with pytest.raises(ValueError, match="cannot be in a file"):
        model.save(tmp_path / "m.npz")
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="only Linux has files without a name")
def test_a_file_has_no_name_before_it_is_complete(tmp_path, monkeypatch):
    """So a process that is killed leaves nothing behind."""
    names = []
    write = nn.files._write

    def looking(file, content, mode):
        write(file, content, mode)
        names.append(os.listdir(tmp_path))
    monkeypatch.setattr(nn.files, "_write", looking)
    nn.Neuron(2, seed=1).save(tmp_path / "m.npz")
    assert names == [[]] and os.listdir(tmp_path) == ["m.npz"]
