import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { isOpenIncident } from '../../../schema/incident/incident.ts'
import type { Severity } from '../../../schema/severity.ts'
import { toIncidentView } from '../incident-view.ts'
import { cutText } from '../plain.ts'
import { toPlainMessage } from '../plain-message.ts'
import { headerSecret, receiverUrl } from '../receiver-url.ts'
import { type Notification, type Sink, splitNotification } from '../sink.ts'
import { createJsonSink } from './json-sink.ts'

const options = z.strictObject({
  api_key: headerSecret.meta({ description: 'The key of an API integration.', secret: true }),
  url: receiverUrl
    .default('https://api.opsgenie.com')
    .describe('The URL of the API; in the EU `https://api.eu.opsgenie.com`.'),
})

const mostMessage = 130

/** Creates and closes one alert per incident. Atlassian ends support of Opsgenie in April 2027. */
export const opsgenieSink: Component<typeof options, Sink> = {
  name: 'opsgenie',
  summary: 'Creates an Opsgenie alert, and closes it when the incident is over.',
  options,
  create({ api_key, url }, runtime) {
    const headers = { authorization: `GenieKey ${api_key}` }
    return createJsonSink(
      runtime,
      (notification) =>
        splitNotification(notification).flatMap((one) =>
          toCalls(one).map(({ path, ...call }) => ({ url: join(url, path), headers, ...call })),
        ),
      { closes: true },
    )
  },
}

const join = (url: string, path: string): string => {
  const at = new URL(path, url)
  at.pathname = `${new URL(url).pathname.replace(/\/$/, '')}${at.pathname}`
  return at.href
}

const priorities: Readonly<Record<Severity, string>> = {
  info: 'P5',
  low: 'P4',
  medium: 'P3',
  high: 'P2',
  critical: 'P1',
}

const toCalls = (
  notification: Notification,
): readonly { readonly path: string; readonly method?: 'PUT'; readonly body: object }[] => {
  const { incident, reason } = notification
  const view = toIncidentView(notification)
  const alias = `vedette-${incident.id}`
  const at = (action: string) => `/v2/alerts/${encodeURIComponent(alias)}/${action}?identifierType=alias`
  if (!isOpenIncident(incident)) {
    return [{ path: at('close'), body: { source: 'Vedette', note: [view.change, ...view.changes].join('\n') } }]
  }
  const priority = priorities[incident.severity]
  const create = {
    path: '/v2/alerts',
    body: {
      message: cutText(`${view.id}: ${view.title}`, mostMessage),
      alias,
      description: toPlainMessage(view),
      priority,
      source: 'Vedette',
      tags: [view.severity, ...(incident.types ?? [])].slice(0, 20),
      details: Object.fromEntries(view.facts.map(({ label, value }) => [label, value])),
    },
  }
  // A repeated alert with the same alias keeps its priority.
  return reason === 'severity_raised' ? [create, { path: at('priority'), method: 'PUT', body: { priority } }] : [create]
}
