// NumPy's random generator, default_rng(seed): the page draws what NumPy draws, so that nn.fit with
// the same seed has the same mini-batches. PCG64 (O'Neill 2014), seeded by NumPy's SeedSequence.
class Generator {
  constructor(seed) {
    const [a, b, c, d] = seedWords(seed);
    this.state = 0n;
    this.increment = ((c << 64n | d) << 1n | 1n) & MASK128;
    this.step();
    this.state = (this.state + (a << 64n | b)) & MASK128;
    this.step();
    this.half = null;                                   // of 64 bits, 32 that are still to be used
  }

  step() {
    this.state = (this.state * 0x2360ed051fc65da44385df649fccf645n + this.increment) & MASK128;
  }

  bits64() {
    this.step();
    const mixed = (this.state >> 64n ^ this.state) & MASK64, turn = this.state >> 122n;
    return (mixed >> turn | mixed << (64n - turn)) & MASK64;
  }

  bits32() {
    if (this.half !== null) {
      const kept = this.half;
      this.half = null;
      return kept;
    }
    const bits = this.bits64();
    this.half = bits >> 32n;
    return bits & MASK32;
  }

  // A number from 0 to below 1.
  random() { return Number(this.bits64() >> 11n) / 2 ** 53; }

  // A whole number from 0 to n, each as likely: as many bits as n has, until they fit.
  upTo(n) {
    const mask = 2n ** BigInt(n.toString(2).length) - 1n;
    for (;;) {
      const number = Number(this.bits32() & mask);
      if (number <= n) return number;
    }
  }

  // 0, 1, ..., n - 1 in another order.
  permutation(n) {
    const order = Array.from({length: n}, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.upTo(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

const MASK32 = 0xffffffffn, MASK64 = 0xffffffffffffffffn, MASK128 = (1n << 128n) - 1n;

// Four words of 64 bits from a whole number.
function seedWords(seed) {
  const entropy = [];
  for (let rest = BigInt(seed); rest > 0n || !entropy.length; rest >>= 32n) {
    entropy.push(Number(rest & MASK32));
  }
  const times = Math.imul, half = x => (x ^ x >>> 16) >>> 0;
  let constant = 0x43b0d7e5;
  const hash = word => {
    const mixed = word ^ constant;
    constant = times(constant, 0x931e8875);
    return half(times(mixed, constant));
  };
  const mix = (x, y) => half(times(0xca01f9dd, x) - times(0x4973f715, y));
  const pool = [0, 1, 2, 3].map(i => hash(entropy[i] || 0));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
  }
  for (const word of entropy.slice(4)) for (let to = 0; to < 4; to++) pool[to] = mix(pool[to], hash(word));
  constant = 0x8b51f9dd;
  const words = Array.from({length: 8}, (_, i) => {
    const mixed = pool[i % 4] ^ constant;
    constant = times(constant, 0x58f38ded);
    return BigInt(half(times(mixed, constant)));
  });
  return [0, 2, 4, 6].map(i => words[i + 1] << 32n | words[i]);
}
