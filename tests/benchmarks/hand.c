// The benchmarks (a) and (b) in C as a good engineer writes them by hand: sample by sample, so that what a sample needs stays
// near; the loss and its gradient. Parameters lie as in hand.py: each neuron's weights, then its bias.

#include <math.h>
#include <string.h>

double moons(const double *restrict theta, const double *restrict X, const double *restrict y, long m, double *restrict grad) {
  const double *W1 = theta, *W2 = theta + 48, *W3 = theta + 320;
  double *g1 = grad, *g2 = grad + 48, *g3 = grad + 320;
  double loss = 0, square = 0;
  for (long i = 0; i < 337; i++) {
    square += theta[i] * theta[i];
    grad[i] = 2e-4 * theta[i];
  }
  for (long s = 0; s < m; s++) {
    const double a = X[2 * s], b = X[2 * s + 1];
    double f1[16], f2[16], d1[16] = {0};
    for (long i = 0; i < 16; i++) {
      const double z = W1[3 * i] * a + W1[3 * i + 1] * b + W1[3 * i + 2];
      f1[i] = z > 0 ? z : 0;
    }
    double z3 = W3[16];
    for (long i = 0; i < 16; i++) {
      double z = W2[17 * i + 16];
      for (long k = 0; k < 16; k++) z += W2[17 * i + k] * f1[k];
      f2[i] = z > 0 ? z : 0;
      z3 += W3[i] * f2[i];
    }
    const double margin = 1 - y[s] * z3;
    if (margin <= 0) continue;
    loss += margin;
    const double d3 = -y[s] / m;
    for (long i = 0; i < 16; i++) {
      g3[i] += d3 * f2[i];
      if (f2[i] <= 0) continue;
      const double d2 = d3 * W3[i];
      for (long k = 0; k < 16; k++) {
        g2[17 * i + k] += d2 * f1[k];
        d1[k] += d2 * W2[17 * i + k];
      }
      g2[17 * i + 16] += d2;
    }
    g3[16] += d3;
    for (long i = 0; i < 16; i++) {
      const double d = f1[i] > 0 ? d1[i] : 0;
      g1[3 * i] += d * a;
      g1[3 * i + 1] += d * b;
      g1[3 * i + 2] += d;
    }
  }
  return loss / m + 1e-4 * square;
}

double lecture(const double *restrict theta, const double *restrict x, const double *restrict y, long m, double *restrict grad) {
  const double *W1 = theta, *W2 = theta + 200;
  double *g1 = grad, *g2 = grad + 200;
  double loss = 0;
  memset(grad, 0, 301 * sizeof(double));
  for (long s = 0; s < m; s++) {
    double f[100], z2 = W2[100];
    for (long i = 0; i < 100; i++) {
      const double z = W1[2 * i] * x[s] + W1[2 * i + 1];
      f[i] = z > 0 ? z : 0;
      z2 += W2[i] * f[i];
    }
    const double error = z2 - y[s], d2 = error > 0 ? 1 : error < 0 ? -1 : 0;
    loss += fabs(error);
    g2[100] += d2;
    for (long i = 0; i < 100; i++) {
      g2[i] += d2 * f[i];
      const double d1 = f[i] > 0 ? d2 * W2[i] : 0;
      g1[2 * i] += d1 * x[s];
      g1[2 * i + 1] += d1;
    }
  }
  return loss;
}
