// What Math lacks, or computes less exactly, or where Python decides otherwise: the functions that
// the table's JavaScript calls. What is outside a function's domain is NaN.

// As C's: 1 whatever the other number is; a negative power of 0 is an error in Python.
function pow(a, b) {
  if (a === 1 || b === 0 || (a === -1 && Math.abs(b) === Infinity)) return 1;
  return a === 0 && b < 0 ? NaN : Math.pow(a, b);
}

// 0 ** b * log(0) has the limit 0 for b above 0.
function power_log(a, b, n) {
  return a === 0 && b > 0 && n > 0 ? 0 : pow(a, b) * Math.log(a) ** n;
}

function sigmoid(a) {
  if (a >= 0) return 1 / (1 + Math.exp(-a));
  const e = Math.exp(a);
  return e / (1 + e);
}

function sech(a) {
  const e = Math.exp(-Math.abs(a));
  return 2 * e / (1 + e * e);
}

const softplus = a => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

// A series of positive terms up to 2; from there on erfc is a continued fraction, from its end.
function erf(a) {
  if (Number.isNaN(a)) return a;
  if (Math.abs(a) >= 2) return Math.sign(a) * (1 - erfc(Math.abs(a)));
  let term = a, sum = a;
  for (let n = 1; n < 60; n++) {
    term *= 2 * a * a / (2 * n + 1);
    sum += term;
  }
  return 2 / Math.sqrt(Math.PI) * Math.exp(-a * a) * sum;
}

function erfc(a) {
  if (!(a >= 2)) return a <= -2 ? 2 - erfc(-a) : 1 - erf(a);
  let rest = a;
  for (let n = 120; n > 0; n--) rest = a + n / 2 / rest;
  return Math.exp(-a * a) / Math.sqrt(Math.PI) / rest;
}

const gelu = a => (a < -40 ? -0 : 0.5 * a * erfc(-Math.SQRT1_2 * a));

// A comparison decides; on a tie a maximum is its first input.
const relu = a => (a <= 0 ? 0 : a);
const leaky_relu = a => (a <= 0 ? 0.01 * a : a);
const elu = a => (a <= 0 ? Math.expm1(a) : a);
const maximum = (a, b) => (a >= b || a !== a ? a : b);
const minimum = (a, b) => (a <= b || a !== a ? a : b);
const greater = (a, b) => (a > b ? 1 : 0);
const max = (...values) => values.reduce((a, b) => maximum(a, b));
const where = (c, a, b) => (c !== 0 ? a : b);

function select(index, ...values) {
  const chosen = values[index];
  return chosen === undefined ? NaN : chosen;
}
