import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { day } from '../../../lib/units/time.ts'
import { isOpenIncident } from '../../../schema/incident/incident.ts'
import type { Severity } from '../../../schema/severity.ts'
import { toIncidentView } from '../incident-view.ts'
import { headerSecret, receiverUrl } from '../receiver-url.ts'
import { type Notification, type Sink, splitNotification } from '../sink.ts'
import { createJsonSink } from './json-sink.ts'

const options = z
  .strictObject({
    url: receiverUrl.describe('Alertmanager: `http://alertmanager:9093`, with its path prefix if it has one.'),
    token: headerSecret
      .optional()
      .meta({ description: 'A token for the header `Authorization: Bearer …`.', secret: true }),
    username: z.string().min(1).optional().describe('For Basic authentication.'),
    password: z.string().min(1).optional().meta({ description: 'For Basic authentication.', secret: true }),
    labels: z
      .record(z.string().regex(/^[A-Za-z_]\w*$/, 'use letters, digits and underscores'), z.string().min(1).max(200))
      .default({})
      .describe('Further labels, for the routes of Alertmanager.'),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    message: 'give username and password, or neither',
    path: ['username'],
  })

/** Alertmanager ends an alert without end after five minutes. Vedette ends it explicitly. */
const openFor = 365 * day

/** Fires one alert per incident, and ends it when the incident is over. */
export const alertmanagerSink: Component<typeof options, Sink> = {
  name: 'alertmanager',
  summary: 'Sends each incident to Prometheus Alertmanager as an alert, and ends it when the incident is over.',
  options,
  create({ url, token, username, password, labels }, { fetch, now }) {
    const at = new URL(url)
    at.pathname = `${at.pathname.replace(/\/$/, '')}/api/v2/alerts`
    const basic = username === undefined ? undefined : Buffer.from(`${username}:${password}`).toString('base64')
    const authorization = token !== undefined ? `Bearer ${token}` : basic && `Basic ${basic}`
    return createJsonSink(
      { fetch },
      (notification) => [
        {
          url: at.href,
          ...(authorization && { headers: { authorization } }),
          body: splitNotification(notification).flatMap((one) => toAlerts(one, labels, now())),
        },
      ],
      { closes: true },
    )
  },
}

const toAlerts = (notification: Notification, own: Readonly<Record<string, string>>, now: number) => {
  const { incident, previous } = notification
  const view = toIncidentView(notification)
  const startsAt = incident.first_seen
  const annotations = {
    summary: `${view.id}: ${view.title}`,
    description: view.cause,
    rating: view.rating,
    ...Object.fromEntries(
      view.facts.map(({ label, value }) => [(label.toLowerCase().match(/\w+/g) ?? []).join('_'), value]),
    ),
    evidence: view.evidence.join('\n'),
    ...(view.changes.length > 0 && { changes: view.changes.join('\n') }),
    ...(view.next.length > 0 && { next: view.next.join('\n') }),
  }
  // Labels identify an alert, so they contain nothing that grows with the incident. Severity is one, because routes need it.
  const alert = (severity: Severity, end: number) => ({
    labels: { ...own, alertname: 'VedetteIncident', incident: incident.display_id, severity },
    annotations: Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== '')),
    startsAt,
    endsAt: new Date(Math.max(end, Date.parse(startsAt))).toISOString(),
    ...(view.link !== undefined && { generatorURL: view.link }),
  })
  const current = alert(incident.severity, isOpenIncident(incident) ? now + openFor : now)
  const isOther = previous !== undefined && previous.severity !== incident.severity
  return isOther ? [alert(previous.severity, now), current] : [current]
}
