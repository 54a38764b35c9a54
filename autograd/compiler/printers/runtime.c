// What math.h lacks, or where Python decides otherwise: the functions that the table's C calls.

#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static inline double square(double a) { return a * a; }
static inline double cube(double a) { return a * a * a; }

// A comparison decides; on a tie a maximum is its first input.
static inline double greater(double a, double b) { return a > b ? 1.0 : 0.0; }
static inline double maximum(double a, double b) { return a >= b || a != a ? a : b; }
static inline double minimum(double a, double b) { return a <= b || a != a ? a : b; }
static inline double sign(double a) { return a > 0 ? 1.0 : a < 0 ? -1.0 : 0.0; }
static inline double where(double c, double a, double b) { return c != 0 ? a : b; }
static inline double relu(double a) { return a <= 0 ? 0.0 : a; }
static inline double leaky_relu(double a) { return a <= 0 ? 0.01 * a : a; }
static inline double elu(double a) { return a <= 0 ? expm1(a) : a; }

static inline double sigmoid(double a) {
  const double e = exp(-fabs(a));
  return a >= 0 ? 1 / (1 + e) : e / (1 + e);
}

static inline double sech(double a) {
  const double e = exp(-fabs(a));
  return 2 * e / (1 + e * e);
}

static inline double softplus(double a) { return maximum(a, 0) + log1p(exp(-fabs(a))); }
static inline double gelu(double a) { return 0.5 * a * erfc(-0.70710678118654752 * a); }
static inline double sec_asin(double a) { return 1 / sqrt((1 - a) * (1 + a)); }
static inline double cos_atan(double a) { return 1 / hypot(1, a); }
static inline double bell(double a) { return exp(-0.5 * a * a); }

// 0 ** b * log(0) has the limit 0 for b above 0.
static inline double power_log(double a, double b, double n) {
  return a == 0 && b > 0 && n > 0 ? 0.0 : pow(a, b) * pow(log(a), n);
}
