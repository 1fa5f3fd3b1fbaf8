import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { isOpenIncident } from '../../../schema/incident/incident.ts'
import type { Severity } from '../../../schema/severity.ts'
import { toIncidentView } from '../incident-view.ts'
import { cutText } from '../plain.ts'
import { receiverUrl } from '../receiver-url.ts'
import { type Notification, type Sink, splitNotification } from '../sink.ts'
import { createJsonSink } from './json-sink.ts'

const options = z.strictObject({
  routing_key: z
    .string()
    .regex(/^[A-Za-z0-9]{32}$/, 'expected 32 letters and digits')
    .meta({ description: 'The integration key of an Events API v2 integration.', secret: true }),
  url: receiverUrl
    .default('https://events.pagerduty.com/v2/enqueue')
    .describe('The URL of the Events API; in the EU `https://events.eu.pagerduty.com/v2/enqueue`.'),
})

const mostSummary = 1_024

/** Triggers and resolves one PagerDuty incident per incident, by the Events API v2. */
export const pagerdutySink: Component<typeof options, Sink> = {
  name: 'pagerduty',
  summary: 'Triggers a PagerDuty incident, and resolves it when the incident is over.',
  options,
  create: ({ routing_key, url }, runtime) =>
    createJsonSink(
      runtime,
      (notification) => splitNotification(notification).map((one) => ({ url, body: { routing_key, ...toEvent(one) } })),
      { closes: true, preview: (body) => ({ ...body, routing_key: '***' }) },
    ),
}

const severities: Readonly<Record<Severity, string>> = {
  info: 'info',
  low: 'info',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
}

const toEvent = (notification: Notification) => {
  const { incident } = notification
  const dedup_key = `vedette/${incident.id}`
  if (!isOpenIncident(incident)) return { event_action: 'resolve', dedup_key }
  const view = toIncidentView(notification)
  return {
    event_action: 'trigger',
    dedup_key,
    client: 'Vedette',
    ...(view.link !== undefined && {
      client_url: view.link,
      links: [{ href: view.link, text: `Open ${view.id}` }],
    }),
    payload: {
      summary: cutText(`${view.id}: ${view.title}`, mostSummary),
      source: view.facts.find(({ label }) => label === 'Host')?.value ?? 'vedette',
      severity: severities[view.severity],
      timestamp: incident.updated_at,
      class: incident.types?.[0] ?? 'anomaly',
      custom_details: {
        change: view.change,
        rating: view.rating,
        cause: view.cause,
        ...Object.fromEntries(view.facts.map(({ label, value }) => [label, value])),
        evidence: view.evidence,
        reasons: view.reasons,
        since_the_last_message: view.changes,
        next_steps: view.next,
      },
    },
  }
}
