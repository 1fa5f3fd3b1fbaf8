import { describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { everydayVariants, type Variant } from './everyday-variants.fake.ts'
import { createNormalizer } from './normalize.ts'
import { parseRecord } from './parse-record.ts'

const receivedAt = Date.UTC(2026, 11, 14)
const normalizer = createNormalizer({ zoneMinutes: 0 })

/** Which of time, message, level and host of a variant are wrong, and whether an undated one counts as parsed. */
const faultsOf = ({ line, time, coarse, level, host, message }: Variant): readonly string[] => {
  normalizer.takeCounts()
  const [event] = normalizer.normalize({ partition: 0, first: 0, source: 'test', receivedAt, texts: [line], file: 'a' })
  const counted = normalizer.takeCounts()
  if (!event) return ['event']
  const dated = event.time !== receivedAt
  const near = time !== undefined && Math.floor(event.time / 1000) === Math.floor(time / 1000)
  return [
    ...(time === undefined ? (dated ? ['time'] : []) : near && (coarse || event.time === time) ? [] : ['time']),
    ...(time === undefined && counted.some(({ parsed }) => parsed) ? ['parsed'] : []),
    ...(event.message === message ? [] : ['message']),
    ...(level === undefined || event.fields['log.level'] === level ? [] : ['level']),
    ...(host === undefined || event.fields['host.name'] === host ? [] : ['host']),
  ]
}

describe('everyday variants', () => {
  const variants = everydayVariants(runs(2_000), 7, Date.UTC(2026, 11, 13))
  const found = variants.map((variant) => ({ variant, faults: faultsOf(variant) }))

  it.each(['time', 'message', 'level', 'host'])('reads the %s of 95 %% of them', (what) => {
    const wrong = found
      .filter(({ faults }) => faults.includes(what))
      .map(({ variant }) => `${variant.forms}: ${variant.line}`)
    expect(wrong.length / variants.length, wrong.slice(0, 20).join('\n')).toBeLessThanOrEqual(0.05)
  })

  it('calls none parsed that has no time', () => {
    const wrong = found.filter(({ faults }) => faults.includes('parsed')).map(({ variant }) => variant.line)
    expect(wrong).toEqual([])
  })

  it.each(['app[web.1]: ', 'web-1  | ', '2026-12-10T09:32:20Z app[web.1]: ', '[pod/a/b] '])(
    'follows %j only to a bounded depth',
    (prefix) => {
      const record = { text: `${prefix.repeat(20_000)}end`, source: 'test', receivedAt, zoneMinutes: 0 }
      expect(parseRecord(record).fault).toBeUndefined()
    },
  )
})
