/** So many days are remembered, and so many show what is usual. */
const mostDays = 28
const manyDays = 14

/** The largest values of the last days with traffic. */
export class DailyMaxima {
  #values: number[]

  constructor(values: readonly number[] = []) {
    this.#values = values.slice(-mostDays)
  }

  get days(): number {
    return this.#values.length
  }

  /** The largest of all. */
  get most(): number {
    return this.#values.reduce((a, b) => Math.max(a, b), 0)
  }

  get values(): readonly number[] {
    return this.#values
  }

  add(value: number): void {
    this.#values = [...this.#values, value].slice(-mostDays)
  }

  /**
   * The least value that is unlike all of them: as far beyond the largest as that is beyond the median, so that a service whose days differ
   * much needs more, and further if there are few days. Infinite as long as there are fewer than `leastDays`.
   */
  limit(leastDays: number, leastFactor: number): number {
    if (this.days < leastDays) return Number.POSITIVE_INFINITY
    const sorted = this.#values.toSorted((a, b) => a - b)
    const median = sorted[sorted.length >> 1] ?? 0
    return this.most * Math.max(leastFactor, this.most / median) * Math.max(1, manyDays / this.days)
  }
}
