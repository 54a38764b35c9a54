"""Programs as people write them, each with the arguments of forty calls: one decorator compiles them.

Cases as in hostile.py, whose harness runs them; late calls are unlike those before.
"""
from __future__ import annotations

import collections
import dataclasses
import math
import random
import types
import typing
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.compiler.hostile import CASES, _args

KNOWN = set(CASES)
CALLS, LATE = 40, {5: -1.75, 17: 3.5, 34: 0.0}
R = random.Random(5)
VG = "\ntransform = value_and_grad"


def usual(k: int) -> float:
    """The usual number of call k."""
    return 1.0 + (k * 37 % 23) / 4


def one(name: str, source: str) -> None:
    """A case with one number, which is negative or 0 in late calls."""
    _args(f"wild {name}", source, [(LATE.get(k, usual(k)),) for k in range(CALLS)])


def many(name: str, source: str, at: Callable[..., Any], odd: dict[int, Any] | None = None, **given: Any) -> None:
    """A case whose arguments are at(k, **given), but for the odd calls."""
    _args(f"wild {name}", source, [(odd or {}).get(k) or at(k, **given) for k in range(CALLS)])


def row(n: int) -> list[float]:
    return [R.gauss(0, 0.5) for _ in range(n)]


def rows(n: int, m: int) -> list[list[float]]:
    return [row(m) for _ in range(n)]


def moved(x: Any, k: int) -> Any:
    """The same nest with other numbers."""
    if isinstance(x, dict):
        return {name: moved(a, k + i) for i, (name, a) in enumerate(x.items())}
    if isinstance(x, (list, tuple)):
        return type(x)(moved(a, k + i) for i, a in enumerate(x))
    return x * (1 + 0.01 * math.sin(k))


one("micrograd demo step", """
r = random.Random(1)
class Neuron:
    def __init__(s, n, nonlin=True):
        s.w = [Value(r.uniform(-1, 1)) for _ in range(n)]; s.b = Value(0); s.nonlin = nonlin
    def __call__(s, x):
        act = builtins.sum((wi * xi for wi, xi in zip(s.w, x)), s.b)
        return act.relu() if s.nonlin else act
    def parameters(s): return s.w + [s.b]
class Layer:
    def __init__(s, i, o, **k): s.neurons = [Neuron(i, **k) for _ in range(o)]
    def __call__(s, x):
        out = [n(x) for n in s.neurons]
        return out[0] if len(out) == 1 else out
    def parameters(s): return [p for n in s.neurons for p in n.parameters()]
class MLP:
    def __init__(s, i, outs):
        sz = [i] + outs
        s.layers = [Layer(sz[k], sz[k+1], nonlin=k != len(outs) - 1) for k in range(len(outs))]
    def __call__(s, x):
        for l in s.layers: x = l(x)
        return x
    def parameters(s): return [p for l in s.layers for p in l.parameters()]
    def zero_grad(s):
        for p in s.parameters(): p.grad = 0
model = MLP(2, [4, 4, 1])
X = [[r.uniform(-1, 1), r.uniform(-1, 1)] for _ in range(6)]; y = [1, -1, 1, 1, -1, -1]
def loss():
    inputs = [list(map(Value, xrow)) for xrow in X]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores)]
    data_loss = builtins.sum(losses) * (1.0 / len(losses))
    reg_loss = 1e-4 * builtins.sum((p * p for p in model.parameters()))
    total_loss = data_loss + reg_loss
    accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y, scores)]
    return total_loss, builtins.sum(accuracy) / len(accuracy)
def f(lr):
    total_loss, acc = loss()
    model.zero_grad()
    total_loss.backward()
    for p in model.parameters(): p.data -= 0.01 * lr * p.grad
    return total_loss.data, acc
def state(): return [p.data for p in model.parameters()]
""")
one("micrograd loss and accuracy", CASES["wild micrograd demo step"].split("def f(lr)")[0]+"""
def f(x): return loss()
def change(k):
    for p in model.parameters(): p.data += 0.01
""")
many("bigram", "def f(W, pairs):\n loss = 0\n for a, b in pairs:\n  logits = W[a]\n  counts = [exp(l) for l in logits]\n  loss -= log(counts[b] / sum(counts))\n return loss / len(pairs) + 0.01 * sum(w * w for r in W for w in r)" + VG,
     lambda k, W: (moved(W,k), [(k%5,(k*3)%5),((k+1)%5,2),(4,k%3)]), W=rows(5,5))
many("makemore mlp", """
def f(p, X, Y):
    C, W1, b1, W2, b2 = p['C'], p['W1'], p['b1'], p['W2'], p['b2']
    loss = 0.0
    for ctx, y in zip(X, Y):
        e = [c for t in ctx for c in C[t]]
        h = [tanh(sum(a * b for a, b in zip(e, col)) + b) for col, b in zip(W1, b1)]
        z = [sum(a * b for a, b in zip(h, col)) + b for col, b in zip(W2, b2)]
        mx = max(z); ex = [exp(q - mx) for q in z]
        loss += -log(ex[y] / sum(ex))
    return loss / len(Y)
transform = value_and_grad""",
     lambda k, p: (moved(p,k), [[k%5,1,2],[3,k*2%5,0]], [k%5,(k+2)%5]), p={'C':rows(5,2),'W1':rows(4,6),'b1':row(4),'W2':rows(5,4),'b2':row(5)})
many("rnn varying length", """
def f(p, s):
    h = [0.0] * 3; loss = 0.0
    for a, b in zip(s, s[1:]):
        x = p['E'][a]
        h = [tanh(sum(w * q for w, q in zip(r, x + h)) + c) for r, c in zip(p['W'], p['b'])]
        z = [sum(w * q for w, q in zip(r, h)) for r in p['O']]
        t = sum(exp(q) for q in z)
        loss = loss - z[b] + log(t)
    return loss / (len(s) - 1)
transform = value_and_grad""",
     lambda k, p: (moved(p,k), [(k+j*j)%4 for j in range(2+k%4)]), p={'E':rows(4,2),'W':rows(3,5),'b':row(3),'O':rows(4,3)})
many("gru", """
def sig(x): return 1 / (1 + exp(-x))
def lin(W, b, x): return [sum(w * q for w, q in zip(r, x)) + c for r, c in zip(W, b)]
def f(p, xs, y):
    h = [0.0] * 2
    for x in xs:
        z = [sig(a) for a in lin(*p.z, [x] + h)]
        r = [sig(a) for a in lin(*p.r, [x] + h)]
        n = [tanh(a) for a in lin(*p.n, [x] + [a * b for a, b in zip(r, h)])]
        h = [(1 - a) * b + a * c for a, b, c in zip(z, n, h)]
    return (h[0] - y) ** 2 + h[1]
transform = value_and_grad""",
     lambda k, G, a, b, c: (G(moved(a,k),b,c), [0.1*k,0.2,-0.3,0.5][:2+k%3], 0.5), G=collections.namedtuple("G","z r n"), a=(rows(2,3),row(2)), b=(rows(2,3),row(2)), c=(rows(2,3),row(2)))
many("tiny gpt", """
def lin(W, x): return [sum(w * q for w, q in zip(r, x)) for r in W]
def soft(z):
    mx = max(z); e = [exp(a - mx) for a in z]; t = sum(e); return [a / t for a in e]
def norm(x):
    mu = sum(x) / len(x); s = sum((a - mu) ** 2 for a in x) / len(x)
    return [(a - mu) * (s + 1e-5) ** -0.5 for a in x]
def f(p, toks):
    ks, vs, loss = [], [], 0.0
    for t, (a, b) in enumerate(zip(toks, toks[1:])):
        x = [i + j for i, j in zip(p['wte'][a], p['wpe'][t])]
        h = norm(x)
        q, k, v = lin(p['q'], h), lin(p['k'], h), lin(p['v'], h)
        ks.append(k); vs.append(v)
        att = soft([sum(i * j for i, j in zip(q, k)) / 2 for k in ks])
        o = [sum(w * v[j] for w, v in zip(att, vs)) for j in range(4)]
        x = [i + j for i, j in zip(x, lin(p['o'], o))]
        x = [i + j for i, j in zip(x, lin(p['d'], [relu(z) for z in lin(p['u'], norm(x))]))]
        loss += -log(soft(lin(p['wte'], x))[b])
    return loss / (len(toks) - 1)
transform = value_and_grad""",
     lambda k, p: (moved(p,k), [(k+3*j)%5 for j in range(3+k%3)]), p={'wte':rows(5,4),'wpe':rows(6,4),'q':rows(4,4),'k':rows(4,4),'v':rows(4,4),'o':rows(4,4),'u':rows(8,4),'d':rows(4,8)})
many("logistic with accuracy", "def f(w, b, X, y):\n z = [sum(a * c for a, c in zip(w, x)) + b for x in X]\n loss = sum(log(1 + exp(-t * s)) for t, s in zip(y, z)) / len(y)\n acc = sum((s > 0) == (t > 0) for t, s in zip(y, z)) / len(y)\n return loss, acc",
     lambda k, w, X: (moved(w,k), 0.1*k, X, [1,-1,1,-1,1]), w=row(2), X=rows(5,2))
many("falling body with drag", "def f(p, ts, hs):\n y, v, t, e = p['h'], 0.0, 0.0, 0.0\n i = 0\n while i < len(ts):\n  if t >= ts[i]: e += (y - hs[i]) ** 2; i += 1\n  v += 0.01 * (-9.8 - p['c'] * v * abs(v)); y += 0.01 * v; t += 0.01\n return e" + VG,
     lambda k: ({'h':10.0+k/10,'c':0.1}, [0.1,0.2,0.3], [9.9,9.7,9.5]))
many("newton on hessian", "def f(p):\n x, y = p\n return (1 - x) ** 2 + 10 * (y - x * x) ** 2\ntransform = hessian",
     lambda k: ([0.1*k, 1.0],))
many("newton step inside", "def loss(p): return (1 - p[0]) ** 2 + 10 * (p[1] - p[0] ** 2) ** 2\ndef f(p):\n g = grad(loss)(p); H = hessian(loss)(p)\n d = H[0][0] * H[1][1] - H[0][1] * H[1][0]\n return [p[0] - (H[1][1] * g[0] - H[0][1] * g[1]) / d, p[1] - (H[0][0] * g[1] - H[1][0] * g[0]) / d]",
     lambda k: ([0.1*k, 1.0],))
many("reinforce", "def f(th, episodes):\n loss = 0.0\n for states, actions, rewards in episodes:\n  G = 0.0\n  for s, a, r in reversed(list(zip(states, actions, rewards))):\n   G = r + 0.9 * G\n   z = [sum(w * q for w, q in zip(row, s)) for row in th]\n   loss -= G * (z[a] - log(sum(exp(q) for q in z)))\n return loss" + VG,
     lambda k, th: (moved(th,k), [([[1.0,0.1*k],[0.5,0.2]],[k%2,1],[1.0,-1.0]), ([[0.3,0.3]],[0],[2.0])]), th=rows(2,2))
many("vae", "def f(p, xs, eps):\n t = 0.0\n for x, e in zip(xs, eps):\n  mu = p['m'] * x + p['c']; lv = p['s'] * x\n  z = mu + exp(lv / 2) * e\n  r = sigmoid(p['d'] * z)\n  t += (r - x) ** 2 - 0.5 * (1 + lv - mu ** 2 - exp(lv))\n return t / len(xs)" + VG,
     lambda k: ({'m':0.1*k,'c':0.1,'s':0.2,'d':1.0}, [0.1,0.9,0.5], [math.sin(k+j) for j in range(3)]))
many("attention by index", "def f(q, K, V, i):\n s = [sum(a * b for a, b in zip(q[i], k)) for k in K[:i + 1]]\n mx = max(s); e = [exp(a - mx) for a in s]; t = sum(e)\n return sum(a / t * v[0] for a, v in zip(e, V))" + VG,
     lambda k, q, K, V: (moved(q,k), K, V, k%4), q=rows(4,2), K=rows(4,2), V=rows(4,2))
many("decision by sorted", "def f(w, xs):\n s = sorted(xs, key=lambda x: -w[0] * x + w[1] * x * x)\n top = s[:2]\n return sum((w[0] * x - 1) ** 2 for x in top) + max(w) - min(w)" + VG,
     lambda k: ([0.5+0.1*math.sin(k),0.2], [1.0,2.0,-0.5+k/20,3.0]))
many("dataclass parameters as argument", "def f(p, x): return (p.w * x + p.b - 1) ** 2",
     lambda k: (types.SimpleNamespace(w=1.0+k,b=0.5), 2.0+k))
many("kalman", "def f(q, zs):\n x, P, ll = 0.0, 1.0, 0.0\n for z in zs:\n  P = P + q[0]\n  S = P + q[1]\n  K = P / S\n  y = z - x\n  ll += 0.5 * (log(S) + y * y / S)\n  x = x + K * y\n  P = (1 - K) * P\n return ll" + VG,
     lambda k: ([0.1+k/50,0.5], [0.1,0.4,0.2,-0.3*k][:2+k%3]))
many("hmm viterbi", "def f(A, E, obs):\n s = [E[i][obs[0]] for i in range(2)]\n for o in obs[1:]:\n  s = [max(s[j] + A[j][i] for j in range(2)) + E[i][o] for i in range(2)]\n return max(s)" + VG,
     lambda k, A, E: (moved(A,k), moved(E,k), [k%3,1,(k+1)%3]), A=rows(2,2), E=rows(2,3))
many("dtw", "def f(a, b):\n n, k = len(a), len(b)\n D = [[float('inf')] * (k + 1) for _ in range(n + 1)]\n D[0][0] = 0.0\n for i in range(n):\n  for j in range(k): D[i+1][j+1] = (a[i] - b[j]) ** 2 + min(D[i][j], D[i+1][j], D[i][j+1])\n return D[n][k]" + VG,
     lambda k: ([0.1*k,1.0,2.0], [0.0,1.5,1.0,2.0][:2+k%3]))
many("adam by hand", "def f(w, m, v, t):\n g = grad(lambda w: sum((a - i) ** 2 for i, a in enumerate(w)))(w)\n m = [0.9 * a + 0.1 * b for a, b in zip(m, g)]\n v = [0.99 * a + 0.01 * b * b for a, b in zip(v, g)]\n w = [a - 0.1 * (b / (1 - 0.9 ** t)) / (sqrt(c / (1 - 0.99 ** t)) + 1e-8) for a, b, c in zip(w, m, v)]\n return w, m, v",
     lambda k: ([0.1*k,2.0],[0.0,0.1],[0.1,0.2],k+1))
many("linesearch", "def f(x, y):\n t = 1.0\n g = grad(lambda x: (x - y) ** 2 + x ** 4)(x)\n loss = lambda x: (x - y) ** 2 + x ** 4\n while loss(x - t * g) > loss(x) - 0.1 * t * g * g and t > 1e-6: t *= 0.5\n return x - t * g",
     lambda k: (0.1*k,1.0))
one("class with __call__", "class Poly:\n def __init__(s, c): s.c = c\n def __call__(s, x): return sum(c * x ** i for i, c in enumerate(s.c))\np = Poly([1.0, 2.0, 3.0])\ndef f(x): return p(x) + p(p(x))\ndef change(k):\n if k == 17: p.c = [1.0, -1.0]\n if k == 30: p.c[0] = 5.0\ntransform = value_and_grad")
one("fixed point", "def f(x):\n y = 0.5\n for k in range(100):\n  n = cos(y) * 0.5 + 0.1 * x\n  if abs(n - y) < 1e-6: break\n  y = n\n return y" + VG)
one("numeric integral", "def f(x):\n n = 20\n h = x / n\n return h * sum((0.5 if i in (0, n) else 1.0) * exp(-(i * h) ** 2) for i in range(n + 1))" + VG)
many("decision tree soft", "def f(t, x):\n if t['leaf']: return t['v']\n g = sigmoid(t['w'] * (x - t['c']))\n return g * f(t['l'], x) + (1 - g) * f(t['r'], x)\ntransform = lambda f: value_and_grad(f, 1)",
     lambda k: ({'leaf':False,'w':0.1*k,'c':0.3,'l':{'leaf':True,'v':1.0},'r':{'leaf':False,'w':1.0,'c':0.1,'l':{'leaf':True,'v':2.0},'r':{'leaf':True,'v':-1.0}}}, 0.5+k/10))
many("conv net", "def f(p, img):\n out = [[relu(sum(p['k'][a][b] * img[i+a][j+b] for a in range(2) for b in range(2))) for j in range(3)] for i in range(3)]\n pool = max(max(r) for r in out)\n return (pool * p['w'] - 1) ** 2" + VG,
     lambda k, K, I: ({'k':moved(K,k),'w':0.5}, moved(I,k*3)), K=rows(2,2), I=rows(4,4))
many("lasso proximal", "def f(w, X, y, lam):\n g = grad(lambda w: sum((sum(a * b for a, b in zip(w, x)) - t) ** 2 for x, t in zip(X, y)))(w)\n z = [a - 0.1 * b for a, b in zip(w, g)]\n return [a - lam if a > lam else a + lam if a < -lam else 0.0 for a in z]",
     lambda k, w, X: (moved(w,k),X,[0.1,0.2,0.3],0.05), w=row(2), X=rows(3,2))
many("np mlp object arrays", "def f(W1, b1, W2, X, Y):\n H = np.tanh(X @ W1 + b1)\n P = H @ W2\n return ((P - Y) ** 2).mean()"+"\ntransform = lambda f: value_and_grad(f, (0, 1, 2))",
     lambda k, W, b, V, X: (W*(1+k/50),b,V,X,np.ones((4,1))), W=np.array(rows(2,3)), b=np.array(row(3)), V=np.array(rows(3,1)), X=np.array(rows(4,2)))
many("np embedding rows", "def f(E, tokens):\n x = np.array([E[t] for t in tokens])\n return (x * x).sum() + x.mean(axis=0)[0]" + VG,
     lambda k, E: (E*(1+k/50), [k%5,1,(k*3)%5]), E=np.array(rows(5,2)))
many("np fancy tokens", "def f(E, tokens):\n x = E[tokens]\n return (x * x).sum() + x.mean(axis=0)[0]" + VG,
     lambda k, E: (E*(1+k/50), np.array([k%5,1,(k*3)%5])), E=np.array(rows(5,2)))
many("np cross entropy", "def f(W, X, y):\n Z = X @ W\n return sum(log(sum(exp(z) for z in row)) - row[t] for row, t in zip(Z, y)) / len(y)" + VG,
     lambda k, W, X: (W*(1+k/50), X, np.array([0,k%3,2,1])), W=np.array(rows(2,3)), X=np.array(rows(4,2)))
many("np range cross entropy", "def f(W, X, y):\n Z = X @ W\n E = np.exp(Z)\n P = E / E.sum(axis=1, keepdims=True)\n return -np.log(P[np.arange(len(y)), y]).mean()" + VG,
     lambda k, W, X: (W*(1+k/50), X, np.array([0,k%3,2,1])), W=np.array(rows(2,3)), X=np.array(rows(4,2)))
many("np mask relu", "def f(W, x):\n h = W @ x\n h[h < 0] = 0\n return (h * h).sum()" + VG,
     lambda k, W: (W, np.array([0.5-k/10,1.0])), W=np.array(rows(3,2)))
many("np where leaky", "def f(W, x):\n h = W @ x\n return np.where(h > 0, h, 0.1 * h).sum() + np.maximum(h, 0).sum()" + VG,
     lambda k, W: (W, np.array([0.5-k/10,1.0])), W=np.array(rows(3,2)))

AUX = "\ntransform = lambda f: value_and_grad(f, has_aux=True)"
many("logistic has_aux", "def f(w, b, X, y):\n z = [sum(a * c for a, c in zip(w, x)) + b for x in X]\n loss = sum(log(1 + exp(-t * s)) for t, s in zip(y, z)) / len(y)\n return loss, sum((s > 0) == (t > 0) for t, s in zip(y, z)) / len(y)" + AUX,
     lambda k, w, X: (moved(w, k), 0.1 * k, X, [1, -1, 1, -1, 1]), w=row(2), X=rows(5, 2))
many("gradient and all else", "def f(w, xs):\n h = [tanh(w['a'] * x + w['b']) for x in xs]\n hits = [x > 0.5 for x in h]\n return sum(a * a for a in h), {'h': h, 'hits': hits, 'best': max(h), 'n': len(h), 'name': 'net', 'none': None}\ntransform = lambda f: grad(f, has_aux=True)",
     lambda k: ({"a": 0.1 * k, "b": 0.5}, [0.5, -1.0, 2.0 - k / 10]))
many("bouncing ball", "def f(e, v, n):\n y = 1.0\n hits = 0\n for _ in range(n):\n  v -= 0.098\n  y += 0.05 * v\n  if y < 0: y = -y; v = -e * v; hits += 1\n return y * y, hits" + AUX,
     lambda k: (0.5 + k / 100, 0.1 * (k % 3), 30))

# Objects among the arguments
SCALE = [1.0]


@dataclasses.dataclass
class Line:
    w: float
    b: float = 1.0
    turns: int = 2

    def at(self, x: float) -> float:
        return self.w * x * SCALE[0] + self.b * self.turns

    @property
    def square(self) -> float:
        return self.w ** 2


@dataclasses.dataclass(frozen=True)
class Frozen:
    w: float
    v: list[float] = dataclasses.field(default_factory=lambda: [1.0, 2.0])


class Point(typing.NamedTuple):
    x: float

    def scaled(self) -> float:
        return self.x * SCALE[0]


HERE = "import tests.compiler.wild as here\n"
LATER = "\ndef change(k): here.SCALE[0] = 1.0 + k // 10"
space = types.SimpleNamespace
many("method of a dataclass", HERE + "def f(p, x): return p.at(x) + p.square" + LATER, lambda k: (Line(usual(k), k / 5), 2.0 + k), {17: (Line(1, 2.0, 3), 1.0)})
many("method of a named tuple", HERE + "def f(p): return p.scaled()" + LATER, lambda k: (Point(usual(k)),))
many("int of a dataclass", "def f(p, x):\n for _ in range(p.turns): x = x * p.w\n return x", lambda k: (Line(usual(k), k / 5, k % 3), 2.0 + k))
many("frozen dataclass", "def f(p, x): return p.w * sum(p.v) * x if p.w > 2 else x", lambda k: (Frozen(usual(k), [1.0 * k, 2.0]), 2.0 + k), {17: (Frozen(1.0, [1.0]), 1.0)})
many("replace", "import dataclasses\ndef f(p, x): return dataclasses.replace(p, w=p.w * x).w", lambda k: (Line(usual(k)), 2.0 + k))
many("equal dataclasses", "def f(p, q): return 1.0 if p == q else 2.0 * p.w", lambda k: (Line(usual(k)), Line(usual(k + k % 2))))
many("the same dataclass", "def f(p, q): return 1.0 if p is q else 2.0 * p.w", lambda k: (Line(usual(k)), Line(usual(k))), {17: (lambda v: (v, v))(Line(3.0)), 34: (lambda v: (v, v))(Line(5.0))})
many("a space", "def f(p, x): return x if hasattr(p, 'q') else x * p.w", lambda k: (space(w=usual(k), b=2.0), 1.0), {17: (space(w=1.0, q=3.0), 1.0)})
many("a space of arrays", "def f(x, *, p): return (p.W @ x).sum()", lambda k: ((np.array([1.0, k]),), {"p": space(W=np.ones((2, 2)) * usual(k))}))
many("other classes", "def f(x, p): return p.w * x if type(p).__name__ == 'SimpleNamespace' else -x", lambda k: (1.0 + k, space(w=usual(k))), {17: (1.0, Line(1.0))})
many("dataclass outside", "import dataclasses\n@dataclasses.dataclass\nclass C:\n w: float\n b: float = 1.0\ncs = [C(1.0), C(2.0)]\ndef f(i, x): return cs[i].w * x + cs[i].b\ndef change(k): cs[0].w = 1.0 + k // 10", lambda k: (k % 2, usual(k)))
many("ints of an array", "def f(i, v): return (v[i] * np.array([1.0, 2.0])).sum()", lambda k: (np.array([k % 3, 1 - k % 2]), np.array([usual(k), 2.0, 3.0])))
COMPILED = [name for name in CASES if name not in KNOWN]

# What changes its arguments, keeps them or gives them back runs as it was written
many("a dataclass that changes", "def f(p, x):\n p.w -= 0.1 * x\n return p.w", lambda k: (Line(usual(k)), 2.0 + k))
many("a dataclass that changes late", "def f(p, x):\n if x > 35: p.w = 0.0\n return p.w * x", lambda k: (Line(usual(k)), 2.0 + k))
many("a new attribute", "def f(p, x):\n p.z = x\n return p.z * 2", lambda k: (Line(usual(k)), 2.0 + k))
many("a list that grows in a dataclass", "def f(p):\n p.v.append(1.0)\n return sum(p.v)", lambda k: (Frozen(usual(k), [1.0]),))
many("a dataclass returned", "def f(p): return p", lambda k: (Line(usual(k)),))
many("dataclasses kept", "kept = []\ndef f(p):\n kept.append(p)\n return p.w * len(kept)\ndef state(): return [p.w for p in kept]", lambda k: (Line(usual(k)),))
many("a generator drawn late", "r = random.Random(1)\ndef f(x): return x + r.random() if x < 0 else x * 2\ndef state(): return r.random()", lambda k: (LATE.get(k, usual(k)),))
many("a generator of NumPy drawn late", "r = np.random.default_rng(1)\ndef f(x): return x + r.normal() if x < 0 else x * 2\ndef state(): return r.normal()", lambda k: (LATE.get(k, usual(k)),))
WILD = [name for name in CASES if name not in KNOWN]
