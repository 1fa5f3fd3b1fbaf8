import type { JobHeader } from './jobs.ts'

/** The maximum number of items in a delivery of suspects, by their suspicion; 1 for any higher one. */
const mostItems = [256, 16] as const
/** The suspicion of jobs of which each has to be alone. */
export const groupSteps = mostItems.length
/** How often the pipeline may end while it works on one item alone. */
const mostEnds = 3

/** How to work on suspects. `suspicion` is what they are marked with before the work begins. */
export type CarefulStep =
  | { readonly kind: 'deliver'; readonly jobs: readonly JobHeader[]; readonly suspicion: number }
  | { readonly kind: 'divide'; readonly job: JobHeader; readonly size: number; readonly suspicion: number }
  | { readonly kind: 'bury'; readonly job: JobHeader; readonly ends: number }

/** The jobs of a lane that may have ended the pipeline. */
export interface Suspects {
  /** Notes that the last worker of the lane ended without releasing it. */
  raise(): void
  /** Returns the next step of claimed jobs; undefined if the first of them is no suspect. */
  next(claimed: readonly JobHeader[]): CarefulStep | undefined
}

/**
 * Finds the job that ends the pipeline: its handler runs out of memory, crashes natively or never returns, so that no failed attempt can
 * be counted. Ordinary deliveries write nothing in advance. Instead, the lease of a lane shows that its last worker ended without releasing
 * it. Jobs have an order, so the delivery that was running then consisted of the first jobs of the lane: they are suspects. They are worked
 * on while this process works on nothing else, and marked before, so that the next worker knows them. Each time the pipeline ends again,
 * the marked ones come in smaller deliveries, up to 256 items, then 16, then one; larger jobs are divided. A single item that has ended the
 * pipeline three times is a dead letter.
 *
 * Innocent jobs: `kill -9` and power cuts look the same. Suspects that end well are gone, as always, and a worker that stops in an orderly
 * way removes its mark. An innocent item becomes a dead letter only if each of the last three workers was killed while it worked on just
 * this item, which takes milliseconds, and the two before them while they worked on its surroundings. If a server is killed every 2 s,
 * smaller deliveries also finish in a shorter life, so the work progresses where a full delivery would begin again each time. Only an item
 * that takes longer alone than the server lives, three times in a row, is mistaken. It is not lost: dead letters can be retried.
 *
 * Threads of one process work independently. If the whole process ends, a suspect in another thread is marked, too. It needs the same bad
 * luck three times.
 */
export const createSuspects = (): Suspects => {
  let isRaised = false
  /** The last job of the delivery that may have been running. */
  let last = Number.NEGATIVE_INFINITY
  return {
    raise() {
      isRaised = true
    },
    next(claimed) {
      const [first] = claimed
      if (!first) return undefined
      if (isRaised) last = Math.max(...claimed.map(({ seq }) => seq))
      isRaised = false
      const { suspicion } = first
      if (suspicion === 0 && first.seq > last) return undefined
      if (suspicion >= groupSteps + mostEnds) return { kind: 'bury', job: first, ends: suspicion - groupSteps }
      const size = mostItems[suspicion] ?? 1
      if (first.count > size) return { kind: 'divide', job: first, size, suspicion: suspicion + 1 }
      const jobs = together(claimed, size)
      const isAlone = jobs.length === 1 && first.count <= 1
      return { kind: 'deliver', jobs, suspicion: (isAlone ? Math.max(suspicion, groupSteps) : suspicion) + 1 }
    },
  }
}

/** The first jobs of equal suspicion that fit into one delivery, at least one. A job without items counts as one item. */
const together = (claimed: readonly JobHeader[], size: number): readonly JobHeader[] => {
  let items = 0
  const end = claimed.findIndex((job, index) => {
    items += Math.max(1, job.count)
    return index > 0 && (items > size || job.suspicion !== claimed[0]?.suspicion)
  })
  return end < 0 ? claimed : claimed.slice(0, end)
}
