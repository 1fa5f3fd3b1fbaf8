import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AuditLogRow } from '../inventory/people-tables.ts'
import { type AuditHead, chainHash, createChainCheck } from './audit-chain.ts'

const chainOf = (count: number): AuditLogRow[] => {
  let hash = ''
  return Array.from({ length: count }, (_, i) => {
    const row = {
      id: i + 1,
      event_type: 'alert.close',
      actor: i % 2 === 0 ? 'ana' : 'noor',
      action: 'close',
      target_type: 'alert',
      target_id: `a${i}`,
      old_values: '{}',
      new_values: `{"n":${i}}`,
      ip_address: i % 3 === 0 ? '192.0.2.1' : null,
      user_agent: null,
      success: 1,
      error_message: null,
      created_at: i * 1_000,
      decision_id: null,
    }
    hash = chainHash(hash, row)
    return { ...row, hash }
  })
}

const check = (rows: readonly AuditLogRow[], counted = rows.length, heads: readonly AuditHead[] = []) => {
  const checking = createChainCheck(heads)
  for (const row of rows) checking.add(row)
  return checking.end(counted, counted).faults.map(({ id, kind }) => `${kind} ${id}`)
}

/** Changes by somebody with write access to the table, who then hides them by recalculating the hashes. */
const rehash = (rows: readonly AuditLogRow[]): AuditLogRow[] => {
  let hash = ''
  return rows.map((row, i) => {
    const moved = { ...row, id: i + 1 }
    hash = chainHash(hash, moved)
    return { ...moved, hash }
  })
}

describe('the chain of the audit', () => {
  it('finds nothing wrong with what was only written', () => {
    expect(check([])).toEqual([])
    expect(check(chainOf(20))).toEqual([])
    expect(check(chainOf(20), 20, [{ id: 7, hash: chainOf(7)[6]?.hash ?? '' }])).toEqual([])
  })

  it.each<[string, keyof AuditLogRow, AuditLogRow[keyof AuditLogRow]]>([
    ['who', 'actor', 'eve'],
    ['what', 'action', 'reopen'],
    ['to what', 'target_id', 'a99'],
    ['what it was', 'old_values', '{"status":"closed"}'],
    ['what it became', 'new_values', '{}'],
    ['from where', 'ip_address', '198.51.100.1'],
    ['whether it was done', 'success', 0],
    ['when', 'created_at', 1],
    ['with what else', 'decision_id', 'd1'],
  ])('finds a row whose "%s" was changed', (_what, column, value) => {
    const rows = chainOf(9).map((row) => (row.id === 5 ? { ...row, [column]: value } : row))
    expect(check(rows)).toEqual(['changed 5'])
  })

  it('finds rows that were taken away, in the middle, at the end, or all of them', () => {
    const rows = chainOf(9)
    expect(
      check(
        rows.filter(({ id }) => id !== 5),
        9,
      ),
    ).toEqual(['missing 5'])
    expect(check(rows.slice(2), 9)).toEqual(['missing 1'])
    expect(check(rows.slice(0, 7), 9)).toEqual(['lost 8'])
    expect(check([], 9)).toEqual(['lost 1'])
  })

  it('finds rows in another order, and rows that were added beside the store', () => {
    const rows = chainOf(9)
    const swapped = rows.map((row) => {
      const other = rows[row.id === 3 ? 5 : row.id === 6 ? 2 : row.id - 1] ?? row
      return { ...other, id: row.id, hash: row.hash }
    })
    expect(check(swapped)).toEqual(['changed 3', 'changed 6'])
    const [last] = rows.slice(-1)
    expect(check([...rows, { ...(last ?? chainOf(1)[0]), id: 10 } as AuditLogRow], 9)).toEqual([
      'changed 10',
      'added 10',
    ])
    expect(check(chainOf(10), 9)).toEqual(['added 10'])
  })

  it('finds changes hidden by recalculating all hashes, from a head stored elsewhere', () => {
    const rows = chainOf(9)
    const head = { id: 9, hash: rows[8]?.hash ?? '' }
    const forged = rehash(rows.map((row) => (row.id === 5 ? { ...row, actor: 'eve' } : row)))
    expect(check(forged)).toEqual([])
    expect(check(forged, 9, [head])).toEqual(['changed 9'])
    expect(check(rehash(rows.filter(({ id }) => id !== 5)), 8, [head])).toEqual(['lost 9'])
    expect(check(rows.slice(0, 6), 6, [head])).toEqual(['lost 7'])
  })

  it('finds any one row that is not as it was', () => {
    const texts = ['actor', 'action', 'target_type', 'target_id', 'new_values', 'event_type'] as const
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.constantFrom(...texts), fc.string(), (id, column, text) => {
        const rows = chainOf(12)
        const changed = rows.map((row) => (row.id === id ? { ...row, [column]: text } : row))
        const same = rows[id - 1]?.[column] === text
        expect(check(changed)).toEqual(same ? [] : [`changed ${id}`])
      }),
    )
  })
})
