const decades = 8

/**
 * Turns a probability into a score: −log10(p) / 8, so that 0.25 is one in a hundred, 0.5 one in 10,000, 0.75 one in a million and 1 one
 * in a hundred million or rarer. One scale for all detectors; it depends on nothing but the probability.
 */
export const toScore = (probability: number): number => logToScore(Math.log10(Math.max(probability, 1e-300)))

/** Turns a score back into the largest probability that has it. */
export const toProbability = (score: number): number => 10 ** (-score * decades)

/** The same for a probability given by its decimal logarithm. */
export const logToScore = (log10: number): number => Math.min(1, Math.max(0, -log10 / decades))

/**
 * The decimal logarithm of a bound on the chance of at least `hits` in `trials` that each hit with probability `rate`: Chernoff's bound
 * (Annals of Mathematical Statistics 1952), exact where all of them hit. 0 when there are no more hits than are to be expected.
 */
export const binomialTail = (hits: number, trials: number, rate: number): number => {
  if (trials <= 0 || hits <= rate * trials) return 0
  const share = Math.min(1, hits / trials)
  const misses = share === 1 ? 0 : (1 - share) * Math.log((1 - share) / (1 - rate))
  return (-trials * (share * Math.log(share / rate) + misses)) / Math.LN10
}
