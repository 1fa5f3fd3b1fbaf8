import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  beginAgain,
  fromCursor,
  isKnown,
  type RowPosition,
  settle,
  startBehind,
  toCursor,
  withRows,
} from './row-position.ts'

const row = (id: number) => ({ id, time: id })
/** The rows that the source reads: those above the floor that it has not seen. */
const unread = (position: RowPosition, visible: readonly number[]) =>
  visible.filter((id) => id > position.floor && !position.seen.includes(id))

describe('the position in a table', () => {
  it('reads each row once, in any order of appearance, with restarts between', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 4 }), fc.boolean()), { minLength: 1, maxLength: 60 }), (delays) => {
        let position = startBehind(0)
        const read: number[] = []
        for (let look = 0; look < delays.length + 5; look++) {
          // Row i is written at poll i and appears some polls later.
          const visible = delays.flatMap(([delay], i) => (i + delay <= look ? [i + 1] : []))
          const rows = unread(position, visible)
          read.push(...rows)
          position = settle(withRows(position, rows.map(row)), look, 5)
          if (delays[look]?.[1]) position = fromCursor(toCursor(position)) ?? startBehind(-1)
        }
        expect(read.toSorted((a, b) => a - b)).toEqual(delays.map((_, i) => i + 1))
      }),
    )
  })

  it('forgets ids once the lookback has passed', () => {
    const ids = Array.from({ length: 100 }, (_, i) => i + 1)
    const first = settle(withRows(startBehind(0), ids.map(row)), 0, 60)
    expect(settle(first, 59, 60)).toMatchObject({ floor: 0, high: 100 })
    expect(settle(first, 60, 60)).toMatchObject({ floor: 100, high: 100, seen: [], marks: [] })
  })

  it('stays small for a busy table', () => {
    const ids = Array.from({ length: 50_000 }, (_, i) => i + 1)
    const position = withRows(startBehind(0), ids.map(row))
    expect(position).toMatchObject({ floor: 30_000, high: 50_000 })
    expect(toCursor(position).length).toBeLessThan(200)
  })

  it('distinguishes known rows from new ones when ids are reset', () => {
    const { again } = beginAgain(withRows(startBehind(0), [{ id: 900, time: 5_000 }]), 40)
    expect(isKnown(again, { id: 12, time: 4_000 })).toBe(true)
    expect(isKnown(again, { id: 12, time: 6_000 })).toBe(false)
    expect(isKnown(again, { id: 41, time: 4_000 })).toBe(false)
  })

  it('ignores an invalid cursor', () => {
    for (const text of ['', '{', '7', '{"floor":"1"}']) expect(fromCursor(text)).toBeUndefined()
  })
})
