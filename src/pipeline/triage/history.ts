import type { Alert } from '../../schema/alert/alert.ts'
import type { AlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import { alertWords } from './alert-words.ts'
import { alertFeatures } from './features.ts'
import { createSimilarIndex, type Remembered, type SimilarMatch } from './similar-index.ts'
import type { History } from './surroundings.ts'

/** The minimum similarity of similar alerts, and of alerts that a text finds. */
export const similarFrom = 0.6
export const foundFrom = 0.3
const mostShown = 5
const mostRemembered = 100_000

interface RememberedAlert extends Remembered {
  readonly entry: AlertIndexEntry
}

/** The fields by which alerts are compared. */
export type Likeness = Parameters<typeof alertFeatures>[0]

/** Knows all earlier alerts. */
export interface AlertHistory {
  /** Returns the history of an alert: similar earlier alerts, and people's decisions about them. */
  of(alert: Alert): Promise<History>
  /** Returns the most similar alerts of any time. */
  find(
    like: Likeness,
    options: { readonly most: number; readonly least: number; readonly except?: string },
  ): Promise<SimilarEntries>
  /** Returns the alerts that a description finds best: by words, their meanings, techniques and entities. */
  search(like: Likeness, options: { readonly most: number; readonly least: number }): Promise<SimilarEntries>
  /** Removes deleted alerts. */
  forget(ids: readonly string[]): void
}

export type SimilarEntries = readonly { readonly entry: AlertIndexEntry; readonly similarity: number }[]

/**
 * Creates the history of alerts. Keeps their features in memory and updates them before each query.
 *
 * @param entries returns all current alerts, the most recently changed last; a changed alert is a new object
 */
export const createHistory = (entries: () => Promise<readonly AlertIndexEntry[]>): AlertHistory => {
  const index = createSimilarIndex<RememberedAlert>(mostRemembered)
  /** Most installations never search by text, so this index is created by the first search. */
  let words: ReturnType<typeof createSimilarIndex<RememberedAlert>> | undefined
  const seen = new WeakSet<AlertIndexEntry>()
  let latest: readonly AlertIndexEntry[] = []

  const refresh = async (): Promise<void> => {
    const all = await entries()
    if (all === latest) return
    latest = all
    const changed: AlertIndexEntry[] = []
    for (let i = all.length - 1; i >= Math.max(0, all.length - mostRemembered); i--) {
      const entry = all[i]
      // All entries before a known one are known too.
      if (!entry || seen.has(entry)) break
      changed.push(entry)
    }
    for (const head of changed.reverse()) {
      seen.add(head)
      const item = remember(head)
      index.put(item, alertFeatures(head))
      words?.put(item, alertWords(head))
    }
  }

  return {
    async of(alert) {
      await refresh()
      const before = Date.parse(alert.first_seen)
      const question = { id: alert.id, features: alertFeatures(alert), before, least: similarFrom, most: mostShown }
      const tally = { count: 0, dismissed: 0, confirmed: 0 }
      const nearest = index.find(question, ({ entry }) => {
        if (isDismissed(entry)) tally.dismissed += 1
        else if (entry.resolution !== 'duplicate') tally.count += 1
        if (entry.resolution === 'true_positive') tally.confirmed += 1
      })
      return { nearest: nearest.map(toSimilar), ...tally }
    },

    async find(like, { most, least, except }) {
      await refresh()
      const matches = index.find({
        features: alertFeatures(like),
        least,
        most,
        ...(except !== undefined && { id: except }),
      })
      return matches.map(({ item, similarity }) => ({ entry: item.entry, similarity }))
    },

    async search(like, { most, least }) {
      await refresh()
      if (!words) {
        words = createSimilarIndex<RememberedAlert>(mostRemembered)
        for (const head of latest.slice(-mostRemembered)) words.put(remember(head), alertWords(head))
      }
      const matches = words.find({ features: alertWords(like), least, most, cosine: true })
      return matches.map(({ item, similarity }) => ({ entry: item.entry, similarity }))
    },

    forget(ids) {
      for (const id of ids) {
        index.remove(id)
        words?.remove(id)
      }
    },
  }
}

const remember = (entry: AlertIndexEntry): RememberedAlert => ({
  id: entry.id,
  time: Date.parse(entry.first_seen),
  entry,
})

const toSimilar = ({ item: { entry }, similarity }: SimilarMatch<RememberedAlert>): History['nearest'][number] => ({
  alert_id: entry.id,
  title: entry.title,
  similarity,
  resolution: entry.resolution,
  last_seen: entry.last_seen,
})

/** Whether a person dismissed an alert, by itself or with a suppression. */
const isDismissed = ({ resolution, status }: AlertIndexEntry): boolean =>
  status === 'suppressed' ||
  resolution === 'false_positive' ||
  resolution === 'benign_positive' ||
  resolution === 'expected'
