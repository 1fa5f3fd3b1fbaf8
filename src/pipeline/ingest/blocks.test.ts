import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinBlocks } from './blocks.ts'
import { asTheyAre } from './documents.ts'
import type { TextLine } from './lines.ts'

const read = (text: string, together = true): TextLine[] => {
  const joiner = joinBlocks(asTheyAre)
  const lines = text.split('\n').map((line, i) => ({ text: line, number: i + 1, cut: false }))
  const found = together ? joiner.push(lines) : lines.flatMap((line) => joiner.push([line]))
  return [...found, ...joiner.flush()]
}
const records = (text: string): unknown[] =>
  read(text).flatMap((line) =>
    line.text.startsWith('{') ? [JSON.parse(line.text)] : line.text === '' ? [] : [line.text],
  )
const twice = (block: string) => `${block}\n${block}`

const text = 'An account failed to log on.\n\nSubject:\n\tAccount Name:\t\t-'
const cases: readonly (readonly [string, string, unknown])[] = [
  [
    'journalctl -o export',
    '__CURSOR=s=1\n__REALTIME_TIMESTAMP=1765349746000000\n_HOSTNAME=web-1\nMESSAGE=a=b\n',
    { __CURSOR: 's=1', __REALTIME_TIMESTAMP: '1765349746000000', _HOSTNAME: 'web-1', MESSAGE: 'a=b' },
  ],
  [
    'journalctl -o verbose',
    'Wed 2025-12-10 06:55:46.000000 UTC [s=1f;i=2;b=3;m=4;t=64593fcae9c80;x=5]\n    PRIORITY=6\n    _HOSTNAME=web-1\n    MESSAGE=a',
    { __REALTIME_TIMESTAMP: '1765351762074752', PRIORITY: '6', _HOSTNAME: 'web-1', MESSAGE: 'a' },
  ],
  [
    'wevtutil',
    `Event[0]:\n  Log Name: Security\n  Source: Audit\n  Date: 2025-12-10T06:55:46.123\n  Event ID: 4625\n  Computer: dc-1\n  Description: \n${text}\n`,
    {
      LogName: 'Security',
      ProviderName: 'Audit',
      TimeCreated: '2025-12-10T06:55:46.123',
      Id: '4625',
      MachineName: 'dc-1',
      Message: text,
    },
  ],
  [
    'Format-List',
    `TimeCreated  : 12/10/2025 6:55:46 AM\nProviderName : Audit\nId           : 4625\nMessage      : ${text.replaceAll('\n', '\n               ')}\n\n`,
    { TimeCreated: '12/10/2025 6:55:46 AM', ProviderName: 'Audit', Id: '4625', Message: text },
  ],
  [
    'Splunk',
    `12/10/2025 06:55:46 AM\nLogName=Security\nEventCode=4625\nComputerName=dc-1\nMessage=${text}`,
    { LogName: 'Security', Id: '4625', MachineName: 'dc-1', Message: text, TimeCreated: '12/10/2025 06:55:46 AM' },
  ],
]

describe('joinBlocks', () => {
  it.each(cases)('reads records of %s', (_name, block, object) => {
    expect(records(twice(block))).toEqual([object, object])
    expect(records(`one\ntwo\n${block}`)).toEqual(['one', 'two', object])
    expect(read(twice(block), false)).toEqual(read(twice(block)))
  })

  it.each([
    ['a list of something else', 'Id : 7\nName : a\n\nId : 8\nName : b'],
    ['a date alone', '12/10/2025 06:55:46 AM\nbackup finished'],
    ['an event of another program', 'Event[0]: started\nEvent[1]: stopped'],
    ['words', 'Message : hello\nTimeCreated'],
    ['a candidate at the end', 'one\n__CURSOR=s=1'.replace('__CURSOR', 'Event[0]:')],
  ])('passes other lines on: %s', (_name, lines) =>
    expect(read(lines).map((line) => line.text)).toEqual(lines.split('\n')),
  )

  it('bounds a record', () => {
    const found = read(`__CURSOR=s=1\n${'A=b\n'.repeat(2_000)}`)
    expect(found.length).toBeGreaterThan(1)
  })

  it('gives the same, however the lines arrive', () => {
    const line = fc.constantFrom(
      '',
      'a',
      'Event[0]:',
      '  Log Name: x',
      '__CURSOR=s',
      'A=b',
      'Id : 1',
      'TimeCreated : x',
      'Message : y',
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        expect(read(lines.join('\n'), false)).toEqual(read(lines.join('\n')))
      }),
    )
  })
})
