/** A cell that cannot be taken as it is; the message says why, without its column. */
export class CellFault extends Error {
  /** As the file writes it. */
  column = ''
}

const longest = 500
const mostEntries = 256

/** Reads a text; what cannot be shown in a line is refused. */
export const toText = (cell: string): string => {
  if (cell.length > longest) throw new CellFault(`is longer than ${longest} characters`)
  if (/\p{Cc}/u.test(cell)) throw new CellFault('holds control characters')
  return cell
}

/** Reads a list whose entries stand apart by semicolons, commas, bars or line ends; of `words`, by blanks as well. */
export const toList = (cell: string, kind: 'words' | 'texts'): string[] => {
  const parts = cell.split(kind === 'words' ? /[;,|\s]+/ : /[;,|\n]/).map((part) => part.trim())
  const entries = [...new Set(parts.filter((part) => part !== ''))]
  if (entries.length > mostEntries) throw new CellFault(`lists more than ${mostEntries} values`)
  return entries.map(toText)
}

/** Reads one of a few words, in their usual spellings. */
export const toChoice = <Choice extends string>(
  cell: string,
  choices: readonly Choice[],
  spellings: Readonly<Record<string, Choice>>,
): Choice => {
  const word = cell.toLowerCase().trim()
  const choice = choices.find((one) => one === word) ?? (Object.hasOwn(spellings, word) ? spellings[word] : undefined)
  if (choice !== undefined) return choice
  throw new CellFault(`is none of ${choices.join(', ')}: "${cell.slice(0, 40)}"`)
}

const states: Readonly<Record<string, 'yes' | 'no'>> = Object.fromEntries([
  ...['true', '1', 'y', 'active', 'enabled', 'in use', 'in service', 'operational', 'live', 'up'].map((word) => [
    word,
    'yes' as const,
  ]),
  ...[
    'false',
    '0',
    'n',
    'inactive',
    'disabled',
    'retired',
    'decommissioned',
    'terminated',
    'locked',
    'down',
    'left',
  ].map((word) => [word, 'no' as const]),
])

/** Reads whether something is in use: `yes`, `active`, `retired` … */
export const toActive = (cell: string): boolean => toChoice(cell, ['yes', 'no'], states) === 'yes'

/** Reads a whole number that is not negative. */
export const toCount = (cell: string): number => {
  if (/^\d{1,9}$/.test(cell)) return Number(cell)
  throw new CellFault(`is no number: "${cell.slice(0, 40)}"`)
}

/** Reads a moment into ISO 8601. */
export const toMoment = (cell: string): string => {
  const time = /^\d{4}-\d\d-\d\d/.test(cell) ? Date.parse(cell) : Number.NaN
  if (Number.isFinite(time)) return new Date(time).toISOString()
  throw new CellFault(`is no time like 2026-03-01 or 2026-03-01T08:00:00Z: "${cell.slice(0, 40)}"`)
}
