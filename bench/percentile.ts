/** Returns the value below which a share of the sorted values lies, to one decimal. */
export const percentile = (sorted: readonly number[], share: number): number =>
  Math.round((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) * 10) / 10
