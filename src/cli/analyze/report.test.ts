import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { analysis } from '../../schema/analysis.ts'
import { createPaint, truncate, visible, wantsColour, widthOf, wrap } from '../terminal/terminal.ts'
import { formatSpan } from '../terminal/time.ts'
import { fakeAlert, fakeAnalysis, fakeIncident } from './report.fake.ts'
import { type ReportFrame, renderReport } from './report.ts'
import { evidencePlaces, representativeLines } from './report-evidence.ts'
import { renderMarkdown } from './report-markdown.ts'

const frame: ReportFrame = {
  files: 14,
  skipped: 0,
  unreadable: 0,
  readInPart: [],
  seconds: 6.1,
  width: 80,
  paint: createPaint(false),
  paths: ['/var/log'],
  partial: false,
}
const hostile = '\u001b]0;owned\u0007\u001b[2Jx\u202egnp.exe\r\nfake line \u009b31m'

describe('the report', () => {
  it.each([80, 120])('fits %i columns and omits nothing', async (width) => {
    const text = renderReport(fakeAnalysis(), { ...frame, width })
    for (const line of text.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(width)
    await expect(text).toMatchFileSnapshot(`fixtures/report-${width}.txt`)
  })

  it('is rendered from a document that matches its schema', () => {
    expect(() => analysis.parse(fakeAnalysis())).not.toThrow()
  })

  it('says that nothing was found', () => {
    const none = { incidents: [], alerts: [], detections: [], learning: [], sources: [] }
    expect(renderReport(fakeAnalysis(none), frame)).toContain('Nothing stands out.')
    const empty = fakeAnalysis({
      ...none,
      records: 0,
      parsed: 0,
      from: null,
      to: null,
      histogram: { records: [], detections: [], slice_seconds: 0 },
    })
    expect(renderReport(empty, frame)).toContain('No log lines found.')
    const weak = renderReport(fakeAnalysis({ incidents: [], alerts: [fakeAlert] }), frame)
    expect(weak).toContain('too weak for an incident:\n     ● low      27 failed logins')
  })

  it('counts files that could not be read apart from those that were read in part', () => {
    const readInPart = [{ path: '/var/log/auth.log.gz', lastLine: 1204 }]
    expect(renderReport(fakeAnalysis(), { ...frame, width: 120, skipped: 1, unreadable: 2, readInPart })).toContain(
      '1 file skipped, 2 could not be read, 1 was read in part: auth.log.gz up to line 1 204.',
    )
  })

  it('escapes terminal sequences in log text', () => {
    const incident = fakeIncident({
      title: hostile,
      reason: hostile,
      entities: [{ type: 'host', value: hostile }],
      evidence: [{ event_id: '0-1', time: '2025-11-18T02:11:03Z', line: hostile, origin: `/x/${hostile}.log:1` }],
    })
    const sources = [
      {
        source: hostile,
        records: 2,
        parsed: 1,
        format: 'x',
        format_share: 1,
        unparsed: [{ shape: hostile, count: 1, sample: hostile }],
        missing_packs: [{ product: hostile, pack: 'sigmahq', reason: hostile, commands: [hostile] }],
      },
    ]
    const document = fakeAnalysis({ incidents: [incident], learning: [hostile], sources })
    for (const text of [renderReport(document, { ...frame, paths: [hostile] }), renderMarkdown(document)]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may remain
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    }
  })

  it('has the same text with and without colours', () => {
    const coloured = renderReport(fakeAnalysis(), { ...frame, paint: createPaint(true) })
    expect(coloured).toContain('\u001b[')
    expect(stripVTControlCharacters(coloured)).toBe(renderReport(fakeAnalysis(), frame))
    expect(wantsColour({}, true, false)).toBe(true)
    expect(wantsColour({}, false, false)).toBe(false)
    expect(wantsColour({ NO_COLOR: '1' }, true, false)).toBe(false)
    expect(wantsColour({ TERM: 'dumb' }, true, false)).toBe(false)
    expect(wantsColour({ FORCE_COLOR: '1' }, false, false)).toBe(true)
    expect(wantsColour({ FORCE_COLOR: '1' }, true, true)).toBe(false)
  })
})

describe('the evidence', () => {
  it('is listed by file and line, with ranges joined', () => {
    const at = (origin: string) => ({ event_id: origin, time: '2025-11-18T02:11:03Z', line: 'x', origin })
    expect(evidencePlaces([3, 1, 2, 7, 9, 10].map((line) => at(`/v/a.log:${line}`)))).toBe('a.log:1…3, 7, 9, 10')
    expect(evidencePlaces([at('a.log:1'), at('/v/b.log:2')])).toBe('a.log:1 · b.log:2')
    expect(evidencePlaces([{ event_id: '0-1', time: '2025-11-18T02:11:03Z', line: 'x' }])).toBe('')
  })

  it('shows at most three different lines, including the successful login', () => {
    const lines = representativeLines(fakeIncident().evidence)
    expect(lines.map(({ place }) => place)).toEqual(['1204', '1489', '1502'])
    const alike = Array.from({ length: 9 }, (_, i) => ({
      event_id: `0-${i}`,
      time: '2025-11-18T02:11:03Z',
      line: `request ${i}\n\tat x\n\tat y`,
    }))
    expect(representativeLines(alike)).toEqual([{ place: '0-0', text: 'request 0', more: 2 }])
  })

  it('shows the summaries of structured records', () => {
    const record = (i: number, text: string) => ({
      event_id: `0-${i}`,
      time: `2025-11-18T02:11:0${i}Z`,
      line: JSON.stringify({ i, text }),
      summary: `2025-11-18T02:11:0${i}Z pay: ${text}`,
    })
    const lines = representativeLines([record(1, 'started'), record(2, 'failed'), record(3, 'failed')])
    expect(lines.map(({ text }) => text)).toEqual([
      '2025-11-18T02:11:01Z pay: started',
      '2025-11-18T02:11:03Z pay: failed',
    ])
  })
})

describe('text on a terminal', () => {
  it('is measured, truncated and wrapped by columns', () => {
    expect(widthOf('añ日本')).toBe(6)
    expect(truncate('日本語', 4)).toBe('日…')
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij'])
    expect(visible('a\tb\u0000\u2028\u{e0041}')).toBe('a  b\\x00\\u{2028}\\u{e0041}')
  })

  it('formats times briefly', () => {
    const f = (from: string, to: string, want: string) => expect(formatSpan(from, to)).toBe(want)
    f('2025-11-18T02:11:00Z', '2025-11-18T02:37:00Z', 'Nov 18 02:11–02:37')
    f('2025-11-18T02:11:07Z', '2025-11-18T02:11:09Z', 'Nov 18 02:11:07')
    f('2025-11-18T23:50:00Z', '2025-11-19T00:10:00Z', 'Nov 18 23:50 – Nov 19 00:10')
    f('2025-11-18T00:00:00Z', '2026-01-19T00:10:00Z', '2025-11-18 00:00 → 2026-01-19 00:10')
  })
})
