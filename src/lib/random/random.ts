/** A source of pseudo-random numbers, the same for the same seed. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** An integer in [0, limit). */
  below(limit: number): number
}

/**
 * Makes a generator from a seed: sfc32 (Doty-Humphrey, PractRand 2010), seeded through splitmix32. Passes PractRand, takes a few
 * nanoseconds a number. Not for secrets.
 */
export const createRandom = (seed: number): Random => {
  let mix = seed | 0
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) | 0
    let z = mix ^ (mix >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let a = splitmix()
  let b = splitmix()
  let c = splitmix()
  let counter = 1
  const next32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  for (let i = 0; i < 12; i++) next32()
  return {
    next: () => next32() / 4294967296,
    below: (limit) => Math.floor((next32() / 4294967296) * limit),
  }
}
