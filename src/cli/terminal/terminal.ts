import { styleText } from 'node:util'
import type { Environment } from '../../config/environment.ts'
import { plural } from '../../lib/units/number.ts'
import type { Severity } from '../../schema/severity.ts'

type Style = Parameters<typeof styleText>[0]

/** Colours a text, or returns it unchanged. Meaning must never depend on colour alone. */
export type Paint = (style: Style, text: string) => string

/** Whether to use colours: as the user asked, else if the terminal supports them. */
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

/** A shape for each severity, for readers who see no colours. */
export const severityShape: Readonly<Record<Severity, string>> = {
  critical: '■',
  high: '▲',
  medium: '◆',
  low: '●',
  info: '○',
}

// Control characters, terminal sequences, and characters that reorder or hide the text around them.
const dangerous =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must match here
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/** Makes untrusted text safe to print: escapes characters that move the cursor, colour, hide or reorder text. */
export const visible = (text: string): string =>
  text.replaceAll(dangerous, (character) => {
    if (character === '\t') return '  '
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const marks = /\p{Mark}/gu

/** Estimates the columns a text occupies: combining marks none, wide characters two. */
export const widthOf = (text: string): number => {
  let width = 0
  for (const character of text.replaceAll(marks, '')) width += wide.test(character) ? 2 : 1
  return width
}

/** Truncates a text to a number of columns, ending in `…`. */
export const truncate = (text: string, columns: number): string => {
  if (widthOf(text) <= columns) return text
  let shown = ''
  let width = 0
  for (const character of text) {
    width += widthOf(character)
    if (width > columns - 1) break
    shown += character
  }
  return `${shown}…`
}

export const padEnd = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - widthOf(text)))

/** Wraps a text to a number of columns, at spaces where possible. */
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

/** Formats a number: `412 883`. */
export const formatCount = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ' ')

/** Formats a number with its noun: `1 line`, `2 lines`. */
export const counted = (value: number, noun: string, nouns?: string): string => plural(value, noun, nouns, formatCount)

/** Renders rows as columns, and truncates the last column at the edge. */
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
    return truncate(line, width).trimEnd()
  }
  return [paint('dim', draw(headings)), ...cells.map(draw)].join('\n')
}
