import { z } from 'zod'
import type { Component } from '../../../../component.ts'
import { toIncidentView } from '../../incident-view.ts'
import { cutText } from '../../plain.ts'
import { headerSecret, receiverUrl } from '../../receiver-url.ts'
import type { Notification, Sink } from '../../sink.ts'
import { createJsonApi } from '../json-api.ts'
import { escapeReferences, toCommentMarkdown, toIssueMarkdown } from './issue-markdown.ts'
import { createIssueSink, issueMark, issueTitle } from './issue-sink.ts'

const options = z.strictObject({
  project: z
    .string()
    .regex(/^\d+$|^[\w.-]+(?:\/[\w.-]+)+$/, 'expected the ID of a project, or group/name')
    .describe('The project: its ID, or `group/name`.'),
  token: headerSecret.meta({ description: 'An access token with the scope `api`.', secret: true }),
  labels: z
    .array(
      z
        .string()
        .min(1)
        .max(50)
        .regex(/^[^,]+$/, 'must not contain a comma'),
    )
    .max(20)
    .default([])
    .describe('The labels of new issues.'),
  confidential: z.boolean().default(true).describe('Whether only members of the project see the issues.'),
  url: receiverUrl.default('https://gitlab.com').describe('The URL of GitLab.'),
})

const mostTitle = 255
const issue = z.looseObject({ iid: z.int(), description: z.string().nullish() })
const anything = z.unknown()

/** Keeps one issue per incident in a GitLab project. */
export const gitlabSink: Component<typeof options, Sink> = {
  name: 'gitlab',
  summary: 'Opens a GitLab issue, comments on changes, and closes it when the incident is over.',
  options,
  create({ project, token, labels, confidential, url }, { fetch }) {
    const call = createJsonApi({
      fetch,
      url: `${url.replace(/\/+$/, '')}/api/v4/projects/${encodeURIComponent(project)}`,
      headers: { 'private-token': token },
    })
    const toIssue = (notification: Notification) => {
      const view = toIncidentView(notification)
      const title = cutText(escapeReferences(issueTitle(view)), mostTitle)
      const description = toIssueMarkdown(view, issueMark(notification))
      return { title, description, labels: labels.join(','), confidential }
    }
    return createIssueSink({
      preview: toIssue,
      async find(notification, signal) {
        const path = '/issues?order_by=created_at&sort=desc&per_page=100'
        const newest = await call({ method: 'GET', path, answer: z.array(issue) }, signal)
        const mark = `<!-- ${issueMark(notification)} -->`
        return newest?.find(({ description }) => description?.includes(mark))?.iid.toString()
      },
      async create(notification, signal) {
        const created = await call(
          { method: 'POST', path: '/issues', body: toIssue(notification), answer: issue },
          signal,
        )
        return String(created?.iid)
      },
      async comments(id, signal) {
        const path = `/issues/${id}/notes?order_by=created_at&sort=desc&per_page=100`
        const shape = z.array(z.looseObject({ body: z.string() }))
        const found = await call({ method: 'GET', path, answer: shape, missing: [404] }, signal)
        return found?.map(({ body }) => body)
      },
      async comment(id, comment, signal) {
        const body = { body: toCommentMarkdown(comment) }
        await call({ method: 'POST', path: `/issues/${id}/notes`, body, answer: anything }, signal)
      },
      async setOpen(id, isOpen, _notification, signal) {
        const body = { state_event: isOpen ? 'reopen' : 'close' }
        await call({ method: 'PUT', path: `/issues/${id}`, body, answer: anything }, signal)
      },
    })
  },
}
