const decades = 8

/**
 * Turns a probability into a score: −log10(p) / 8. 0.25 is one in a hundred, 0.5 one in 10,000, 0.75 one in a million, 1 one in a hundred
 * million or rarer. All detectors share this scale.
 */
export const toScore = (probability: number): number => logToScore(Math.log10(Math.max(probability, 1e-300)))

/** Returns the largest probability that has a score. */
export const toProbability = (score: number): number => 10 ** (-score * decades)

/** Turns the decimal logarithm of a probability into a score. */
export const logToScore = (log10: number): number => Math.min(1, Math.max(0, -log10 / decades))

/**
 * Returns log10 of an upper bound on the probability of at least `hits` in `trials`, each with probability `rate`: Chernoff's bound (Annals
 * of Mathematical Statistics 1952), exact if all trials hit. Returns 0 if there are no more hits than expected.
 */
export const binomialTail = (hits: number, trials: number, rate: number): number => {
  if (trials <= 0 || hits <= rate * trials) return 0
  const share = Math.min(1, hits / trials)
  const misses = share === 1 ? 0 : (1 - share) * Math.log((1 - share) / (1 - rate))
  return (-trials * (share * Math.log(share / rate) + misses)) / Math.LN10
}
