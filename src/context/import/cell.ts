/** An invalid cell. The message gives the reason, without the column. */
export class CellFault extends Error {
  /** The column name in the file. */
  column = ''
}

const maxLength = 500
const maxEntries = 256

/** Parses a text. Throws for control characters and long texts. */
export const cellText = (cell: string): string => {
  if (cell.length > maxLength) throw new CellFault(`is longer than ${maxLength} characters`)
  if (/\p{Cc}/u.test(cell)) throw new CellFault('contains control characters')
  return cell
}

/** Parses a list with entries separated by semicolons, commas, vertical bars or newlines; `words` also by spaces. */
export const toList = (cell: string, kind: 'words' | 'texts'): string[] => {
  const parts = cell.split(kind === 'words' ? /[;,|\s]+/ : /[;,|\n]/).map((part) => part.trim())
  const entries = [...new Set(parts.filter((part) => part !== ''))]
  if (entries.length > maxEntries) throw new CellFault(`has more than ${maxEntries} values`)
  return entries.map(cellText)
}

/** Parses one of several choices, or one of their other spellings. */
export const toChoice = <Choice extends string>(
  cell: string,
  choices: readonly Choice[],
  spellings: Readonly<Record<string, Choice>>,
): Choice => {
  const word = cell.toLowerCase().trim()
  const choice = choices.find((one) => one === word) ?? (Object.hasOwn(spellings, word) ? spellings[word] : undefined)
  if (choice !== undefined) return choice
  throw new CellFault(`must be one of ${choices.join(', ')}, not "${cell.slice(0, 40)}"`)
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

/** Parses whether something is active: `yes`, `active`, `retired` … */
export const toActive = (cell: string): boolean => toChoice(cell, ['yes', 'no'], states) === 'yes'

/** Parses a non-negative integer. */
export const toCount = (cell: string): number => {
  if (/^\d{1,9}$/.test(cell)) return Number(cell)
  throw new CellFault(`must be a number, not "${cell.slice(0, 40)}"`)
}

/** Parses a time and returns it as ISO 8601. */
export const toMoment = (cell: string): string => {
  const time = /^\d{4}-\d\d-\d\d/.test(cell) ? Date.parse(cell) : Number.NaN
  if (Number.isFinite(time)) return new Date(time).toISOString()
  throw new CellFault(`must be a time such as 2026-03-01 or 2026-03-01T08:00:00Z, not "${cell.slice(0, 40)}"`)
}
