import { type IncidentView, linkLabelOf, listsOf } from '../../incident-view.ts'
import { escapeCode, escapeMarkdown } from '../../markup.ts'
import type { IssueComment } from './issue-sink.ts'

/** An invisible break, so that `#12`, `!12` and `@team` refer to nothing. */
const gap = '\u200b'

/** Disarms references to issues, people, labels and milestones, and commands at the start of a text. */
export const escapeReferences = (text: string): string =>
  text
    .replace(/[#!~%&$@](?=["'\w])/g, `$&${gap}`)
    .replace(/^\s*\//, `${gap}/`)
    .replace(/\b(https?|www)(?=:\/\/|\.)/gi, `$1${gap}`)

/** Escapes a text for the Markdown of GitHub, GitLab and TheHive, which may contain HTML. */
export const escapeIssueText = (text: string): string =>
  escapeMarkdown(escapeReferences(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;'))

/** Renders an incident in Markdown. */
export const toIssueMarkdown = (view: IncidentView, mark: string): string => {
  const { rating, cause, facts, evidence, link } = view
  return [
    `**${escapeIssueText(rating)}**`,
    '',
    escapeIssueText(cause),
    ...(link === undefined ? [] : ['', `[${linkLabelOf(view)}](${encodeURI(link)})`]),
    ...(facts.length === 0
      ? []
      : ['', ...facts.map(({ label, value }) => `- ${label}: **${escapeIssueText(value)}**`)]),
    ...(evidence.length === 0 ? [] : ['', '```text', ...evidence.map(escapeCode), '```']),
    ...listsOf(view).flatMap(({ title, items }) => ['', `**${title}**`, '', ...items.map(toItem)]),
    '',
    hidden(mark),
  ].join('\n')
}

/** Renders a comment in Markdown. */
export const toCommentMarkdown = ({ heading, lines, mark }: IssueComment): string =>
  [`**${escapeIssueText(heading)}**`, ...(lines.length === 0 ? [] : ['', ...lines.map(toItem)]), '', hidden(mark)].join(
    '\n',
  )

const toItem = (text: string): string => `- ${escapeIssueText(text)}`

/** A comment of HTML, which readers do not see. */
const hidden = (mark: string): string => `<!-- ${mark.replaceAll('-->', '')} -->`
