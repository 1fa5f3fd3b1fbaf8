import { expect, it } from 'vitest'
import { formatAgo } from './duration.ts'

const now = Date.parse('2026-11-27T02:00:00Z')
const minute = 60_000

it('says how long ago a time was', () => {
  expect(formatAgo(now - 3 * 60 * minute, now)).toBe('3 h ago')
  expect(formatAgo(now - 8 * 24 * 60 * minute, now)).toBeUndefined()
})

it('does not call a time of the future past', () => {
  expect(formatAgo(now + 3 * 60 * minute, now)).toBe('in 3 h')
  expect(formatAgo(now + 8 * 24 * 60 * minute, now)).toBeUndefined()
})

it('takes a time slightly ahead for now, because the current time is updated only twice a minute', () => {
  expect(formatAgo(now + 0.5 * minute, now)).toBe('0 s ago')
})
