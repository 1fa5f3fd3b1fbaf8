import { z } from 'zod'
import type { Component } from '../../../../component.ts'
import type { Severity } from '../../../../schema/severity.ts'
import { toIncidentView } from '../../incident-view.ts'
import { cutText } from '../../plain.ts'
import { headerSecret, receiverUrl } from '../../receiver-url.ts'
import type { Notification, Sink } from '../../sink.ts'
import { createJsonApi } from '../json-api.ts'
import { toCommentMarkdown, toIssueMarkdown } from './issue-markdown.ts'
import { createIssueSink, issueMark, issueTitle } from './issue-sink.ts'

const options = z.strictObject({
  url: receiverUrl.describe('TheHive 5: `https://thehive.example.com`.'),
  api_key: headerSecret.meta({
    description: 'The API key of an account that may write alerts or cases.',
    secret: true,
  }),
  organisation: headerSecret.optional().describe("The organisation, if not the account's default."),
  create: z.enum(['alert', 'case']).default('alert').describe('Whether to create alerts or cases.'),
  closed_status: z
    .string()
    .min(1)
    .optional()
    .describe('The status of a closed entry; by default `Ignored` for alerts, and for cases the resolution.'),
  reopened_status: z
    .string()
    .min(1)
    .optional()
    .describe('The status of a reopened entry; by default `New` for alerts and `InProgress` for cases.'),
  tags: z.array(z.string().min(1).max(100)).max(20).default([]).describe('Further tags.'),
  tlp: z
    .int()
    .min(0)
    .max(4)
    .default(2)
    .describe('The Traffic Light Protocol: 0 clear, 1 green, 2 amber, 3 amber+strict, 4 red.'),
})

const mostTitle = 512
const levels: Readonly<Record<Severity, number>> = { info: 1, low: 1, medium: 2, high: 3, critical: 4 }
const created = z.looseObject({ _id: z.string() })
const anything = z.unknown()
const messages = z.array(z.looseObject({ message: z.string() }))

/** Keeps one alert or case per incident in TheHive 5. */
export const thehiveSink: Component<typeof options, Sink> = {
  name: 'thehive',
  summary: 'Creates an alert or a case in TheHive 5, comments on changes, and closes it when the incident is over.',
  options,
  create({ url, api_key, organisation, create: kind, tags, tlp, closed_status, reopened_status }, { fetch }) {
    const call = createJsonApi({
      fetch,
      url: `${url.replace(/\/+$/, '')}/api/v1`,
      headers: {
        authorization: `Bearer ${api_key}`,
        ...(organisation !== undefined && { 'x-organisation': organisation }),
      },
    })
    const nouns = kind === 'alert' ? { list: 'listAlert', get: 'getAlert' } : { list: 'listCase', get: 'getCase' }
    const toEntry = (notification: Notification) => {
      const { incident } = notification
      const view = toIncidentView(notification)
      return {
        title: cutText(issueTitle(view), mostTitle),
        description: toIssueMarkdown(view, issueMark(notification)),
        severity: levels[view.severity],
        tlp,
        tags: [issueMark(notification), ...incident.techniques, ...tags],
        ...(kind === 'alert' && {
          type: incident.types?.[0] ?? 'anomaly',
          source: 'vedette',
          // Unique: TheHive refuses a second alert with the same reference.
          sourceRef: incident.id,
          ...(view.link !== undefined && { externalLink: view.link }),
          observables: addressesOf(notification).map((data) => ({ dataType: 'ip', data })),
        }),
      }
    }
    const query = (...steps: readonly object[]) => ({ method: 'POST' as const, path: '/query', body: { query: steps } })
    return createIssueSink({
      preview: toEntry,
      async find(notification, signal) {
        const isOurs = { _name: 'filter', _eq: { _field: 'tags', _value: issueMark(notification) } }
        const first = { _name: 'page', from: 0, to: 1 }
        const found = await call({ ...query({ _name: nouns.list }, isOurs, first), answer: z.array(created) }, signal)
        return found?.[0]?._id
      },
      async create(notification, signal) {
        const answer = await call(
          { method: 'POST', path: `/${kind}`, body: toEntry(notification), answer: created },
          signal,
        )
        return answer?._id ?? ''
      },
      async comments(id, signal) {
        const path = `/${kind}/${encodeURIComponent(id)}`
        const known = await call({ method: 'GET', path, answer: created, missing: [404] }, signal)
        if (!known) return undefined
        const steps = [{ _name: nouns.get, idOrName: id }, { _name: 'comments' }, { _name: 'page', from: 0, to: 200 }]
        const found = await call({ ...query(...steps), answer: messages }, signal)
        return found?.map(({ message }) => message)
      },
      async comment(id, comment, signal) {
        const body = { message: toCommentMarkdown(comment) }
        await call({ method: 'POST', path: `/${kind}/${id}/comment`, body, answer: anything }, signal)
      },
      async setOpen(id, isOpen, notification, signal) {
        const reopened = reopened_status ?? (kind === 'alert' ? 'New' : 'InProgress')
        const status = isOpen ? reopened : (closed_status ?? closedStatus(kind, notification))
        const body = { status, severity: levels[notification.incident.severity] }
        await call({ method: 'PATCH', path: `/${kind}/${id}`, body, answer: anything }, signal)
      },
    })
  },
}

const addressesOf = ({ incident: { address_roles = {} } }: Notification): readonly string[] => [
  ...new Set(Object.values(address_roles).flatMap((all = []) => all.map(({ ip }) => ip))),
]

/** The status that says how an incident ended. Alerts have one that every TheHive 5 knows, as their statuses can be changed. */
const closedStatus = (kind: 'alert' | 'case', { incident: { resolution } }: Notification): string => {
  if (kind === 'alert') return 'Ignored'
  return caseStatuses[resolution ?? ''] ?? 'Other'
}

const caseStatuses: Readonly<Record<string, string>> = {
  true_positive: 'TruePositive',
  false_positive: 'FalsePositive',
  duplicate: 'Duplicated',
}
