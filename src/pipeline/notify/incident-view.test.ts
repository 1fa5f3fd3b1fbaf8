import { expect, it } from 'vitest'
import { toIncidentView } from './incident-view.ts'
import { someIncident, someNotification } from './sink.conformance.ts'

it('shows how an incident began, what succeeded and how it ended', () => {
  const line = (minute: number, text: string, role?: string) => ({
    event_id: `0-${minute}`,
    time: `2024-12-10T06:0${minute}:00.000Z`,
    line: text,
    ...(role !== undefined && { role }),
  })
  const incident = someIncident({
    evidence: [
      line(0, 'Failed password for root'),
      line(1, 'Failed password for root, again'),
      line(2, 'Failed password for root, and again', 'the last failure'),
      line(3, 'Accepted password for root', 'the login that succeeded'),
      line(4, 'sudo: root : COMMAND=/usr/bin/wget'),
    ],
  })
  expect(toIncidentView(someNotification({ incident })).evidence).toEqual([
    'Failed password for root',
    'Accepted password for root',
    'sudo: root : COMMAND=/usr/bin/wget',
  ])
})

it('shows the summary of a structured record in place of its line', () => {
  const record = { event_id: '0-1', time: '2024-12-10T06:00:00.000Z', line: '{"log":"disk full\\n"}' }
  const incident = someIncident({ evidence: [{ ...record, summary: '2024-12-10T06:00:00Z disk full' }] })
  expect(toIncidentView(someNotification({ incident })).evidence).toEqual(['2024-12-10T06:00:00Z disk full'])
})
