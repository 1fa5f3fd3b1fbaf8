import { describe, expect, it } from 'vitest'
import { everydayLines } from './everyday-lines.fake.ts'
import { parseRecord } from './parse-record.ts'

const receivedAt = Date.UTC(2026, 11, 14)

describe('everyday lines', () => {
  it.each(everydayLines)('reads $from', ({ line, time, level, host, message }) => {
    const parsed = parseRecord({ text: line, source: 'test', receivedAt, zoneMinutes: undefined, format: undefined })
    expect({
      time: parsed.time === undefined ? undefined : new Date(parsed.time).toISOString(),
      ...(level !== undefined && { level: parsed.fields['log.level'] }),
      ...(host !== undefined && { host: parsed.fields['host.name'] }),
      ...(message !== undefined && { message: parsed.message }),
    }).toEqual({
      time,
      ...(level !== undefined && { level }),
      ...(host !== undefined && { host }),
      ...(message !== undefined && { message }),
    })
  })
})
