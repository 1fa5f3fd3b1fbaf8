import { describe, expect, it } from 'vitest'
import { AppError } from '../errors.ts'
import type { Alert } from '../schema/alert/alert.ts'
import type { Event } from '../schema/event/event.ts'
import type { Incident } from '../schema/incident/incident.ts'
import { alertFilter, detectionFilter, eventFilter, incidentFilter, savedAlertFilter } from './filter.ts'

const now = Date.UTC(2024, 11, 10, 12)
const entities: Alert['entities'] = [
  { type: 'ip', value: '203.0.113.9' },
  { type: 'user', value: 'root' },
  { type: 'host', value: 'web-01' },
]
const evidence: Alert['evidence'] = [
  { event_id: '0-7', time: '2024-12-10T06:00:00Z', line: 'Failed password for root from 203.0.113.9' },
]
const event: Event = {
  id: '0-7',
  kind: 'event',
  time: now - 3_600_000,
  timeGuessed: false,
  receivedAt: now,
  source: 'auth',
  stream: 'auth/web-01/sshd',
  message: 'Failed password for root',
  original: 'Dec 10 web-01 sshd[312]: Failed password for root',
  fields: { 'source.ip': '203.0.113.9', 'user.name': 'root', 'service.name': 'sshd', 'process.pid': 312, port: 22 },
  template: { id: 't1', text: 'Failed password for <*>' },
}
const alert: Alert = {
  id: 'a1',
  dedup_key: 'brute_force:203.0.113.9',
  status: 'triaged',
  type: 'brute_force',
  severity: 'high',
  score: 0.91,
  title: '286 failed logins',
  sentence: 'One address failed often.',
  value: '286',
  usual: '0–3',
  detectors: ['baseline', 'sequence'],
  source: 'auth',
  stream: 'auth/web-01/sshd',
  entities,
  techniques: ['T1110.001'],
  contributions: [],
  evidence,
  count: 2,
  event_count: 286,
  detection_ids: ['d1'],
  first_seen: '2024-12-10T06:00:00Z',
  last_seen: '2024-12-10T11:00:00Z',
  created_at: '2024-12-10T11:00:00Z',
  updated_at: '2024-12-10T11:00:00Z',
  learning: false,
  incident_id: null,
  assignee: null,
  resolution: null,
  suppression_id: null,
  triage: null,
  version: 1,
}
const incident: Incident = {
  id: 'i1',
  display_id: 'INC-3',
  status: 'open',
  severity: 'critical',
  risk_score: 92,
  title: 'Brute force on web-01',
  reason: 'Many failures, then a login.',
  entities,
  techniques: [],
  evidence,
  members: [{ alert_id: 'a1', reason: 'shares an address', added_at: '2024-12-10T11:00:00Z' }],
  timeline: [],
  alert_count: 1,
  event_count: 286,
  first_seen: '2024-12-10T06:00:00Z',
  last_seen: '2024-12-10T11:00:00Z',
  created_at: '2024-12-10T11:00:00Z',
  updated_at: '2024-12-10T11:00:00Z',
  assignee: 'kim',
  resolution: null,
  merged_into: null,
  version: 1,
}

describe('eventFilter', () => {
  it.each([
    'service:sshd AND source.ip:203.0.0.0/8 -user:backup*',
    'ip:203.0.113.9 pid:312 port:22',
    'template:t1 template:"failed password for <*>"',
    'source:auth stream:auth/* kind:event id:0-7',
    'message:password original:sshd',
    'time:>now-2h @timestamp:<now received_at:2024-12-10',
    '"sshd[312]: failed"',
  ])('%s matches', (q) => {
    expect(eventFilter(q, now).matches(event)).toBe(true)
  })

  it.each(['user:backup', 'host:web-01', 'time:>now-30m', 'toString:*', '__proto__:*'])('%s does not match', (q) => {
    expect(eventFilter(q, now).matches(event)).toBe(false)
  })

  it('searches all spellings of a word in a message', () => {
    const escaped = { ...event, message: 'a "b"', original: '{"msg":"a \\"b\\""}' }
    expect(eventFilter('"a \\"b\\""', now).matches(escaped)).toBe(true)
  })
})

describe('alertFilter', () => {
  it.each([
    'severity:>=medium severity:<critical score:>0.9',
    'type:brute_force detector:sequence status:(new OR triaged)',
    'entity:root entity.host:web-01 source.ip:203.0.113.0/24 user:root',
    'technique:T1110 technique:T1110.001',
    'first_seen:<now-5h last_seen:2024-12-10 learning:false',
    '-assignee:* -risk_score:>0 dedup_key:brute_force\\:*',
    '"password for root" 286',
  ])('%s matches', (q) => {
    expect(alertFilter(q, now).matches(alert)).toBe(true)
  })

  it.each(['severity:>high', 'assignee:*', 'entity.user:web-01', 'entity.ip:10.0.0.0/8', 'resolution:true_positive'])(
    '%s does not match',
    (q) => {
      expect(alertFilter(q, now).matches(alert)).toBe(false)
    },
  )
})

describe('incidentFilter', () => {
  it.each([
    'id:inc-3 INC-3',
    'severity:critical risk_score:[90 TO 100] alert_id:a1',
    'assignee:kim ip:203.0.113.9',
    'reason:login web-01',
  ])('%s matches', (q) => {
    expect(incidentFilter(q, now).matches(incident)).toBe(true)
  })
})

it('reports the error in a filter and suggests a correction', () => {
  expect(() => eventFilter('(user:root', now)).toThrow(AppError)
  try {
    eventFilter('(user:root', now)
  } catch (error) {
    expect(error).toMatchObject({
      code: 'FILTER_SYNTAX',
      status: 422,
      errors: [{ path: 'q', message: 'This "(" is never closed.', hint: '(user:root)', position: 0 }],
    })
  }
})

describe('an unknown field', () => {
  const refusal = (parse: () => unknown) => {
    try {
      parse()
    } catch (error) {
      if (error instanceof AppError) return error
    }
    return undefined
  }

  it.each([
    ['severtiy:high', 0, 'Did you mean "severity"?'],
    ['open:true AND sorce:auth', 14, 'Did you mean "source"?'],
    ['NOT (user:root OR hots:web*)', 18, 'Did you mean "host"?'],
    ['risk_scor>80', 0, 'Did you mean "risk_score"?'],
    ['entity.hots:web-01', 0, 'Did you mean "entity.host"?'],
    ['zzzzzz:1', 0, 'Quote it to search for it as text'],
  ])('is rejected with its position and a suggestion: %s', (q, position, hint) => {
    const error = refusal(() => alertFilter(q, now))
    expect(error?.code).toBe('FILTER_SYNTAX')
    expect(error?.hint).toContain(hint)
    expect(error?.errors).toMatchObject([{ path: 'q', position }])
  })

  it('is rejected for incidents and detections too, but matches nothing in a saved filter', () => {
    expect(refusal(() => incidentFilter('staus:open', now))?.hint).toContain('"status"')
    expect(refusal(() => detectionFilter('detectr:sigma', now))?.hint).toContain('"detector"')
    expect(savedAlertFilter('severtiy:high', now).matches(alert)).toBe(false)
  })

  it('is text when quoted or part of an address or link', () => {
    for (const q of ['"severtiy:high"', 'https://a.example/', 'std::string', '2001:db8::1']) {
      expect([q, refusal(() => alertFilter(q, now))]).toEqual([q, undefined])
    }
  })
})
