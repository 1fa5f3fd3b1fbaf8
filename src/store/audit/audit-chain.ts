import { createHash } from 'node:crypto'
import type { AuditLogRow } from '../inventory/people-tables.ts'

/** The end of the chain: the last row and its hash. */
export interface AuditHead {
  readonly id: number
  readonly hash: string
}

export interface AuditFault {
  readonly id: number
  /** `lost`: rows at the end, or all of them, are missing although a checkpoint knows them. */
  readonly kind: 'changed' | 'missing' | 'added' | 'lost'
  readonly text: string
}

export interface AuditReport {
  readonly rows: number
  readonly head: AuditHead | undefined
  readonly faults: readonly AuditFault[]
}

/** Hashes a row together with the hash of the previous row, so a change to one row invalidates all that follow. SHA-256, hex. */
export const chainHash = (previous: string, row: Omit<AuditLogRow, 'hash'>): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        previous,
        row.id,
        row.event_type,
        row.actor,
        row.action,
        row.target_type,
        row.target_id,
        row.old_values,
        row.new_values,
        row.ip_address,
        row.user_agent,
        row.success,
        row.error_message,
        row.created_at,
        row.decision_id ?? null,
      ]),
    )
    .digest('hex')

/**
 * Looks at rows in the order of their ids and says where the chain is broken.
 *
 * @param start the last row that retention has removed; the rows begin after it
 */
export const createChainCheck = (knownHeads: readonly AuditHead[], start?: AuditHead) => {
  const faults: AuditFault[] = []
  const expected = new Map(knownHeads.map(({ id, hash }) => [id, hash]))
  let head: AuditHead = start ?? { id: 0, hash: '' }
  if (start && expected.has(start.id) && expected.get(start.id) !== start.hash) {
    const text = `Row ${start.id}, the last one that retention removed, had another hash when it was written down elsewhere.`
    faults.push({ id: start.id, kind: 'changed', text })
  }
  let rows = 0

  return {
    /** Continues after the last row that retention has removed meanwhile. */
    resume(trimmed: AuditHead): void {
      head = trimmed
    },

    add(row: AuditLogRow): void {
      rows += 1
      if (row.id !== head.id + 1) {
        const text =
          row.id === head.id + 2
            ? `Row ${head.id + 1} is missing.`
            : `Rows ${head.id + 1} to ${row.id - 1} are missing.`
        faults.push({ id: head.id + 1, kind: 'missing', text })
      } else if (chainHash(head.hash, row) !== row.hash) {
        faults.push({
          id: row.id,
          kind: 'changed',
          text: `Row ${row.id} is not what was written after row ${head.id}.`,
        })
      }
      const known = expected.get(row.id)
      if (known !== undefined && known !== row.hash) {
        faults.push({
          id: row.id,
          kind: 'changed',
          text: `Row ${row.id} was another when its hash was written down elsewhere: it, or a row before it, was replaced.`,
        })
      }
      head = { id: row.id, hash: row.hash }
    },

    /** Ends the check. The store itself has counted at least and at most this many rows. */
    end(atLeast: number, atMost: number): AuditReport {
      const known = Math.max(atLeast, ...expected.keys())
      if (known > head.id) {
        const text = `Rows ${head.id + 1} to ${known} were written and are not there any more.`
        faults.push({ id: head.id + 1, kind: 'lost', text })
      }
      if (head.id > atMost) {
        const text = `Rows ${atMost + 1} to ${head.id} were added by somebody else: the store has not counted them.`
        faults.push({ id: atMost + 1, kind: 'added', text })
      }
      return { rows, head: rows === 0 ? undefined : head, faults: faults.sort((a, b) => a.id - b.id) }
    },
  }
}
