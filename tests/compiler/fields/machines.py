"""Controllers, arms, filters that follow a state, rays and curves."""
from __future__ import annotations

import math
from typing import Any

import autograd as ag
from tests.compiler.fields.style import Style, field


def times(A: Any, B: Any, dot: Any) -> Any:
    """The product of two matrices as lists."""
    columns = list(zip(*B))
    return [[dot(row, column) for column in columns] for row in A]


@field
def pid_with_saturation(s: Style) -> Any:
    T, goal, form = s.steps(), s.data(50), s.form
    seen = s.observed(T)

    def f(p: Any, x: Any) -> Any:
        kp, ki, kd = p.vector(3, 0.1, 0.9)
        y, integral, last, cost = 0.0, 0, 0.0, 0
        for t in range(T):
            e = goal[t % 50] - y
            integral = integral + e * 0.1
            u = kp * e + ki * integral + kd * (e - last) / 0.1
            u = ag.tanh(u) if form == 0 else ag.minimum(ag.maximum(u, -1.0), 1.0) if form == 1 else u
            y, last = y + 0.1 * (u - y), e
            if seen[t]:
                cost += e * e + 0.01 * u ** 2
        return cost
    return f


@field
def lqr_by_riccati(s: Style) -> Any:
    """The gain of a scalar or a 2 x 2 Riccati recursion, backward in time, then the cost forward."""
    T, form = s.steps(1, 25), s.form

    def f(p: Any, x: Any) -> Any:
        a, b, q, r = p.one(0.7, 1.1), p.one(0.3, 1), p.one(0.5, 1), p.one(0.2, 1)
        P, gains = q, []
        for _ in range(T):
            K = b * P * a / (r + b * P * b)
            P = q + a * P * a - a * P * b * K if form == 0 else q + a * P * (a - b * K) if form == 1 else \
                q + a ** 2 * P * r / (r + b ** 2 * P)
            gains.append(K)
        z, cost = p.one(0.5, 1), 0.0
        for K in reversed(gains):
            u = -K * z
            cost += q * z * z + r * u * u
            z = a * z + b * u
        return cost + q * z * z
    return f


@field
def riccati_of_matrices(s: Style) -> Any:
    T, n, dot = s.steps(1, 15), s.size(1, 3), s.dot()

    def f(p: Any, x: Any) -> Any:
        A, B, r = p.matrix(n, n, -0.6, 0.6), p.vector(n, 0.2, 1), p.one(0.5, 1)
        P = [[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)]
        for _ in range(T):
            PB = [dot(row, B) for row in P]
            PA = times(P, A, dot)
            g = [sum(B[i] * PA[i][j] for i in range(n)) for j in range(n)]
            w = r + dot(B, PB)
            P = [[(1.0 if i == j else 0.0) + sum(A[k][i] * PA[k][j] for k in range(n)) - g[i] * g[j] / w
                  for j in range(n)] for i in range(n)]
        return sum(P[i][i] for i in range(n))
    return f


@field
def inverted_pendulum_cart(s: Style) -> Any:
    T, dot, h = s.steps(1, 30), s.dot(), 0.02

    def f(p: Any, x: Any) -> Any:
        K = p.vector(4)
        z = [0.0, 0.0, x.one(-0.3, 0.3), 0]
        cost = 0
        for _ in range(T):
            u = -dot(K, z)
            c, w = ag.cos(z[2]), ag.sin(z[2])
            acc = (u + w * (z[3] ** 2 + 9.8 * c)) / (1 + w * w)
            tip = (-u * c - z[3] ** 2 * c * w - 10.8 * w) / (1 + w * w)
            z = [z[0] + h * z[1], z[1] + h * acc, z[2] + h * z[3], z[3] + h * tip]
            cost = cost + z[2] * z[2] + 0.1 * z[0] ** 2
        return cost
    return f


@field
def model_predictive(s: Style) -> Any:
    T, dot, total, free = s.steps(1, 30), s.dot(), s.total(), s.flip()

    def f(p: Any, x: Any) -> Any:
        u, z = p.vector(T), x.vector(2)
        A, B = [[1.0, 0.1], [0.0 if free else -0.1, 0.9]], [0.0, 0.1]
        terms = []
        for v in u:
            z = [dot(row, z) + b * v for row, b in zip(A, B)]
            terms += [z[0] ** 2, 0.1 * v ** 2]
        return total(terms) + 10 * z[0] ** 2
    return f


@field
def dubins_car(s: Style) -> Any:
    T, turns, h = s.steps(), s.data(50), 0.1

    def f(p: Any, x: Any) -> Any:
        v, k, a = p.one(0.5, 1), p.one(0.5, 1.5), p.one()
        px, py, far = 0.0, 0.0, 0
        for t in range(T):
            a = a + h * k * turns[t % 50]
            px, py = px + h * v * ag.cos(a), py + h * v * ag.sin(a)
            far += (px - 1) ** 2 + (py - 0.5) ** 2
        return far / (T + 1)
    return f


@field
def steering_by_network(s: Style) -> Any:
    T, n, layer, act = s.steps(1, 15), s.size(2, 5), s.affine(), s.activation()

    def f(p: Any, x: Any) -> Any:
        W, b, v = p.matrix(n, 3), p.vector(n), p.vector(n)
        px, py, a = x.one(), x.one(), 0.1
        cost = 0
        for _ in range(T):
            u = sum(c * act(z) for c, z in zip(v, layer(W, [px, py, a], b)))
            a = a + 0.1 * u
            px, py = px + 0.1 * ag.cos(a), py + 0.1 * ag.sin(a)
            cost += px ** 2 + py ** 2 + 0.01 * u * u
        return cost
    return f


@field
def denavit_hartenberg(s: Style) -> Any:
    n, dot = s.steps(1, 12), s.dot()
    alpha = [s.pick(0.0, math.pi / 2, -math.pi / 2, 0.3) for _ in range(n)]
    back = s.flip()

    def f(p: Any, x: Any) -> Any:
        theta, d, a = p.vector(n), p.vector(n, 0, 0.3), p.vector(n, 0.2, 1)
        M = [[1.0 * (i == j) for j in range(4)] for i in range(4)]
        for i in reversed(range(n)) if back else range(n):
            c, w, ca, sa = ag.cos(theta[i]), ag.sin(theta[i]), math.cos(alpha[i]), math.sin(alpha[i])
            L = [[c, -w * ca, w * sa, a[i] * c], [w, c * ca, -c * sa, a[i] * w], [0.0, sa, ca, d[i]], [0.0, 0.0, 0.0, 1.0]]
            M = times(L, M, dot) if back else times(M, L, dot)
        return (M[0][3] - 0.5) ** 2 + (M[1][3] - 0.2) ** 2 + M[2][3] ** 2 + 0.1 * M[0][0]
    return f


@field
def planar_arm_ik(s: Style) -> Any:
    n, T, add = s.size(1, 5), s.steps(1, 12), s.add_scaled()

    def f(p: Any, x: Any) -> Any:
        L, q, goal = p.vector(n, 0.3, 1), p.vector(n), x.vector(2)
        ex = ey = 0.0
        for _ in range(T):
            a, px, py, joints = 0, 0.0, 0.0, []
            for angle, length in zip(q, L):
                joints.append((px, py))
                a = a + angle
                px, py = px + length * ag.cos(a), py + length * ag.sin(a)
            ex, ey = px - goal[0], py - goal[1]
            q = [add(v, -(ex * -(py - jy) + ey * (px - jx)), 0.1) for v, (jx, jy) in zip(q, joints)]
        return ex ** 2 + ey ** 2
    return f


@field
def rope_by_constraints(s: Style) -> Any:
    """Position-based dynamics: Verlet steps, then each stick is made as long as it should be."""
    T, n = s.steps(1, 8), s.size(3, 7)

    def f(p: Any, x: Any) -> Any:
        g, L = p.one(0.5, 1), p.one(0.3, 0.5)
        now = [[0.4 * i, 0.1 * v] for i, v in enumerate(p.vector(n))]
        old = [list(r) for r in now]
        for _ in range(T):
            new = [[2 * a[0] - b[0], 2 * a[1] - b[1] - 0.01 * g] for a, b in zip(now, old)]
            new[0] = now[0]
            for i in range(n - 1):
                dx, dy = new[i + 1][0] - new[i][0], new[i + 1][1] - new[i][1]
                k = 0.5 * (1 - L / ag.sqrt(dx * dx + dy * dy + 1e-3))
                if i:
                    new[i] = [new[i][0] + k * dx, new[i][1] + k * dy]
                new[i + 1] = [new[i + 1][0] - k * dx, new[i + 1][1] - k * dy]
            now, old = new, now
        return sum(v * v for r in now for v in r)
    return f


@field
def quadrotor_height(s: Style) -> Any:
    T, gusts = s.steps(), s.data(50)

    def f(p: Any, x: Any) -> Any:
        k1, k2, m = p.one(0.5, 2), p.one(0.3, 1), p.one(0.8, 1.2)
        z, v, effort = 0.0, 0.0, 0.0
        for t in range(T):
            thrust = m * 9.8 + k1 * (1 - z) - k2 * v
            v += (thrust / m - 9.8 + gusts[t % 50]) * 0.05
            z += v * 0.05
            effort += (thrust - 9.8) ** 2 * 0.05
        return (z - 1) ** 2 + 0.001 * effort
    return f


@field
def complementary_filter(s: Style) -> Any:
    T = s.steps()
    gyro, acc, ok = s.data(T), s.data(T), s.observed(T)

    def f(p: Any, x: Any) -> Any:
        k, bias = p.one(0.8, 0.99), p.one(-0.1, 0.1)
        a, out = 0, 0
        for t in range(T):
            a = a + 0.1 * (gyro[t] - bias)
            if ok[t]:
                a = k * a + (1 - k) * acc[t]
            out = out + a * a
        return out
    return f


@field
def kalman_with_velocity(s: Style) -> Any:
    """A filter of position and velocity, written out number by number; some measurements are missing."""
    T = s.steps(1, 30)
    seen, data = s.observed(T), s.data(T)

    def f(p: Any, x: Any) -> Any:
        q, r = p.one(0.05, 0.5), p.one(0.2, 1)
        u, v, P, Q, R, nll = 0.0, 0.0, 1.0, 0.0, 1.0, 0.0
        for t in range(T):
            u = u + 0.1 * v
            P, Q, R = P + 0.2 * Q + 0.01 * R + q, Q + 0.1 * R, R + q
            if seen[t]:
                S, e = P + r, data[t] - u
                k, l = P / S, Q / S
                u, v = u + k * e, v + l * e
                P, Q, R = (1 - k) * P, (1 - k) * Q, R - l * Q
                nll += 0.5 * (ag.log(S) + e * e / S)
        return nll + P
    return f


@field
def extended_kalman(s: Style) -> Any:
    T, data = s.steps(1, 30), s.data(50, 0, 1)

    def f(p: Any, x: Any) -> Any:
        a, q, r = p.one(0.5, 0.9), p.one(0.1, 0.3), p.one(0.1, 0.5)
        m, P, out = 0.1, 0.5, 0
        for t in range(T):
            m, slope = a * ag.sin(m), a * ag.cos(m)
            P = slope * P * slope + q
            h, H = m * m, 2 * m
            S = H * P * H + r
            K = P * H / S
            m = m + K * (data[t % 50] - h)
            P -= K * H * P
            out -= -0.5 * ag.log(S)
        return out + m
    return f


@field
def particle_weights(s: Style) -> Any:
    T, n, lse = s.steps(1, 12), s.size(2, 8), s.logsumexp()
    noise, data = s.table(T, n), s.data(T)

    def f(p: Any, x: Any) -> Any:
        a, sd = p.one(0.5, 0.9), p.one(0.3, 1)
        particles, logw, out = [0.0] * n, [0.0] * n, 0
        for t in range(T):
            particles = [a * v + sd * e for v, e in zip(particles, noise[t])]
            logw = [w - 0.5 * (data[t] - v) ** 2 for w, v in zip(logw, particles)]
            top = lse(logw)
            out += top
            logw = [w - top for w in logw]
        return out
    return f


@field
def ray_sphere(s: Style) -> Any:
    n, form = s.size(1, 20), s.form
    rays, light = s.table(n, 2, -0.1, 0.1), s.data(3, 0.3, 1)

    def f(p: Any, x: Any) -> Any:
        c, r, shade = p.vector(3, -0.1, 0.1), p.one(0.8, 1.2), 0
        for u, v in rays:
            d = [u / math.sqrt(u * u + v * v + 1), v / math.sqrt(u * u + v * v + 1), 1 / math.sqrt(u * u + v * v + 1)]
            o = [-c[0], -c[1], -3 - c[2]]
            b, q = sum(i * j for i, j in zip(o, d)), sum(i ** 2 for i in o) - r * r
            t = -b - ag.sqrt(b * b - q) if form < 2 else (-2 * b - ag.sqrt(4 * b ** 2 - 4 * q)) / 2
            hit = [oi + t * di for oi, di in zip(o, d)]
            shade += ag.relu(-sum(h / r * k for h, k in zip(hit, light)))
        return shade / n
    return f


@field
def ray_march(s: Style) -> Any:
    T, n = s.steps(1, 15), s.size(1, 6)
    rays = s.table(n, 2, -0.3, 0.3)

    def f(p: Any, x: Any) -> Any:
        r, k, out = p.one(0.6, 0.9), p.one(0.1, 0.4), 0
        for u, v in rays:
            z = 0
            for _ in range(T):
                X, Y, Z = u * z, v * z, z - 2
                z = z + 0.5 * (ag.sqrt(X * X + Y * Y + Z * Z) - r + k * X * X)
            out += z
        return out
    return f


@field
def bezier_patch(s: Style) -> Any:
    n, m, total = s.size(2, 4), s.size(1, 8), s.total()
    at = s.table(m, 2, 0, 1)
    casteljau = s.flip()

    def f(p: Any, x: Any) -> Any:
        P = p.matrix(n, n)

        def curve(q: Any, t: float) -> Any:
            if casteljau:
                q = list(q)
                while len(q) > 1:
                    q = [(1 - t) * a + t * b for a, b in zip(q, q[1:])]
                return q[0]
            k = len(q) - 1
            return total([math.comb(k, i) * t ** i * (1 - t) ** (k - i) * q[i] for i in range(k + 1)])
        return sum(curve([curve(row, u) for row in P], v) ** 2 for u, v in at)
    return f


@field
def subdivision_curve(s: Style) -> Any:
    """Chaikin's corners cut off, some times; closed or open."""
    T, n, closed = s.pick(1, 2, 3, 4), s.size(3, 6), s.flip()

    def f(p: Any, x: Any) -> Any:
        w, pts = p.one(0.1, 0.4), p.vector(n)
        for _ in range(T):
            ends = pts[1:] + pts[:1] if closed else pts[1:]
            pts = [v for a, b in zip(pts, ends) for v in (a + w * (b - a), b - w * (b - a))]
        return sum((b - a) ** 2 for a, b in zip(pts, pts[1:]))
    return f


@field
def b_spline_deboor(s: Style) -> Any:
    n, m = s.size(4, 12), s.size(1, 15)
    at = s.data(m, 0, 1)

    def f(p: Any, x: Any) -> Any:
        c, out = p.vector(n), 0
        for u in at:
            v = u * (n - 3)
            i = min(int(v), n - 4)
            d, t = [c[i + j] for j in range(4)], v - i
            for r in range(1, 4):
                for j in range(3, r - 1, -1):
                    a = (t + 3 - j) / (4 - r)
                    d[j] = (1 - a) * d[j - 1] + a * d[j]
            out += (d[3] - u) ** 2
        return out
    return f


@field
def rotations_of_points(s: Style) -> Any:
    """Points turned by Euler angles, projected, compared with what a camera saw."""
    n, dot = s.size(1, 15), s.dot()
    points, seen = s.table(n, 3), s.table(n, 2)
    start = s.start()

    def f(p: Any, x: Any) -> Any:
        a, b, c, focal = p.one(), p.one(), p.one(), p.one(0.8, 1.2)
        ca, sa, cb, sb, cc, sc = ag.cos(a), ag.sin(a), ag.cos(b), ag.sin(b), ag.cos(c), ag.sin(c)
        R = [[cb * cc, -cb * sc, sb], [sa * sb * cc + ca * sc, ca * cc - sa * sb * sc, -sa * cb],
             [sa * sc - ca * sb * cc, ca * sb * sc + sa * cc, ca * cb]]
        loss = start
        for q, (u, v) in zip(points, seen):
            X, Y, Z = [dot(row, q) for row in R]
            loss += (focal * X / (Z + 4) - u) ** 2 + (focal * Y / (Z + 4) - v) ** 2
        return loss
    return f


@field
def volume_rendering(s: Style) -> Any:
    T, n = s.steps(1, 30), s.size(1, 4)
    at = s.table(n, T, 0.2, 1)

    def f(p: Any, x: Any) -> Any:
        w, b, c = p.one(0.5, 1.5), p.one(-0.2, 0.2), p.one(0.2, 0.9)
        out = 0
        for ray in at:
            through, colour = 1.0, 0.0
            for v in ray:
                alpha = 1 - ag.exp(-ag.softplus(w * v + b) * 0.2)
                colour = colour + through * alpha * ag.sigmoid(c * v)
                through = through * (1 - alpha)
            out += (colour - 0.3) ** 2
        return out
    return f


@field
def soft_rasterizer(s: Style) -> Any:
    n = s.size(2, 6)

    def f(p: Any, x: Any) -> Any:
        V, out = p.matrix(3, 2), 0.0
        for i in range(n):
            for j in range(n):
                px, py, inside = 2 * i / n - 1, 2 * j / n - 1, 1
                for a, b in ((0, 1), (1, 2), (2, 0)):
                    edge = (px - V[a][0]) * (V[b][1] - V[a][1]) - (py - V[a][1]) * (V[b][0] - V[a][0])
                    inside = inside * ag.sigmoid(5 * edge)
                out += (inside - (1.0 if i == j else 0.0)) ** 2
        return out / n ** 2
    return f


@field
def gear_train(s: Style) -> Any:
    n, form = s.steps(1, 40), s.form

    def f(p: Any, x: Any) -> Any:
        r, speed, loss = p.vector(n + 1, 0.5, 1.5), p.one(0.5, 2), 0.0
        for i in range(n):
            speed = -speed * r[i] / r[i + 1] if form == 0 else speed * (r[i] / -r[i + 1]) if form == 1 else 0 - r[i] * speed / r[i + 1]
            loss += 0.01 * speed * speed
        return loss + speed
    return f


@field
def beam_on_springs(s: Style) -> Any:
    n, T, sub = s.size(4, 12), s.steps(1, 15), s.minus()

    def f(p: Any, x: Any) -> Any:
        EI, k, load = p.one(0.5, 1), p.vector(n, 0.2, 1), x.vector(n)
        w = [0.0] * n
        for _ in range(T):
            new = list(w)
            for i in range(2, n - 2):
                bend = EI * (w[i - 2] - 4 * w[i - 1] + 6 * w[i] - 4 * w[i + 1] + w[i + 2])
                new[i] = w[i] + 0.05 * sub(load[i], bend + k[i] * w[i])
            w = new
        return sum(v * v for v in w) + 0.1 * sum(k)
    return f


@field
def heat_exchanger(s: Style) -> Any:
    n, T = s.size(2, 10), s.steps(1, 12)

    def f(p: Any, x: Any) -> Any:
        u, hot, cold = p.one(0.1, 0.5), p.one(0.5, 1), p.one(0, 0.3)
        H, C = [hot] * n, [cold] * n
        for _ in range(T):
            H = [hot if i == 0 else H[i] - 0.3 * (H[i] - H[i - 1]) - u * (H[i] - C[i]) for i in range(n)]
            C = [cold if i == n - 1 else C[i] - 0.3 * (C[i] - C[i + 1]) + u * (H[i] - C[i]) for i in range(n)]
        return H[-1] - C[0]
    return f


@field
def motor_with_friction(s: Style) -> Any:
    T, volts = s.steps(), s.data(50)

    def f(p: Any, x: Any) -> Any:
        R, L, k, J, c = p.vector(5, 0.5, 1.5)
        i, w, loss = 0.0, 0.0, 0.0
        for t in range(T):
            di = (volts[t % 50] - R * i - k * w) / L
            dw = (k * i - c * ag.tanh(10 * w)) / J
            i, w = i + 0.02 * di, w + 0.02 * dw
            loss = loss + (w - 0.1) ** 2
        return loss
    return f


@field
def spin_and_flip(s: Style) -> Any:
    """A rigid body without torque: Euler's equations, halfway steps."""
    T, h, add = s.steps(), 0.1, s.add_scaled()

    def f(p: Any, x: Any) -> Any:
        I, w = p.vector(3, 0.5, 1.5), p.vector(3)

        def turn(v: Any) -> Any:
            return [(I[1] - I[2]) * v[1] * v[2] / I[0], (I[2] - I[0]) * v[2] * v[0] / I[1], (I[0] - I[1]) * v[0] * v[1] / I[2]]
        for _ in range(T):
            mid = [add(v, d, h / 2) for v, d in zip(w, turn(w))]
            w = [add(v, d, h) for v, d in zip(w, turn(mid))]
        return sum(k * v * v for k, v in zip(I, w))
    return f


@field
def luenberger_observer(s: Style) -> Any:
    T, n, dot = s.steps(1, 25), s.size(1, 4), s.dot()
    y = s.data(T)

    def f(p: Any, x: Any) -> Any:
        A, L, C = p.matrix(n, n, -0.5, 0.5), p.vector(n), p.vector(n)
        z, out = [0] * n, 0
        for t in range(T):
            e = y[t] - dot(C, z)
            z = [dot(row, z) + l * e for row, l in zip(A, L)]
            out += e ** 2
        return out
    return f
