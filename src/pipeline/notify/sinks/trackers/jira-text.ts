import { type IncidentView, linkLabelOf, listsOf } from '../../incident-view.ts'
import type { IssueComment } from './issue-sink.ts'

/** A form of rich text. Each function takes plain text, and escapes it if the form has markup. */
export interface JiraText {
  document(blocks: readonly unknown[]): unknown
  paragraph(text: string): unknown
  strong(text: string): unknown
  link(label: string, url: string): unknown
  code(lines: readonly string[]): unknown
  list(items: readonly string[]): unknown
}

const node = (text: string, marks?: readonly object[]) => ({ type: 'text', text, ...(marks && { marks }) })
const block = (...content: readonly object[]) => ({ type: 'paragraph', content })

/** The Atlassian Document Format of the REST API v3. Its texts have no markup. */
export const jiraDocument: JiraText = {
  document: (content) => ({ version: 1, type: 'doc', content }),
  paragraph: (text) => block(node(text)),
  strong: (text) => block(node(text, [{ type: 'strong' }])),
  link: (label, href) => block(node(label, [{ type: 'link', attrs: { href } }])),
  code: (lines) => ({ type: 'codeBlock', attrs: { language: 'text' }, content: [node(lines.join('\n'))] }),
  list: (items) => ({
    type: 'bulletList',
    content: items.map((item) => ({ type: 'listItem', content: [block(node(item))] })),
  }),
}

const gap = '\u200b'
/** Escapes the markup of Jira, and disarms mentions and what means something at the start of a line. */
const escapeMarkup = (text: string): string =>
  text
    .replace(/[\\{}[\]*_+^~|!?#-]/g, '\\$&')
    .replaceAll('@', `@${gap}`)
    .replace(/^(?=h[1-6]\.|bq\.)/, gap)

/** The wiki markup of the REST API v2. */
export const jiraMarkup: JiraText = {
  document: (blocks) => blocks.join('\n\n'),
  paragraph: escapeMarkup,
  strong: (text) => `*${escapeMarkup(text)}*`,
  link: (label, url) => `[${escapeMarkup(label)}|${encodeURI(url).replaceAll('|', '%7C')}]`,
  code: (lines) => `{noformat}\n${lines.join('\n').replaceAll('{', `{${gap}`)}\n{noformat}`,
  list: (items) => items.map((item) => `* ${escapeMarkup(item)}`).join('\n'),
}

/** Renders an incident. */
export const toJiraDescription = (view: IncidentView, text: JiraText): unknown => {
  const { rating, cause, facts, evidence, link } = view
  return text.document([
    text.strong(rating),
    text.paragraph(cause),
    ...(link === undefined ? [] : [text.link(linkLabelOf(view), link)]),
    ...(facts.length === 0 ? [] : [text.list(facts.map(({ label, value }) => `${label}: ${value}`))]),
    ...(evidence.length === 0 ? [] : [text.code(evidence)]),
    ...listsOf(view).flatMap(({ title, items }) => [text.strong(title), text.list(items)]),
  ])
}

/** Renders a comment. Jira has no hidden text: its mark is the last paragraph. */
export const toJiraComment = ({ heading, lines, mark }: IssueComment, text: JiraText): unknown =>
  text.document([text.strong(heading), ...(lines.length === 0 ? [] : [text.list(lines)]), text.paragraph(mark)])
