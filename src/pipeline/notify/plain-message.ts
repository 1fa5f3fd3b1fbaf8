import { type IncidentView, listsOf, messageHeading } from './incident-view.ts'

/** Renders a message as plain text, without its heading: most important lines first, so that a receiver may cut the end. */
export const toPlainMessage = (view: IncidentView): string => {
  const { rating, cause, facts, evidence, link } = view
  return [
    rating,
    '',
    cause,
    ...(link === undefined ? [] : ['', link]),
    '',
    ...facts.map(({ label, value }) => `${label}: ${value}`),
    ...section('Evidence', evidence),
    ...listsOf(view).flatMap(({ title, items }) =>
      section(
        title,
        items.map((item) => `- ${item}`),
      ),
    ),
  ].join('\n')
}

/** Renders the heading and the message as plain text. */
export const toPlainText = (view: IncidentView): string => `${messageHeading(view)}\n\n${toPlainMessage(view)}\n`

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines]
