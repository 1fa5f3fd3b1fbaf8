import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { labelledRoles } from '../../../schema/address-roles.ts'
import type { Severity } from '../../../schema/severity.ts'
import { toFlatAlert } from '../flat-alert.ts'
import { toIncidentView } from '../incident-view.ts'
import { receiverUrl } from '../receiver-url.ts'
import type { Notification, Sink } from '../sink.ts'
import { post } from './post.ts'

const options = z.strictObject({
  url: receiverUrl.meta({ description: "The URL of Slack's incoming webhook.", secret: true }),
  footer: z.string().max(300).default('Log Anomaly Detection').describe('The footer of each message.'),
})

/** Posts to an incoming webhook of Slack or a compatible service (Mattermost, Rocket.Chat). */
export const slackSink: Component<typeof options, Sink> = {
  name: 'slack',
  summary: 'Posts each incident to a Slack channel.',
  options,
  create: ({ url, footer }, { fetch }) => ({
    async send(notification, signal) {
      const body = JSON.stringify(toSlack(notification, footer))
      const answer = await post({ fetch, url, headers: { 'content-type': 'application/json' }, body, signal })
      await answer.body?.cancel()
    },
    preview: (notification) => JSON.stringify(toSlack(notification, footer), null, 2),
  }),
}

const colours: Readonly<Record<Severity, string>> = {
  info: '#36a64f',
  low: '#36a64f',
  medium: '#ff9900',
  high: '#ff0000',
  critical: '#8b0000',
}

const toSlack = (notification: Notification, footer: string) => {
  const { incident } = notification
  const flat = toFlatAlert(notification)
  const { link } = toIncidentView(notification)
  const field = (title: string, value: string, short = true) => ({ title, value: disarm(value), short })
  return {
    attachments: [
      {
        color: colours[flat.severity],
        fallback: disarm(`${flat.incident} ${flat.severity}: ${flat.event}`),
        title: disarm(`${flat.incident}: ${flat.event}`),
        ...(link !== undefined && { title_link: link }),
        fields: [
          field('Severity', flat.severity),
          field('Score', flat.anomaly_score.toFixed(3)),
          field('User', flat.user ?? '-'),
          ...labelledRoles(incident.address_roles).map(({ label, value }) => field(titles[label] ?? label, value)),
          field('Event', flat.type),
          field('Action', flat.action),
          field('Message', flat.message, false),
        ],
        footer: disarm(footer),
        ts: Math.floor(Date.parse(incident.updated_at) / 1000),
        // Disable markup, because log lines are untrusted.
        mrkdwn_in: [],
      },
    ],
  }
}

/** Field titles that differ from the role's label. */
const titles: Readonly<Record<string, string>> = { Source: 'Source IP', Destination: 'Destination IP' }

/** Escapes Slack's three control characters. Even without markup, `<!channel>` would notify everybody. */
const disarm = (text: string): string =>
  text.slice(0, mostText).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const mostText = 3_000
