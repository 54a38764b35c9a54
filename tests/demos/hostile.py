"""Files that try to be marked as solved without an answer, or to hold up whoever marks them: what to run before the answer."""

RIGHT = "def slope(f, x, h):\n    return (f(x + h) - f(x - h)) / (2 * h)\n"
WRONG = "def slope(f, x, h):\n    return 1.0\n"


def inside(*lines):
    """A wrong answer that runs these lines when it is asked."""
    return "def slope(f, x, h):\n" + "".join(f"    {line}\n" for line in lines) + "    return 1.0\n"


HOSTILE = {
    "an endless loop": "while True:\n    pass\n",
    "an endless loop that catches everything": "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n",
    "an endless loop inside": inside("while True:", "    pass"),
    "an endless loop that catches everything inside": inside("while True:", "    try:", "        while True:", "            pass",
                                                             "    except BaseException:", "        pass"),
    "a loop in C": "sum(iter(int, 1))\n",
    "a loop in C inside": inside("sum(iter(int, 1))"),
    "a long sleep": "import time\ntime.sleep(1000)\n",
    "endless output": "while True:\n    print('x' * 1000)\n",
    "endless output inside": inside("while True:", "    print('x' * 1000)"),
    "endless output past Python": "import os\nwhile True:\n    os.write(1, b'x' * 1000)\n",
    "input": "name = input('who? ')\n",
    "input inside": inside("input()"),
    "reading the standard input": "import sys\nsys.stdin.read()\n",
    "os._exit": "import os\nos._exit(0)\n",
    "os._exit inside": inside("import os", "os._exit(0)"),
    "sys.exit": "import sys\nsys.exit(0)\n",
    "exit inside": inside("exit(0)"),
    "raising SystemExit": inside("raise SystemExit(0)"),
    "quit": "quit()\n",
    "much memory": "x = [0] * 10**10\n",
    "more and more memory": "x = []\nwhile True:\n    x.append(bytearray(10**7))\n",
    "more and more memory inside": inside("x = []", "while True:", "    x.append(bytearray(10**7))"),
    "much memory in NumPy": inside("import numpy as np", "x = np.ones(10**10)"),
    "a huge power": inside("return 10 ** 10 ** 10"),
    "a fork": "import os\nos.fork()\n",
    "a fork bomb": "import os\nwhile True:\n    os.fork()\n",
    "a process": "import subprocess\nsubprocess.run(['sleep', '1000'])\n",
    "a shell": "import os\nos.system('sleep 1000')\n",
    "multiprocessing": "import multiprocessing\nmultiprocessing.Process(target=print).start()\n",
    "a thread that goes on": "import threading\ndef go():\n    while True:\n        pass\nthreading.Thread(target=go).start()\n" + WRONG,
    "many threads": "import threading\ndef go():\n    while True:\n        pass\nfor _ in range(20):\n    threading.Thread(target=go).start()\n" + WRONG,
    "killing the parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n",
    "killing the parent inside": inside("import os", "os.kill(os.getppid(), 9)"),
    "killing all": "import os\nos.kill(-1, 9)\n",
    "killing itself": "import os\nos.kill(os.getpid(), 9)\n",
    "a crash": "import ctypes\nctypes.string_at(0)\n",
    "a crash by recursion": "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()\n",
    "a signal handler": "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True:\n    pass\n",
    "no alarm": "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0)\nwhile True:\n    pass\n",
    "atexit": "import atexit\ndef go():\n    while True:\n        pass\natexit.register(go)\n" + WRONG,
    "closing everything": "import os\nfor i in range(3, 100):\n    try:\n        os.close(i)\n    except OSError:\n        pass\n" + WRONG,
    "writing to everything": "import os\nfor i in range(3, 100):\n    try:\n        os.write(i, b'{\"is\": 1}' * 10)\n    except OSError:\n        pass\n" + WRONG,
    "a forged answer": "import os, struct, json\nm = json.dumps({'is': None}).encode()\nfor i in range(3, 100):\n    try:\n"
                       "        os.write(i, (struct.pack('>I', len(m)) + m) * 50)\n    except OSError:\n        pass\n" + WRONG,
    "a trickle of an answer": inside("import os, time", "def send(x):", "    for i in range(3, 30):", "        try:", "            os.write(i, x)",
                                     "        except BaseException:", "            pass", "send(b'\\0\\x01\\0\\0')", "while True:",
                                     "    send(b' ')", "    time.sleep(0.7)"),
    "a patched checker": "import demos.exercises.checkers.e01_slope as c\nc.compare = lambda *a, **b: None\n" + WRONG,
    "a patched checker, by sys.modules": "import sys\nfor m in list(sys.modules.values()):\n    for n in ('compare', 'check', 'mark', 'call'):\n"
                                         "        if hasattr(m, n):\n            setattr(m, n, lambda *a, **b: None)\n" + WRONG,
    "a patched desk": "import sys\nd = sys.modules['demos.exercises.marking.desk']\nd.Desk.attempt = lambda self, f: {'is': 1.0}\n" + WRONG,
    "a patched encode": "import sys\nd = sys.modules['demos.exercises.marking.desk']\nd.encode = lambda x: 0.5\n" + WRONG,
    "patched builtins": "import builtins\nbuiltins.abs = lambda x: 0.0\nbuiltins.all = lambda x: True\nbuiltins.float = lambda x: 0.0\n" + WRONG,
    "patched math": "import math\nmath.sin = math.exp = math.cosh = lambda x: 0.0\n" + WRONG,
    "patched autograd": "import autograd\nautograd.Value.__init__ = None\nautograd.grad = lambda f: (lambda x: 0.0)\n" + WRONG,
    "an equal to everything": "class E(float):\n    def __eq__(self, o): return True\n    def __sub__(self, o): return 0.0\n    __rsub__ = __sub__\n"
                              "    def __abs__(self): return 0.0\ndef slope(f, x, h):\n    return E(1.0)\n",
    "a frame upwards": inside("import sys", "f = sys._getframe()", "while f:", "    f.f_locals.clear()", "    f = f.f_back"),
    "an exception of its own": inside("class X(BaseException):", "    def __str__(self): raise self", "raise X"),
    "a file of solutions": "import demos.exercises as d, pathlib\nexec((pathlib.Path(d.__file__).parent / 'solutions' / 'e01_slope.py').read_text())\n",
    "the solutions as a package": "from demos.exercises.solutions.e01_slope import slope\n",
    "open, spelled otherwise": "import io, sys\np = sys.modules['demos'].__path__[0] + '/exercises/solutions/e01_slope.py'\n"
                               "exec(io.FileIO(p).read())\n",
    "codecs.open": "import codecs, sys\np = sys.modules['demos'].__path__[0] + '/exercises/solutions/e01_slope.py'\n"
                   "globals().update({})\nsource = codecs.open(p).read()\n",
    "writing files": "for i in range(10**6):\n    open(f'/tmp/a-student-was-here-{i}', 'w').write('x' * 10**6)\n",
    "removing files": "import shutil, os\nshutil.rmtree(os.path.expanduser('~/nowhere'), ignore_errors=False)\n",
    "a connection": "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9')\n",
    "a deep answer": inside("x = []", "for _ in range(10**5):", "    x = [x]", "return x"),
    "an answer without end": inside("import itertools", "return itertools.count()"),
    "an answer that contains itself": inside("x = []", "x.append(x)", "return x"),
    "a wide answer": inside("return [0.0] * 10**7"),
    "garbage": "\x00\xff\x00",
    "nothing": "",
    "only comments": "# " + "x" * 10**6,
    "much code": "x = 1\n" * 200_000,
    "deep code": "(" * 5000 + "1" + ")" * 5000,
    "a deep sum": "x = " + "+".join(["1"] * 50_000) + "\n" + WRONG,
}
