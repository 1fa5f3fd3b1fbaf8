import { expect, it } from 'vitest'
import { parseMoment, parseRange } from './time.ts'

const now = Date.UTC(2024, 11, 10, 12)

it('reads moments, and covers what was written less precisely', () => {
  expect(parseMoment('now-24h', now)).toBe(now - 86_400_000)
  expect(parseRange({ from: '2024-12-10', to: '2024-12-10' }, now)).toEqual({
    from: Date.UTC(2024, 11, 10),
    to: Date.UTC(2024, 11, 11) - 1,
  })
  expect(parseRange({}, now)).toEqual({ from: undefined, to: undefined })
})

it('says which time it could not read', () => {
  expect(() => parseRange({ to: 'tomorrow' }, now)).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST', errors: [expect.objectContaining({ path: 'to' })] }),
  )
})
