import { z } from 'zod'
import type { Component } from '../../../../component.ts'
import { day } from '../../../../lib/units/time.ts'
import { toIncidentView } from '../../incident-view.ts'
import { cutText } from '../../plain.ts'
import { headerSecret, receiverUrl } from '../../receiver-url.ts'
import type { Notification, Sink } from '../../sink.ts'
import { createJsonApi } from '../json-api.ts'
import { escapeReferences, toCommentMarkdown, toIssueMarkdown } from './issue-markdown.ts'
import { createIssueSink, issueMark, issueTitle } from './issue-sink.ts'

const options = z.strictObject({
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name')
    .describe('The repository, `owner/name`. Choose a private one: issues show log lines.'),
  token: headerSecret.meta({ description: 'A token that may read and write issues.', secret: true }),
  labels: z.array(z.string().min(1).max(50)).max(20).default([]).describe('The labels of new issues.'),
  url: receiverUrl
    .default('https://api.github.com')
    .describe('The URL of the API; of GitHub Enterprise `https://HOST/api/v3`.'),
})

const mostTitle = 256
const issue = z.looseObject({ number: z.int(), body: z.string().nullish() })
const anything = z.unknown()

/** Keeps one issue per incident in a GitHub repository. */
export const githubSink: Component<typeof options, Sink> = {
  name: 'github',
  summary: 'Opens a GitHub issue, comments on changes, and closes it when the incident is over.',
  options,
  create({ repository, token, labels, url }, { fetch, now }) {
    const headers = {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
    }
    const call = createJsonApi({ fetch, url: `${url.replace(/\/+$/, '')}/repos/${repository}`, headers })
    const toIssue = (notification: Notification) => {
      const view = toIncidentView(notification)
      const title = cutText(escapeReferences(issueTitle(view)), mostTitle)
      return { title, body: toIssueMarkdown(view, issueMark(notification)), labels }
    }
    return createIssueSink({
      preview: toIssue,
      async find(notification, signal) {
        const path = '/issues?state=all&sort=created&direction=desc&per_page=100'
        const newest = await call({ method: 'GET', path, answer: z.array(issue) }, signal)
        const mark = `<!-- ${issueMark(notification)} -->`
        return newest?.find(({ body }) => body?.includes(mark))?.number.toString()
      },
      async create(notification, signal) {
        const created = await call(
          { method: 'POST', path: '/issues', body: toIssue(notification), answer: issue },
          signal,
        )
        return String(created?.number)
      },
      async comments(id, signal) {
        // Oldest first, so that more than a page of old comments would hide the newest.
        const since = new Date(now() - day).toISOString()
        const path = `/issues/${id}/comments?per_page=100&since=${encodeURIComponent(since)}`
        const shape = z.array(z.looseObject({ body: z.string().nullish() }))
        const found = await call({ method: 'GET', path, answer: shape, missing: [404, 410] }, signal)
        return found?.map(({ body }) => body ?? '')
      },
      async comment(id, comment, signal) {
        const body = { body: toCommentMarkdown(comment) }
        await call({ method: 'POST', path: `/issues/${id}/comments`, body, answer: anything }, signal)
      },
      async setOpen(id, isOpen, { incident }, signal) {
        const dismissed = incident.resolution !== null && incident.resolution !== 'true_positive'
        const body = isOpen
          ? { state: 'open', state_reason: 'reopened' }
          : { state: 'closed', state_reason: dismissed ? 'not_planned' : 'completed' }
        await call({ method: 'PATCH', path: `/issues/${id}`, body, answer: anything }, signal)
      },
    })
  },
}
