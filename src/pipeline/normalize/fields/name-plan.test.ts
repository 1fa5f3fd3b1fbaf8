import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/depth.ts'
import { parseRecord } from '../parse-record.ts'
import { createNamePlans } from './name-plan.ts'

const name = fc.oneof(
  fc.constantFrom('user', 'UserName', 'src_ip', 'client.ip', 'status', 'message', 'msg', 'time', 'date', 'tz', 'level'),
  fc.constantFrom('SubjectUserName', 'TargetUserName', 'SubjectDomainName', 'TargetDomainName', 'EventID', 'id.orig_h'),
  fc.string({ maxLength: 20 }),
)
const value = fc.oneof(
  fc.constantFrom('ana', 'SYSTEM', '10.0.0.1', '2026-11-20T12:00:00Z', '20/11/2026', 'failed', '4624', '4720', '-', ''),
  fc.integer({ min: 0, max: 5000 }),
  fc.boolean(),
  fc.string({ maxLength: 30 }),
)
const entries = fc.array(fc.tuple(name, value), { maxLength: 12 })

describe('a name plan', () => {
  it('ranks the names of one field, and lets the subject of a Windows event win where that is asked for', () => {
    const plan = createNamePlans()(['msg', 'TargetUserName', 'message', 'colour', 'SubjectUserName', 'tz', 'EventID'])
    const order = (claims: typeof plan.claims) => claims.map(({ at }) => at)
    expect(order(plan.claims)).toEqual([2, 0, 6, 1, 4])
    expect(order(plan.subjectClaims)).toEqual([2, 0, 6, 4, 1])
    expect(plan).toMatchObject({ others: [3, 5], zone: 5, subject: 4, code: 6, hasDate: false, connection: false })
  })

  it('depends on the names alone, not on the records before', () => {
    fc.assert(
      fc.property(fc.array(fc.array(name, { maxLength: 12 }), { maxLength: 20 }), (records) => {
        const planOf = createNamePlans()
        for (const each of [...records, ...records]) expect(planOf(each)).toEqual(createNamePlans()(each))
      }),
      { numRuns: runs(300) },
    )
  })

  it('is made once for records with the same names', () => {
    const planOf = createNamePlans()
    expect(planOf(['user', 'host'])).toBe(planOf(['user', 'host']))
  })

  it('gives the right names after more sequences than it remembers', () => {
    const planOf = createNamePlans()
    for (let number = 0; number < 21_000; number++) planOf([`field${number}`])
    expect(planOf(['user']).claims).toHaveLength(1)
  })

  it('parses a record the same the first time and later, however its line is changed', () => {
    const parse = (text: string) => parseRecord({ text, source: 's', receivedAt: Date.UTC(2026, 10, 20, 13) })
    const line = fc.tuple(entries, fc.nat(), fc.string({ maxLength: 3 })).map(([some, at, piece]) => {
      const text = JSON.stringify(Object.fromEntries(some))
      return at % 3 === 0 ? `${text.slice(0, at % text.length)}${piece}${text.slice(at % text.length)}` : text
    })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const first = lines.map(parse)
        expect(lines.toReversed().map(parse).reverse()).toEqual(first)
      }),
      { numRuns: runs(300) },
    )
  })
})
