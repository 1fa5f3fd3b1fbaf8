import { escapeHtml } from '../markup.ts'
import { severityColours } from '../severity-colours.ts'
import type { DigestPage, DigestRow } from './digest-page.ts'

const font = 'font-family:Helvetica,Arial,sans-serif;font-size:14px;line-height:20px;color:#1f2328'
const muted = 'color:#5b6472'

/** Renders a digest as an HTML document for mail programs: inline styles, tables, no images and no scripts. */
export const toDigestHtml = ({ name, days, summary, sections, link }: DigestPage): string =>
  [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(`${name} · ${days}`)}</title></head>`,
    `<body style="margin:0;padding:16px;background:#ffffff;${font}">`,
    '<div style="max-width:680px;margin:0 auto">',
    `<h1 style="margin:0;font-size:20px;line-height:28px">${escapeHtml(name)} <span style="font-weight:normal;${muted}">${escapeHtml(days)}</span></h1>`,
    `<p style="margin:4px 0 0">${escapeHtml(summary)}</p>`,
    ...sections.map(({ title, rows }) =>
      [
        `<h2 style="margin:20px 0 4px;font-size:13px;${muted};border-bottom:1px solid #d8dde4">${escapeHtml(title)}</h2>`,
        `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="${font}">`,
        ...rows.map(toRow),
        '</table>',
      ].join('\n'),
    ),
    ...(link === undefined
      ? []
      : [`<p style="margin:20px 0 0"><a href="${escapeHtml(link)}" style="color:#0a5fb4">Open Vedette</a></p>`]),
    '</div></body></html>',
  ].join('\n')

const toRow = ({ id, severity, text, note, link }: DigestRow): string => {
  const edge = severity === undefined ? 'transparent' : severityColours[severity]
  const label = id === undefined ? '' : `<b>${escapeHtml(id)}</b> `
  const name = link === undefined ? label : `<a href="${escapeHtml(link)}" style="color:#0a5fb4">${label.trim()}</a> `
  const level = severity === undefined ? '' : `<span style="${muted}">${escapeHtml(severity)}</span> `
  return [
    `<tr><td style="padding:3px 0 3px 10px;border-left:4px solid ${edge};word-break:break-word">`,
    `${name}${level}${escapeHtml(text)}`,
    note === undefined ? '' : `<div style="font-size:13px;${muted}">${escapeHtml(note)}</div>`,
    '</td></tr>',
  ].join('')
}
