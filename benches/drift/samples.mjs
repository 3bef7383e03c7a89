// What both contenders in JavaScript compare: the same numbers in every process.

/** Numbers that are normal but for their far tails: twelve uniform ones each, by xorshift. */
export function normal(count, seed, shift = 0) {
  let state = seed;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return Float64Array.from({ length: count }, () => {
    let sum = shift - 6;
    for (let i = 0; i < 12; i += 1) sum += uniform();
    return sum;
  });
}

/** The median time of `work` in milliseconds; `prepare` is not charged. */
export function milliseconds(work, seconds = 2) {
  const times = [];
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until || times.length < 5) {
    const begin = performance.now();
    work();
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

/** Runs every comparison of one contender; what it cannot do is left out. */
export function measure({ ksTest, exact, sketch }) {
  const [five, moved] = [normal(1e5, 1), normal(1e5, 2, 0.01)];
  const sorted = five.slice().sort();
  const [six, sixMoved] = [normal(1e6, 3), normal(1e6, 4, 0.01)];
  const [small, smallMoved] = [normal(1000, 5), normal(1000, 6, 0.1)];
  return {
    five: milliseconds(() => ksTest(five, moved)),
    six: milliseconds(() => ksTest(six, sixMoved)),
    sorted: milliseconds(() => ksTest(sorted, moved, true)),
    ...(exact && { exact: milliseconds(() => exact(small, smallMoved), 0.5) }),
    ...(sketch && { sketch: six.length / 1000 / milliseconds(() => sketch(six)) }),
  };
}
