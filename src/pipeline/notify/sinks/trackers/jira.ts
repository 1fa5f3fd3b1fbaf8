import { z } from 'zod'
import type { Component } from '../../../../component.ts'
import { AppError } from '../../../../errors.ts'
import { toIncidentView } from '../../incident-view.ts'
import { cutText } from '../../plain.ts'
import { headerSecret, receiverUrl } from '../../receiver-url.ts'
import type { Notification, Sink } from '../../sink.ts'
import { createJsonApi } from '../json-api.ts'
import { createIssueSink, issueMark, issueTitle } from './issue-sink.ts'
import { type JiraText, jiraDocument, jiraMarkup, toJiraComment, toJiraDescription } from './jira-text.ts'

const options = z
  .strictObject({
    url: receiverUrl.describe('Jira: `https://example.atlassian.net`.'),
    project: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{0,254}$/, 'expected the key of a project, such as SEC')
      .describe('The key of the project.'),
    edition: z
      .enum(['cloud', 'server'])
      .default('cloud')
      .describe('`cloud` uses the REST API v3, `server` v2, as Jira Data Center does.'),
    email: z.email().optional().describe('The account of `token`, in the cloud.'),
    token: headerSecret.meta({
      description: 'An API token of the account `email`; without `email`, a personal access token of Jira Server.',
      secret: true,
    }),
    issue_type: z.string().min(1).max(100).default('Task').describe('The type of new issues.'),
    labels: z
      .array(z.string().regex(/^\S{1,255}$/, 'must not contain a space'))
      .max(20)
      .default([])
      .describe('Further labels of new issues.'),
    close_transition: z
      .string()
      .min(1)
      .optional()
      .describe('The transition that closes an issue; by default the first one to a status of the category Done.'),
    reopen_transition: z
      .string()
      .min(1)
      .optional()
      .describe('The transition that reopens an issue; by default the first one to a status of another category.'),
  })
  .refine(({ edition, email }) => edition === 'server' || email !== undefined, {
    message: 'is needed in the cloud',
    path: ['email'],
  })

const mostSummary = 255
const anything = z.unknown()
const status = z.looseObject({ statusCategory: z.looseObject({ key: z.string() }) })
const comments = z.looseObject({ comments: z.array(z.looseObject({ body: z.unknown() })) })
const transitions = z.looseObject({
  transitions: z.array(z.looseObject({ id: z.string(), name: z.string(), to: status })),
})

/** Keeps one issue per incident in a Jira project. */
export const jiraSink: Component<typeof options, Sink> = {
  name: 'jira',
  summary: 'Opens a Jira issue, comments on changes, and closes it when the incident is over.',
  options,
  create({ url, project, edition, email, token, issue_type, labels, close_transition, reopen_transition }, { fetch }) {
    const authorization =
      email === undefined ? `Bearer ${token}` : `Basic ${Buffer.from(`${email}:${token}`).toString('base64')}`
    const isCloud = edition === 'cloud'
    const text: JiraText = isCloud ? jiraDocument : jiraMarkup
    const call = createJsonApi({
      fetch,
      url: `${url.replace(/\/+$/, '')}/rest/api/${isCloud ? 3 : 2}`,
      headers: { authorization },
    })
    const markOf = (notification: Notification) => issueMark(notification).replaceAll(/[\s"\\]/g, '-')
    const toIssue = (notification: Notification) => {
      const view = toIncidentView(notification)
      return {
        fields: {
          project: { key: project },
          issuetype: { name: issue_type },
          summary: cutText(issueTitle(view), mostSummary),
          description: toJiraDescription(view, text),
          labels: [markOf(notification), ...labels],
        },
      }
    }
    const move = async (id: string, isOpen: boolean, signal: AbortSignal): Promise<void> => {
      const path = `/issue/${id}/transitions`
      const wanted = isOpen ? reopen_transition : close_transition
      const found = await call({ method: 'GET', path, answer: transitions }, signal)
      const next = found?.transitions.find(({ name, to }) =>
        wanted === undefined ? (to.statusCategory.key === 'done') !== isOpen : name === wanted,
      )
      if (!next) throw noTransition(id, isOpen)
      await call({ method: 'POST', path, body: { transition: { id: next.id } }, answer: anything }, signal)
    }
    return createIssueSink({
      preview: toIssue,
      async find(notification, signal) {
        const jql = `project = "${project}" AND labels = "${markOf(notification)}"`
        const found = await call(
          {
            method: 'POST',
            path: isCloud ? '/search/jql' : '/search',
            body: { jql, maxResults: 1, fields: ['status'] },
            answer: z.looseObject({ issues: z.array(z.looseObject({ key: z.string() })) }),
          },
          signal,
        )
        return found?.issues[0]?.key
      },
      async create(notification, signal) {
        const answer = z.looseObject({ key: z.string() })
        const created = await call({ method: 'POST', path: '/issue', body: toIssue(notification), answer }, signal)
        return created?.key ?? ''
      },
      async comments(id, signal) {
        const path = `/issue/${encodeURIComponent(id)}/comment?orderBy=-created&maxResults=50`
        const found = await call({ method: 'GET', path, answer: comments, missing: [404] }, signal)
        return found?.comments.map(({ body }) => JSON.stringify(body).replaceAll('\\', ''))
      },
      async comment(id, comment, signal) {
        const body = { body: toJiraComment(comment, text) }
        await call({ method: 'POST', path: `/issue/${id}/comment`, body, answer: anything }, signal)
      },
      async setOpen(id, isOpen, _notification, signal) {
        const answer = z.looseObject({ fields: z.looseObject({ status }) })
        const issue = await call({ method: 'GET', path: `/issue/${id}?fields=status`, answer }, signal)
        const isDone = issue?.fields.status.statusCategory.key === 'done'
        if (isDone === isOpen) await move(id, isOpen, signal)
      },
    })
  },
}

const noTransition = (id: string, isOpen: boolean): AppError =>
  new AppError('SINK_REJECTED', `Jira has no transition that ${isOpen ? 'reopens' : 'closes'} ${id}.`, {
    hint: `Name one in ${isOpen ? 'reopen_transition' : 'close_transition'}, and let the account use it.`,
  })
