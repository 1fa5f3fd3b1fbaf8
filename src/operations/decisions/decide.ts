import { setTimeout } from 'node:timers/promises'
import type { z } from 'zod'
import type { Decision } from '../../schema/audit/decision.ts'
import type { Transaction } from '../../store/database.ts'
import type { Deps } from '../deps.ts'
import type { ChangeContext, changeReport } from './apply-changes.ts'

const mostSkipped = 100
/** The longest wait in ms with `wait: false`. */
const patienceMs = 700

/** A skipped item with the reason. */
export interface SkippedItem {
  readonly id: string
  readonly reason: string
}

interface Deciding {
  readonly target_type: Decision['target_type']
  readonly ids: readonly string[]
  readonly doing: ChangeContext
  /** The number of items per transaction. */
  readonly chunk: number
  /** Changes some of the items; returns the skipped ones. */
  readonly apply: (ids: readonly string[], doing: ChangeContext, tx: Transaction) => Promise<readonly SkippedItem[]>
  /** Whether the answer waits for all items; otherwise the rest is changed in the background. */
  readonly wait: boolean
}

/** Applies a change to many items in chunks, one transaction each, and records it for progress and undo. */
export const decide = async (
  { target_type, ids, doing, chunk, apply, wait }: Deciding,
  { store, newId, now }: Pick<Deps, 'store' | 'newId' | 'now'>,
): Promise<z.input<typeof changeReport>> => {
  const moment = new Date(doing.now).toISOString()
  let book: Decision = {
    id: newId(),
    actor: doing.actor,
    action: doing.change.action,
    target_type,
    note: doing.note ?? null,
    created_at: moment,
    updated_at: moment,
    state: 'running',
    matched: ids.length,
    changed: 0,
    skipped: 0,
    undone_by: null,
  }
  const skipped: SkippedItem[] = []

  const reached = (): number => book.changed + book.skipped
  const step = async (part: readonly string[]): Promise<void> => {
    const { next, left } = await store.transaction(async (tx) => {
      const left = await apply(part, { ...doing, decision_id: book.id }, tx)
      const next: Decision = {
        ...book,
        updated_at: new Date(now()).toISOString(),
        state: reached() + part.length < ids.length ? 'running' : 'done',
        changed: book.changed + part.length - left.length,
        skipped: book.skipped + left.length,
      }
      if (next.changed > 0) await store.decisions.save(next, tx)
      return { next, left }
    })
    book = next
    skipped.push(...left.slice(0, mostSkipped - skipped.length))
  }
  const work = async (): Promise<void> => {
    while (reached() < ids.length) await step(ids.slice(reached(), reached() + chunk))
  }

  // After a failure in the background, the record shows the progress: see `readDecision`.
  await (wait ? work() : Promise.race([work(), setTimeout(patienceMs)]))
  return {
    matched: ids.length,
    changed: book.changed,
    skipped,
    pending: ids.length - reached(),
    decision_id: book.changed > 0 ? book.id : null,
  }
}
