/** P(X ≥ x) and P(X ≤ x). */
export interface Tails {
  upper: number
  lower: number
}

/** Above this shape, the gamma approximation is accurate to a few per cent of the exponent, and much faster. */
const gammaFromShape = 60

/** Tails of a count with this mean and variance: negative binomial, or Poisson if the variance equals the mean. */
export const countTails = (x: number, mean: number, variance: number): Tails => {
  const shape = (mean * mean) / variance
  if (shape > gammaFromShape) {
    return {
      upper: x <= 0 ? 1 : normalUpper(wilsonHilferty(x - 0.5, mean, shape)),
      lower: normalUpper(-wilsonHilferty(x + 0.5, mean, shape)),
    }
  }
  const size = Math.min(10_000, (mean * mean) / Math.max(variance - mean, 1e-12))
  const p = size / (size + mean)
  return {
    upper: x <= 0 ? 1 : incompleteBeta(x, size, 1 - p),
    lower: incompleteBeta(size, Math.floor(x) + 1, p),
  }
}

/** Tails of Student's t distribution (Student, Biometrika 1908) at a standardised residual. */
export const studentTails = (t: number, freedom: number): Tails => {
  const outside = incompleteBeta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2
  return t >= 0 ? { upper: outside, lower: 1 - outside } : { upper: 1 - outside, lower: outside }
}

/** The smallest count whose lower tail reaches `share`, for a count with this mean and variance. `z` is the normal quantile of `share`. */
export const countQuantile = (share: number, z: number, mean: number, variance: number): number => {
  if (mean < 50) {
    const size = Math.min(10_000, (mean * mean) / Math.max(variance - mean, 1e-12))
    const q = mean / (size + mean)
    let mass = Math.exp(-size * Math.log1p(mean / size))
    let sum = mass
    let k = 0
    while (sum < share && k < 400) {
      mass *= (q * (size + k)) / (k + 1)
      k++
      sum += mass
    }
    if (k < 400) return k
  }
  const shape = (mean * mean) / variance
  const root = 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape))
  return Math.max(0, Math.round(mean * Math.max(0, root) ** 3))
}

/** The cube root of a gamma variable is nearly normal (Wilson and Hilferty, PNAS 1931). */
const wilsonHilferty = (x: number, mean: number, shape: number): number =>
  (Math.cbrt(Math.max(0, x) / mean) - (1 - 1 / (9 * shape))) * 3 * Math.sqrt(shape)

/** P(Z ≥ z): a continued fraction in the tail, the error function near the middle (Abramowitz and Stegun 26.2.14, 7.1.26). */
const normalUpper = (z: number): number => {
  if (z < 0) return 1 - normalUpper(-z)
  if (z > 3) {
    let fraction = z
    for (let i = 12; i > 0; i--) fraction = z + i / fraction
    return Math.exp(-0.5 * z * z) / (2.5066282746310002 * fraction)
  }
  const t = 1 / (1 + 0.3275911 * (z / Math.SQRT2))
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return 0.5 * poly * Math.exp(-0.5 * z * z)
}

/** The regularised incomplete beta function by Lentz's continued fraction (Press et al., Numerical Recipes, §6.4). */
const incompleteBeta = (a: number, b: number, x: number): number => {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : Math.max(0, 1 - (front * betaFraction(b, a, 1 - x)) / b)
}

const betaFraction = (a: number, b: number, x: number): number => {
  const tiny = 1e-300
  let c = 1
  let d = 1 - ((a + b) * x) / (a + 1)
  d = 1 / (Math.abs(d) < tiny ? tiny : d)
  let h = d
  for (let m = 1; m <= 200; m++) {
    const m2 = 2 * m
    const even = (m * (b - m) * x) / ((a - 1 + m2) * (a + m2))
    d = 1 + even * d
    d = 1 / (Math.abs(d) < tiny ? tiny : d)
    c = 1 + even / c
    if (Math.abs(c) < tiny) c = tiny
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + m2) * (a + 1 + m2))
    d = 1 + odd * d
    d = 1 / (Math.abs(d) < tiny ? tiny : d)
    c = 1 + odd / c
    if (Math.abs(c) < tiny) c = tiny
    const step = d * c
    h *= step
    if (Math.abs(step - 1) < 1e-9) break
  }
  return h
}

/** Stirling's series, shifted up for small arguments. Relative error 1e-10. */
const logGamma = (x: number): number => {
  let shift = 0
  let y = x
  if (y < 8) {
    let product = 1
    while (y < 8) product *= y++
    shift = Math.log(product)
  }
  const inverse = 1 / y
  const square = inverse * inverse
  return (
    (y - 0.5) * Math.log(y) -
    y +
    0.9189385332046727 +
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) -
    shift
  )
}
