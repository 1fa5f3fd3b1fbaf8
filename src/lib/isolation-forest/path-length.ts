const euler = 0.5772156649015329

/** Mean path length of an unsuccessful search in a binary search tree of `n` points: c(n) of the paper, and 1 for two. */
export const averagePathLength = (n: number): number => {
  if (n <= 1) return 0
  if (n === 2) return 1
  return 2 * (Math.log(n - 1) + euler) - (2 * (n - 1)) / n
}
