import { styleText } from 'node:util'
import type { Environment } from '../../config/environment.ts'
import type { Severity } from '../../schema/severity.ts'

type Style = Parameters<typeof styleText>[0]

/** Colours a text, or leaves it as it is. Never the only carrier of a meaning. */
export type Paint = (style: Style, text: string) => string

/** Tells whether to colour: people said so, or it is a terminal that can. */
export const wantsColour = (env: Environment, isTty: boolean, noColour: boolean): boolean => {
  if (noColour || env.NO_COLOR || env.TERM === 'dumb') return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0'
  return isTty
}

export const createPaint = (colour: boolean): Paint =>
  colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text

export const severityStyle: Readonly<Record<Severity, Style>> = {
  critical: ['bold', 'red'],
  high: 'red',
  medium: 'yellow',
  low: 'blue',
  info: 'gray',
}

/** A shape for each severity, for those who see no colours. */
export const severityShape: Readonly<Record<Severity, string>> = {
  critical: '■',
  high: '▲',
  medium: '◆',
  low: '●',
  info: '○',
}

// Controls, terminal sequences, and characters that reorder or hide what stands around them.
const dangerous =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/** Makes text from outside safe to print: what could move the cursor, colour, hide or reorder shows as what it is. */
export const visible = (text: string): string =>
  text.replaceAll(dangerous, (character) => {
    if (character === '\t') return '  '
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const marks = /\p{Mark}/gu

/** Counts the columns that a text takes, near enough: marks none, wide characters two. */
export const widthOf = (text: string): number => {
  let width = 0
  for (const character of text.replaceAll(marks, '')) width += wide.test(character) ? 2 : 1
  return width
}

/** Cuts a text to a number of columns, with `…` where something is missing. */
export const cut = (text: string, columns: number): string => {
  if (widthOf(text) <= columns) return text
  let kept = ''
  let width = 0
  for (const character of text) {
    width += widthOf(character)
    if (width > columns - 1) break
    kept += character
  }
  return `${kept}…`
}

export const padEnd = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - widthOf(text)))

/** Breaks a text into lines of at most so many columns, at blanks where there are any. */
export const wrap = (text: string, columns: number): readonly string[] => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).flatMap((whole) => pieces(whole, columns))) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return line === '' ? lines : [...lines, line]
}

const pieces = (word: string, columns: number): readonly string[] => {
  if (widthOf(word) <= columns) return [word]
  const parts: string[] = []
  let part = ''
  for (const character of word) {
    if (widthOf(part) + widthOf(character) > columns) {
      parts.push(part)
      part = ''
    }
    part += character
  }
  return [...parts, part]
}

/** Writes a number for people: `412 883`. */
export const count = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ' ')

/** Writes a number with its noun: `1 line`, `2 lines`. */
export const counted = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`

/** Prints rows as columns, the last one cut at the edge. */
export const table = (
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  paint: Paint,
): string => {
  const cells = rows.map((row) => row.map(visible))
  const widths = headings.map((heading, i) => Math.max(widthOf(heading), ...cells.map((row) => widthOf(row[i] ?? ''))))
  const draw = (row: readonly string[]) => {
    const line = row.map((cell, i) => (i === row.length - 1 ? cell : padEnd(cell, widths[i] ?? 0))).join('  ')
    return cut(line, width).trimEnd()
  }
  return [paint('dim', draw(headings)), ...cells.map(draw)].join('\n')
}
