import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { labelledRoles } from '../../../schema/detection/address-roles.ts'
import type { Severity } from '../../../schema/severity.ts'
import type { DigestPage } from '../digest/digest-page.ts'
import { toFlatAlert } from '../flat-alert.ts'
import { type IncidentView, listsOf, toIncidentView } from '../incident-view.ts'
import { toPlainLine } from '../plain.ts'
import { toPlainMessage } from '../plain-message.ts'
import { receiverUrl } from '../receiver-url.ts'
import { resolvedColour } from '../severity-colours.ts'
import type { Notification, Sink } from '../sink.ts'
import { post } from './post.ts'
import { createSlackApp } from './slack-app.ts'

const options = z
  .strictObject({
    url: receiverUrl.optional().meta({ description: "The URL of Slack's incoming webhook.", secret: true }),
    token: z
      .string()
      .regex(/^xox[a-z]-[\w-]+$/, 'expected the token of a Slack app, such as xoxb-…')
      .optional()
      .meta({
        description: 'The bot token of a Slack app, instead of `url`. It needs the scope chat:write.',
        secret: true,
      }),
    channel: z
      .string()
      .regex(/^[CGD][A-Z0-9]{6,}$|^#?[\w.-]{1,80}$/, 'expected the ID of a channel, such as C0123456789')
      .optional()
      .describe('The channel of the app: its ID, or `#name`. The app must be a member.'),
    signing_secret: z
      .string()
      .regex(/^[\da-f]{16,128}$/, 'expected the signing secret of a Slack app')
      .optional()
      .meta({
        description: 'The signing secret of the app. Messages get buttons to acknowledge and close incidents.',
        secret: true,
      }),
    users: z
      .record(z.string().regex(/^[UW][A-Z0-9]+$/, 'expected the ID of a user, such as U0123456789'), z.string().min(1))
      .default({})
      .describe(
        'The people who may use the buttons: accounts of Vedette by the ID of the Slack user, `{ U0123456789: kim }`.',
      ),
    api: receiverUrl.default('https://slack.com/api').describe('The URL of the Web API.'),
    footer: z.string().max(300).default('Log Anomaly Detection').describe('The footer of each message.'),
  })
  .refine(({ url, token }) => (url === undefined) !== (token === undefined), {
    message: 'give either url or token',
    path: ['url'],
  })
  .refine(({ token, channel }) => (token === undefined) === (channel === undefined), {
    message: 'give token and channel, or neither',
    path: ['channel'],
  })
  .refine(({ token, signing_secret }) => token !== undefined || signing_secret === undefined, {
    message: 'needs token and channel',
    path: ['signing_secret'],
  })

/** Posts to an incoming webhook of Slack or a compatible service (Mattermost, Rocket.Chat). */
export const slackSink: Component<typeof options, Sink> = {
  name: 'slack',
  summary: 'Posts each incident to a Slack channel.',
  options,
  create({ url, token, channel, api, footer, signing_secret, users }, runtime) {
    const { fetch } = runtime
    if (url === undefined) {
      const attach = (notification: Notification) => toSlack(notification, footer)
      return createSlackApp(
        { token: token ?? '', channel: channel ?? '', api, attach, disarm, signingSecret: signing_secret, users },
        runtime,
      )
    }
    return {
      async send(notification, signal) {
        const body = JSON.stringify(toSlack(notification, footer))
        const answer = await post({ fetch, url, headers: { 'content-type': 'application/json' }, body, signal })
        await answer.body?.cancel()
      },
      preview: (notification) => JSON.stringify(toSlack(notification, footer), null, 2),
    }
  },
}

const colours: Readonly<Record<Severity, string>> = {
  info: '#36a64f',
  low: '#36a64f',
  medium: '#ff9900',
  high: '#ff0000',
  critical: '#8b0000',
}

/** Slack shows plain text as it is, apart from its three control characters. */
const toSlackDigest = (digest: DigestPage, view: IncidentView) => ({
  text: disarm(`${digest.name} · ${digest.days}`),
  attachments: [{ fallback: disarm(digest.summary), text: disarm(toPlainMessage(view)), mrkdwn_in: [] }],
})

const toSlack = (notification: Notification, footer: string) => {
  if (notification.digest) return toSlackDigest(notification.digest, toIncidentView(notification))
  const { incident } = notification
  const flat = toFlatAlert(notification)
  const view = toIncidentView(notification)
  const { link } = view
  const field = (title: string, value: string, short = true) => ({ title, value: disarm(value), short })
  return {
    attachments: [
      {
        color: notification.reason === 'resolved' ? resolvedColour : colours[flat.severity],
        fallback: disarm(`${flat.incident} ${flat.severity}: ${flat.event}`),
        title: disarm(`${flat.incident}: ${flat.event}`),
        ...(link !== undefined && { title_link: link }),
        text: disarm(toDetails(view)),
        fields: [
          field('Severity', flat.severity),
          field('Score', flat.anomaly_score.toFixed(3)),
          field('User', flat.user ?? '-'),
          ...labelledRoles(incident.address_roles).map(({ label, value }) => field(titles[label] ?? label, value)),
          field('Event', flat.type),
          field('Action', flat.action),
          ...(incident.assignee === null ? [] : [field('Assigned to', toPlainLine(incident.assignee))]),
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

/** The parts of a message that have no fields: host, times, evidence, reasons, changes and next steps. */
const toDetails = (view: IncidentView): string =>
  [
    view.facts
      .filter(({ label }) => detailLabels.has(label))
      .map(({ label, value }) => `${label}: ${value}`)
      .join(' · '),
    ...view.evidence,
    ...listsOf(view).flatMap(({ title, items }) => [`${title}:`, ...items.map((item) => `• ${item}`)]),
  ].join('\n')

const detailLabels = new Set(['Host', 'Since', 'Last seen', 'Events'])

/** Field titles that differ from the role's label. */
const titles: Readonly<Record<string, string>> = { Source: 'Source IP', Destination: 'Destination IP' }

/** Escapes Slack's three control characters. Even without markup, `<!channel>` would notify everybody. */
const disarm = (text: string): string =>
  text.slice(0, mostText).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const mostText = 3_000
