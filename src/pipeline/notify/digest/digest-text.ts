import type { DigestPage, DigestRow } from './digest-page.ts'

const width = 78

/** Renders a digest as plain text for a terminal or a mail, at most 78 columns wide. */
export const toDigestText = ({ name, days, summary, sections, link }: DigestPage): string =>
  `${[
    `${name} · ${days}`,
    '',
    ...wrap(summary, '', ''),
    ...sections.flatMap(({ title, rows }) => ['', title.toUpperCase(), ...rows.flatMap(toLines)]),
    ...(link === undefined ? [] : ['', link]),
  ].join('\n')}\n`

const toLines = ({ id, severity, text, note }: DigestRow): readonly string[] => {
  const mark = severity === undefined ? '' : `${severity.toUpperCase()} `
  return [
    ...wrap(`${id === undefined ? '' : `${id} `}${mark}${text}`, '  ', '    '),
    ...(note === undefined ? [] : wrap(note, '      ', '      ')),
  ]
}

/** Breaks a text at spaces; a word that is too long stays whole. */
const wrap = (text: string, indent: string, further: string): readonly string[] => {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    const next = line.trim() === '' ? `${line}${word}` : `${line} ${word}`
    if (next.length <= width || line.trim() === '') line = next
    else {
      lines.push(line)
      line = `${further}${word}`
    }
  }
  return [...lines, line]
}
