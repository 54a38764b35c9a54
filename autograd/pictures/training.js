// Training in a page, without anything that is seen: the scalars of one sample, and what nn.fit does.
//
// story      the data of the page; see playground.py
// theta      the parameters; x: the numbers of a sample, and y its targets, as one list
// PROGRAM    value_and_grad(theta, x): the compiled program, loss and gradient summed over samples x
// RULES      the table's operations, [x => value, (y, x) => partials]

// Every scalar of one sample: the graph as it was recorded, evaluated anew.
class Scalars {
  constructor(nodes, rules) {
    this.nodes = nodes;
    this.rules = rules;
    this.data = nodes.map(() => 0);
    this.inputs = nodes.map(node => (Array.isArray(node) && typeof node[0] === "number" ? node.slice(1) : []));
    this.numbers = this.inputs.map(inputs => inputs.map(() => 0));      // of the inputs, used again and again
    this.found = nodes.map(() => null);                 // the partials, where they are known
  }

  // All data, or those of the nodes in `only`; NaN where something is not defined.
  run(theta, x, only = null) {
    const {nodes, data, inputs} = this, count = only ? only.length : nodes.length;
    for (let k = 0; k < count; k++) {
      const i = only ? only[k] : k, node = nodes[i];
      if (typeof node === "number") data[i] = node;
      else if (node[0] === "p") data[i] = theta[node[1]];
      else if (node[0] === "x") data[i] = x[node[1]];
      else {
        const from = inputs[i], x = this.numbers[i];
        for (let n = 0; n < from.length; n++) x[n] = data[from[n]];
        data[i] = this.rules[node[0]][0](x);
      }
    }
    if (!only) this.found.fill(null);
    return data;
  }

  // The local derivatives of node i, after `run`.
  partials(i) {
    if (!inputsOf(this, i).length) return [];
    const {data, inputs} = this;
    return this.found[i] ??= this.rules[this.nodes[i][0]][1](data[i], inputs[i].map(u => data[u]));
  }

  // The derivatives of node `from` with respect to the nodes behind it, as a Map; nodes in `stops`
  // pass nothing on.
  sweep(from, stops = new Set()) {
    const grads = new Map([[from, 1]]);
    for (let i = from; i >= 0; i--) {
      const upstream = grads.get(i);
      if (!upstream || (stops.has(i) && i !== from)) continue;
      const partials = this.partials(i);
      this.inputs[i].forEach((u, k) => {
        if (partials[k] !== 0) grads.set(u, (grads.get(u) || 0) + upstream * partials[k]);
      });
    }
    return grads;
  }

  // The nodes that are needed for some of them, in order.
  behind(nodes) {
    const needed = new Set(nodes);
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      if (needed.has(i)) this.inputs[i].forEach(u => needed.add(u));
    }
    return [...needed].sort((a, b) => a - b);
  }
}

const inputsOf = (scalars, i) => scalars.inputs[i];

// Loss and gradient, summed over samples, by the scalars: for where there is no program.
function scalarGradient(scalars, size) {
  const last = scalars.nodes.length - 1;
  return (theta, rows) => {
    const gradient = new Array(size).fill(0);
    let loss = 0;
    for (const x of rows) {
      loss += scalars.run(theta, x)[last];
      const grads = scalars.sweep(last);
      scalars.nodes.forEach((node, i) => {
        if (node[0] === "p" && grads.has(i)) gradient[node[1]] += grads.get(i);
      });
    }
    return [loss, gradient];
  };
}

// Optimizers, as in nn/optim.py: the step, and what is remembered for the next -----------------------
const OPTIMIZERS = {
  descent({rate, momentum, nesterov}, gradient, [before], _) {
    const downhill = gradient.map(g => -rate * g);
    if (!momentum) return [downhill, []];
    const step = downhill.map((d, i) => d + momentum * (before ? before[i] : 0));
    return [nesterov ? downhill.map((d, i) => d + momentum * step[i]) : step, [step]];
  },

  adam({rate, beta1, beta2, epsilon}, gradient, memory, iteration) {
    const zeros = () => gradient.map(() => 0), [m0, v0] = memory.length ? memory : [zeros(), zeros()];
    const m = gradient.map((g, i) => beta1 * m0[i] + (1 - beta1) * g);
    const v = gradient.map((g, i) => beta2 * v0[i] + (1 - beta2) * g ** 2);
    const j = iteration + 1, a = 1 - beta1 ** j, b = 1 - beta2 ** j;
    return [m.map((_, i) => -rate * (m[i] / a) / (Math.sqrt(v[i] / b) + epsilon)), [m, v]];
  }};

// A run of nn.fit that can stop after each mini-batch.
class Training {
  // settings: what the controls say; see playground.js
  constructor(story, gradientOf, settings) {
    this.story = story;
    this.gradientOf = gradientOf;
    this.restart(settings);
  }

  restart(settings) {
    const {story} = this, share = story.test ? 0 : settings.share;
    this.settings = settings;
    this.theta = this.first(settings.weights);
    const all = story.xs.map((x, i) => [
      ...x.map((number, j) => number + settings.noise * story.noise[i][j]), ...story.ys[i]]);
    const held = Math.round(share * all.length);
    const order = held ? new Generator(settings.seed).permutation(all.length) : all.map((_, i) => i);
    this.places = order.slice(held);                    // of the training samples among all
    this.rows = this.places.map(i => all[i]);
    this.testRows = story.test || order.slice(0, held).map(i => all[i]);
    this.random = new Generator(settings.seed);
    this.memory = [];
    this.iteration = 0;
    this.losses = [];                                   // of each epoch: what nn.fit returns
    this.tests = [];
    this.coming = [];                                   // mini-batches of this epoch
    this.sum = 0;
    this.last = null;                                   // the last step
    this.problem = "";
    this.changed = false;                               // whether settings changed on the way
  }

  // The model's own parameters, or others of the same size drawn anew.
  first(weights) {
    if (!weights) return this.story.theta.slice();
    const random = new Generator(weights);
    return this.story.spread.map(s => (2 * random.random() - 1) * s);
  }

  get epoch() { return this.losses.length; }
  get isBetween() { return this.coming.length > 0; }

  // The mini-batches of an epoch, as lists of places; an order drawn anew, or all at once.
  batches() {
    const m = this.rows.length, size = this.settings.batch || m, found = [];
    if (size >= m) return [this.rows.map((_, i) => i)];
    const order = this.random.permutation(m);
    for (let start = 0; start < m; start += size) found.push(order.slice(start, start + size));
    return found;
  }

  // One mini-batch. False, and a problem that says why, where it cannot be taken.
  step() {
    if (!this.coming.length) {
      this.coming = this.batches();
      this.sum = 0;
    }
    const [batch] = this.coming, {theta, settings} = this;
    const [loss, plain] = this.gradientOf(theta, batch.map(i => this.rows[i]));
    if (!Number.isFinite(loss) || !plain.every(Number.isFinite)) {
      return this.fail("The loss or its gradient is not finite any more");
    }
    const decay = settings.decay;
    const gradient = decay ? plain.map((g, i) => g + decay * theta[i]) : plain;
    const [move, memory] = OPTIMIZERS[settings.optimizer](settings, gradient, this.memory, this.iteration);
    const next = theta.map((t, i) => t + move[i]);
    if (!next.every(Number.isFinite)) return this.fail("The parameters are not finite any more");
    this.last = {theta, batch, loss, plain, gradient, move, rate: settings.rate,
                 momentum: settings.momentum, memory: this.memory};
    Object.assign(this, {theta: next, memory, iteration: this.iteration + 1});
    this.coming.shift();
    this.sum += loss;
    if (!this.coming.length) this.closeEpoch();
    return true;
  }

  fail(what) {
    this.problem = `${what}: take a smaller learning rate, and reset.`;
    return false;
  }

  closeEpoch() {
    this.losses.push(this.sum);
    this.tests.push(this.testRows.length ? this.gradientOf(this.theta, this.testRows)[0] : NaN);
  }

  runEpoch() {
    do if (!this.step()) return false; while (this.isBetween);
    return true;
  }
}

// Why a parameter moved --------------------------------------------------------------------------

// The derivative of the loss of each row with respect to parameter p.
function shares(gradientOf, theta, rows, p) {
  return rows.map(row => gradientOf(theta, [row])[1][p]);
}

// The paths from a parameter to the loss, over units, for the sample in `scalars`: the `most` with
// the largest products, and how many there are. A path is {units, locals, product}.
function pathsOf(scalars, units, parameter, most) {
  const last = scalars.nodes.length - 1, nodes = [...new Set([...units, last])].sort((a, b) => a - b);
  const stops = new Set(nodes), best = new Map(), counts = new Map();
  best.set(last, [{units: [last], locals: [], product: 1}]);
  counts.set(last, 1);
  const found = [];
  let count = 0;
  for (const node of nodes.reverse()) {                 // from the loss on
    const paths = best.get(node);
    if (!paths) continue;
    for (const [u, local] of scalars.sweep(node, stops)) {
      const isUnit = stops.has(u) && u !== node;
      if (!(isUnit || u === parameter) || local === 0) continue;
      const longer = paths.map(path => ({units: [u, ...path.units], locals: [local, ...path.locals],
                                         product: local * path.product}));
      if (isUnit) {
        best.set(u, largest([...(best.get(u) || []), ...longer], most));
        counts.set(u, (counts.get(u) || 0) + counts.get(node));
      }
      if (u === parameter) {
        found.push(...longer);
        count += counts.get(node);
      }
    }
  }
  return {paths: largest(found, most), count};
}

const largest = (paths, most) =>
  paths.sort((a, b) => Math.abs(b.product) - Math.abs(a.product)).slice(0, most);
