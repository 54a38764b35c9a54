// Arrays of numbers with any number of axes, and the operations of the array program on them.
//
// An array without axes is a plain number. The number at index (i, j, ...) is
// data[start + i * steps[0] + j * steps[1] + ...]; a part of an array shares its data. `at` is a
// list of places in a flat array, `m` the number of samples, whose axis is always the first.

class NDArray {
  constructor(data, shape, steps = contiguous(shape), start = 0) {
    Object.assign(this, {data, shape, steps, start});
  }
}

const size = shape => shape.reduce((a, b) => a * b, 1);
const contiguous = shape => shape.map((_, k) => size(shape.slice(k + 1)));
const array = (numbers, shape) => new NDArray(Float64Array.from(numbers), shape);
const zeros = shape => new NDArray(new Float64Array(size(shape)), shape);
const unwrapped = a => (a instanceof NDArray && !a.shape.length ? a.data[a.start] : a);

// Calls visit(starts, n, steps) for each run of n numbers along the last axis.
function walk(shape, arrays, visit, axis = 0, starts = arrays.map(a => a.start)) {
  if (axis >= shape.length - 1)
    return visit(starts, size(shape.slice(axis)), arrays.map(a => a.steps[axis] ?? 0));
  for (let i = 0; i < shape[axis]; i++)
    walk(shape, arrays, visit, axis + 1, starts.map((s, k) => s + i * arrays[k].steps[axis]));
}

// A number or an array with all axes of a shape.
function broadcast(a, shape) {
  if (typeof a === "number") return new NDArray([a], shape, shape.map(() => 0));
  const first = shape.length - a.shape.length;
  const steps = shape.map((_, k) => (k < first || a.shape[k - first] === 1 ? 0 : a.steps[k - first]));
  return new NDArray(a.data, shape, steps, a.start);
}

// f of the numbers at the same place of each array; axes of length 1 broadcast.
function map(f, ...inputs) {
  const shapes = inputs.map(a => a.shape ?? []), shape = [];
  const rank = Math.max(...shapes.map(s => s.length));
  for (let k = 1; k <= rank; k++)
    shape.unshift(shapes.map(s => s.at(-k) ?? 1).find(n => n !== 1) ?? 1);
  const result = zeros(shape), arrays = [result, ...inputs.map(a => broadcast(a, shape))];
  const to = result.data, from = inputs.map(a => broadcast(a, shape).data), [a, b] = from;
  walk(shape, arrays, ([r, i, j, ...others], n, [, di, dj, ...steps]) => {
    if (inputs.length === 1) for (; n--; i += di) to[r++] = f(a[i]);
    else if (inputs.length === 2) for (; n--; i += di, j += dj) to[r++] = f(a[i], b[j]);
    else for (let q = 0; q < n; q++, i += di, j += dj)
      to[r++] = f(a[i], b[j], ...others.map((s, k) => from[k + 2][s + q * steps[k]]));
  });
  return result;
}

// einsum("ik,jk->ij", A, B): the product of one or more arrays, their axes labelled, summed over
// the labels that are not in the output.
function einsum(how, ...inputs) {
  const [left, out] = how.split("->"), labels = left.split(","), sizes = {};
  labels.forEach((label, i) => [...label].forEach((c, k) => { sizes[c] = inputs[i].shape[k]; }));
  const order = [...out, ...Object.keys(sizes).filter(c => !out.includes(c))];
  const shape = order.map(c => sizes[c]), result = zeros([...out].map(c => sizes[c]));
  const along = (a, label) => new NDArray(
    a.data, shape, order.map(c => (label.includes(c) ? a.steps[label.indexOf(c)] : 0)), a.start);
  const arrays = [along(result, out), ...inputs.map((a, i) => along(a, labels[i]))];
  const to = result.data, [a, b] = inputs.map(input => input.data);
  walk(shape, arrays, ([r, i, j], n, [dr, di, dj]) => {
    if (inputs.length === 1) for (; n--; r += dr, i += di) to[r] += a[i];
    else for (; n--; r += dr, i += di, j += dj) to[r] += a[i] * b[j];
  });
  return unwrapped(result);
}

// The sum over some axes.
function sum(a, axes) {
  const labels = a.shape.map((_, k) => "abcdefgh"[k]);
  return einsum(`${labels.join("")}->${labels.filter((_, k) => !axes.includes(k)).join("")}`, a);
}

// Arrays as others ------------------------------------------------------------------------------

// All numbers, one after the other.
function flat(a) {
  const result = zeros(a.shape ?? []), to = result.data;
  assign(result, a);
  return to;
}

const copy = a => new NDArray(flat(a), a.shape);
const reshape = (a, shape) => unwrapped(new NDArray(flat(a), shape));
const concatenate = (arrays, shape) => array(arrays.flatMap(a => [...flat(a)]), shape);

// Places start + i * steps[0] + j * steps[1] + ... of an array, which share its numbers; after a
// first axis of samples, of each.
function view(a, start, shape, steps, samples = 0) {
  const inner = a.shape.slice(samples), lie = a.steps.slice(samples);
  const straight = contiguous(inner).every((s, k) => inner[k] === 1 || s === lie[k]);
  const from = straight ? a : copy(a);
  return new NDArray(from.data, [...a.shape.slice(0, samples), ...shape],
    [...from.steps.slice(0, samples), ...steps], from.start + start);
}

const number = (a, place) => view(a, place, [], []).data[view(a, place, [], []).start];

// Any places of an array that is flat, or has a flat row for each sample.
function take(a, at, shape) {
  const numbers = flat(a), n = a.shape.at(-1), rows = a.shape.length > 1 ? a.shape[0] : 1;
  const result = zeros(a.shape.length > 1 ? [rows, ...shape] : shape);
  for (let r = 0; r < rows; r++)
    at.forEach((place, k) => { result.data[r * at.length + k] = numbers[r * n + place]; });
  return unwrapped(result);
}

// Rows of several arrays side by side, (m, n1), (m, n2), ... as (m, n1 + n2 + ...).
function beside(arrays) {
  const m = arrays[0].shape[0], rows = arrays.map(flat), result = [];
  for (let r = 0; r < m; r++)
    rows.forEach((row, k) => result.push(...row.subarray(r * arrays[k].shape[1], (r + 1) * arrays[k].shape[1])));
  return array(result, [m, result.length / m]);
}

// Each number of a row added to its place in another one.
function scatter(a, places, n) {
  const result = zeros([n]);
  flat(a).forEach((y, i) => { result.data[places[i]] += y; });
  return result;
}

// Sums over runs of the last axis, each from one of `starts` to the next.
function sum_runs(a, starts) {
  const numbers = flat(a), n = a.shape.at(-1), result = zeros([...a.shape.slice(0, -1), starts.length]);
  numbers.forEach((y, i) => {
    let run = starts.length - 1;
    while (starts[run] > i % n) run--;
    result.data[Math.floor(i / n) * starts.length + run] += y;
  });
  return result;
}

// Sums of the first 1, 2, ... rows, or of the last.
function cumsum(a, backwards = false) {
  const result = copy(a), y = result.data, n = size(a.shape.slice(1));
  if (backwards) for (let i = y.length - n - 1; i >= 0; i--) y[i] += y[i + n];
  else for (let i = n; i < y.length; i++) y[i] += y[i - n];
  return result;
}

// Row t of an array; after a first axis of samples, of each.
function row(a, t, samples = 0) {
  const without = list => list.filter((_, k) => k !== samples);
  return new NDArray(a.data, without(a.shape), without(a.steps), a.start + t * a.steps[samples]);
}

const in_row = (a, t) => a.data[a.start + t * a.steps[0]];

// Arrays that change ------------------------------------------------------------------------------

// Sets an array to a value, or adds `times` it.
function update(a, value, times, add) {
  const from = broadcast(value, a.shape);
  walk(a.shape, [a, from], ([i, j], n, [di, dj]) => {
    for (; n--; i += di, j += dj) a.data[i] = (add ? a.data[i] : 0) + times * from.data[j];
  });
}

const assign = (a, value) => update(a, value, 1, false);
const increase = (a, value) => update(a, value, 1, true);
const decrease = (a, value) => update(a, value, -1, true);

// The same at any places of a flat array, or of each sample's.
function update_at(a, at, value, samples, add) {
  const m = samples ? a.shape[0] : 1, from = broadcast(value, samples ? [m, at.length] : [at.length]);
  const inner = view(a, 0, [], [], samples);  // shares the numbers: what changes lies as it was made
  for (let r = 0; r < m; r++)
    at.forEach((place, k) => {
      const i = inner.start + (samples ? r * inner.steps[0] : 0) + place;
      const y = from.data[from.start + (samples ? r * from.steps[0] : 0) + k * from.steps.at(-1)];
      inner.data[i] = (add ? inner.data[i] : 0) + y;
    });
}

const assign_at = (a, at, value, samples = 0) => update_at(a, at, value, samples, false);
const increase_at = (a, at, value, samples = 0) => update_at(a, at, value, samples, true);

// From lists and to lists ---------------------------------------------------------------------------

const matrix = rows => array(rows.flatMap(row => [...row]), [rows.length, rows[0]?.length ?? 0]);

function list(a) {
  if (!(a instanceof NDArray)) return a;
  return Array.from({length: a.shape[0]}, (_, i) => list(unwrapped(row(a, i))));
}
