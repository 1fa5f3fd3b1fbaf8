/** How well scores rank anomalous rows above the others. Ties never help. */
export interface Ranking {
  /** The chance that an anomalous one scores higher than one that is not (Hanley and McNeil, 1982). */
  readonly auc: number
  /** Average precision: the mean precision at each anomalous one, best first. */
  readonly ap: number
  readonly bestF1: number
  /** The least score that counts as anomalous at the best F1. */
  readonly bestThreshold: number
}

/** Ranks by scores, highest first; equal scores are taken together. O(n log n). NaN where no row is anomalous, or every one. */
export const rankingOf = (odd: ArrayLike<boolean>, scores: ArrayLike<number>): Ranking => {
  const order = Uint32Array.from({ length: odd.length }, (_, index) => index).sort(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0),
  )
  let positives = 0
  for (let index = 0; index < odd.length; index++) if (odd[index]) positives++
  const negatives = odd.length - positives
  let [found, taken, auc, ap, bestF1, bestThreshold] = [0, 0, 0, 0, 0, Number.POSITIVE_INFINITY]
  for (let at = 0; at < order.length; ) {
    const score = scores[order[at] ?? 0] ?? 0
    let [hits, all] = [0, 0]
    for (; at < order.length && (scores[order[at] ?? 0] ?? 0) === score; at++, all++) if (odd[order[at] ?? 0]) hits++
    const misses = all - hits
    auc += misses * found + (misses * hits) / 2
    found += hits
    taken += all
    ap += (hits / positives) * (found / taken)
    const f1 = (2 * found) / (taken + positives)
    if (f1 > bestF1) [bestF1, bestThreshold] = [f1, score]
  }
  return { auc: auc / (positives * negatives), ap, bestF1, bestThreshold }
}

/** The result of a threshold on the scores. */
export interface Confusion {
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
  readonly trueNegatives: number
}

/** Counts right and wrong calls. */
export const confusionOf = (odd: ArrayLike<boolean>, called: ArrayLike<boolean>): Confusion => {
  const counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 }
  for (let index = 0; index < odd.length; index++) {
    if (odd[index]) counts[called[index] ? 'truePositives' : 'falseNegatives']++
    else counts[called[index] ? 'falsePositives' : 'trueNegatives']++
  }
  return counts
}
