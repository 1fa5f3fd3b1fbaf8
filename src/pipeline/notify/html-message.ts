import { type IncidentView, listsOf, messageHeading } from './incident-view.ts'
import { escapeHtml } from './markup.ts'
import { resolvedColour, severityColours } from './severity-colours.ts'

const font = 'font-family:Helvetica,Arial,sans-serif;font-size:14px;line-height:20px;color:#1f2328'
const muted = 'color:#5b6472'
const code =
  'margin:0 0 4px;padding:6px 8px;background:#f6f8fa;font-family:Menlo,Consolas,monospace;font-size:12px;white-space:pre-wrap;word-break:break-word'

/** Renders a message as an HTML document for mail programs: inline styles, one table, no images and no scripts. */
export const toHtmlMessage = (view: IncidentView): string => {
  const { reason, severity, rating, cause, facts, evidence, link } = view
  const colour = reason === 'resolved' ? resolvedColour : severityColours[severity]
  const lists = [...(evidence.length > 0 ? [`${heading('Evidence')}${evidence.map(toCode).join('')}`] : [])]
  for (const { title, items } of listsOf(view)) {
    lists.push(`${heading(title)}<ul style="margin:0;padding-left:20px">${items.map(toItem).join('')}</ul>`)
  }
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(messageHeading(view))}</title></head>`,
    `<body style="margin:0;padding:16px;${font}">`,
    `<div style="max-width:640px;border-left:4px solid ${colour};padding-left:16px">`,
    `<h1 style="margin:0;font-size:18px;line-height:24px">${escapeHtml(messageHeading(view))}</h1>`,
    `<p style="margin:4px 0 12px;${muted}">${escapeHtml(rating)}</p>`,
    `<p style="margin:0 0 12px">${escapeHtml(cause)}</p>`,
    `<table role="presentation" cellpadding="0" cellspacing="0" style="${font}">`,
    ...facts.map(
      ({ label, value }) =>
        `<tr><td style="padding-right:16px;${muted}">${escapeHtml(label)}</td><td>${escapeHtml(value)}</td></tr>`,
    ),
    '</table>',
    ...lists,
    ...(link === undefined
      ? []
      : [`<p style="margin:16px 0 0"><a href="${escapeHtml(link)}" style="color:#0a5fb4">Open incident</a></p>`]),
    '</div></body></html>',
  ].join('\n')
}

const heading = (title: string): string => `<h2 style="margin:16px 0 4px;font-size:14px">${escapeHtml(title)}</h2>`
const toCode = (line: string): string => `<pre style="${code}">${escapeHtml(line)}</pre>`
const toItem = (item: string): string => `<li>${escapeHtml(item)}</li>`
