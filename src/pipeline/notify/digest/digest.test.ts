import { describe, expect, it } from 'vitest'
import { someDigest } from './digest.fake.ts'
import { toDigestHtml } from './digest-html.ts'
import { toDigestPage } from './digest-page.ts'
import { digestOptions, planDigests, readDigestId } from './digest-schedule.ts'
import { toDigestText } from './digest-text.ts'

const page = toDigestPage(someDigest, 'https://vedette.example.com/')

describe('a digest', () => {
  it('fits on a page of a terminal', () => {
    const text = toDigestText(page)
    expect(text).toMatchInlineSnapshot(`
      "Weekly digest · 2–9 Dec 2024

      4 incidents from 9 alerts and 12,400 lines, 24 % more than in the week before.
      1 incident is open, unassigned. 5 messages sent, 1 failed.

      INCIDENTS
        INC-3 HIGH SSH brute force on web-01: <b>286</b> failed logins from
          203.0.113.9
            8 Dec 2024 06:00 UTC · open, unassigned
        INC-2 MEDIUM Disk full on db-01
            3 Dec 2024 11:00 UTC · closed as true positive
        And 2 more incidents.

      QUIET
        cron.log stopped logging
            last line 1 Dec 2024 23:50 UTC
        Lines, but no alerts
            mail.log (2,467 lines)

      LEARNT
        2 alerts closed as false positive
        New sources
            dns.log
        Detectors that know what is usual
            template 11 of 20

      SUPPRESSED
        14 alerts with 1,200 detections: our own scanner
            ip:203.0.113.7 · never expires
        1 suppression never hid anything.

      PARSE HEALTH
        99.2 % of all lines are parsed.
        app.log: 91.5 %
            such as <script>alert(1)</script>

      https://vedette.example.com
      "
    `)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(78)
  })

  it('is an HTML document without markup from logs', () => {
    const html = toDigestHtml(page)
    expect(html).toContain('&lt;b&gt;286&lt;/b&gt;')
    expect(html).not.toMatch(/<script|<b>286/)
    expect(html).toContain('href="https://vedette.example.com/incidents/INC-3"')
  })

  it('of an empty week says so', () => {
    const empty = {
      ...someDigest,
      ...{ lines: 0, lines_before: null, alerts: 0, incidents: 0, open: 0, unassigned: 0, sources: 0 },
      ...{ worst: [], stopped: [], quiet: [], new_sources: [], learning: [], closed: [], suppressions: [] },
      ...{ unused_suppressions: 0, unparsed: [], parsed_percent: 100, messages: { sent: 0, failed: 0 } },
    }
    const { summary, sections } = toDigestPage(empty, undefined)
    expect(summary).toBe('0 incidents from 0 alerts and 0 lines. No incident is open. No messages were sent.')
    expect(sections.map(({ rows }) => rows.map(({ text }) => text))).toEqual([
      ['No incidents.'],
      ['No source sent anything.'],
      ['Nothing new.'],
      ['Nothing.'],
      ['100 % of all lines are parsed.'],
    ])
  })

  it.each([
    ['2024-11-28T00:00:00.000Z', '2024-12-05T00:00:00.000Z', '28 Nov – 4 Dec 2024'],
    ['2024-12-28T00:00:00.000Z', '2025-01-04T00:00:00.000Z', '28 Dec 2024 – 3 Jan 2025'],
    ['2024-12-10T00:00:00.000Z', '2024-12-11T00:00:00.000Z', '10 Dec 2024'],
  ])('names its days', (from, to, days) => {
    expect(toDigestPage({ ...someDigest, from, to }, undefined).days).toBe(days)
  })
})

describe('the schedule of digests', () => {
  const weekly = digestOptions.parse({ on: 'mon', at: '08:00', time_zone: 'Europe/Berlin', to: ['mail', 'chat'] })
  const planned = (iso: string, digest = weekly) => planDigests([digest], Date.parse(iso)).map(({ id }) => id)

  it('plans each digest once for each receiver, also when the program starts late', () => {
    const due = ['digest/week/2024-12-09T07:00:00.000Z/mail', 'digest/week/2024-12-09T07:00:00.000Z/chat']
    expect(planned('2024-12-09T06:59:59Z')).toEqual([])
    expect(planned('2024-12-09T07:00:00Z')).toEqual(due)
    expect(planned('2024-12-09T15:31:07Z')).toEqual(due)
    expect(planned('2024-12-09T19:00:00Z')).toEqual([])
    expect(planned('2024-12-10T08:00:00Z')).toEqual([])
    expect(readDigestId(due[0] ?? '')).toEqual({ period: 'week', to: Date.parse('2024-12-09T07:00:00Z') })
  })

  it('plans a daily digest every day, also in the evening', () => {
    const daily = digestOptions.parse({ period: 'day', at: '20:30', to: ['mail'] })
    expect(planned('2024-12-10T20:30:00Z', daily)).toEqual(['digest/day/2024-12-10T20:30:00.000Z/mail'])
    expect(planned('2024-12-11T02:00:00Z', daily)).toEqual(['digest/day/2024-12-10T20:30:00.000Z/mail'])
    expect(planned('2024-12-11T09:00:00Z', daily)).toEqual([])
  })
})
