import { delimiterOf } from '../../../lib/csv/delimiter.ts'
import { createRowReader } from '../../../lib/csv/row-reader.ts'
import { isDeedName, isTimeName, plainFieldName } from '../../../lib/json-records/vocabulary.ts'
import type { TextLine } from '../lines.ts'
import type { LineJoiner, SpecialJoiner } from './line-joiner.ts'

/** A row may have so many lines and characters. With more, a quote was not meant as one. */
const mostLines = 500
const mostCharacters = 262_144
/** The maximum number of lines before the header: `sep=;`, `#TYPE …`. */
const mostBefore = 3

/** The knowledge about a table after its first lines. */
interface TableState {
  readonly state: 'before' | 'header' | 'table' | 'none'
  readonly columns: readonly string[]
  readonly separator: string
  /** How many lines before the header were read. */
  readonly before: number
}

const noTableYet: TableState = { state: 'before', columns: [], separator: ',', before: 0 }

/** A joiner of rows. Another one can continue with its table. */
interface RowJoiner extends SpecialJoiner {
  readonly table: TableState
}

/**
 * Turns the rows of a table into JSON records, if the text is an export with the names of its columns in the first line: of Splunk, Kibana,
 * Graylog, CloudWatch, Log Analytics, Windows' Event Viewer, a spreadsheet. Passes the lines of other texts to the next joiner. A row has the
 * number of its first line. `known` is what a joiner has found in the beginning of the text, up to where this one continues.
 */
export const joinRows = (next: LineJoiner, known: TableState = noTableYet): RowJoiner => {
  let { state, columns, separator, before } = known
  /** The header, until a row confirms it. */
  let header: TextLine | undefined
  /** Other lines that may still be passed on as they are: blank ones before the header, and those of an incomplete row. */
  let held: TextLine[] = []
  let characters = 0
  let reader: ReturnType<typeof createRowReader> | undefined
  let row: readonly string[] | undefined

  const startReader = (): void => {
    reader = createRowReader((cells) => {
      row = cells
    }, separator)
  }
  const release = (): readonly TextLine[] => {
    const lines = header ? [header, ...held] : held
    header = undefined
    held = []
    characters = 0
    return lines
  }
  /** Adds a line. Returns the lines to pass on, or a row. */
  const add = (line: TextLine): readonly TextLine[] | { readonly row: TextLine } => {
    if (state === 'none') return [line]
    held.push(line)
    if (state === 'before') {
      if (line.text.trim() === '' || /^(?:sep=.|#TYPE \S+)$/.test(line.text)) {
        before++
        if (before <= mostBefore) return []
      }
      const found = line.open ? undefined : headerOf(line.text)
      state = found ? 'header' : 'none'
      if (!found) return release()
      columns = found.columns
      separator = found.separator
      header = line
      held = []
      startReader()
      return []
    }
    characters += line.text.length
    reader?.push(`${line.text}\n`)
    if (row) return endRow(row)
    if (held.length <= mostLines && characters <= mostCharacters) return []
    if (state === 'header') state = 'none'
    startReader()
    return release()
  }
  const endRow = (cells: readonly string[]): readonly TextLine[] | { readonly row: TextLine } => {
    row = undefined
    if (cells.length === 1 && cells[0]?.trim() === '') {
      held.pop()
      return []
    }
    if (state === 'header') {
      state = isFirstRow(columns, cells) ? 'table' : 'none'
      if (state === 'none') return release()
      header = undefined
    }
    const [first] = held
    if (!first || cells.length === 1) return release()
    const cut = held.some((line) => line.cut)
    held = []
    characters = 0
    if (cells.every((cell, index) => cell === columns[index])) return []
    return { row: { text: JSON.stringify(toObject(columns, cells, separator)), number: first.number, cut } }
  }
  const pass = (found: ReturnType<typeof add>): TextLine[] =>
    'row' in found ? [...next.flush(), found.row] : next.push(found)
  const isNone = (): boolean => state === 'none'
  const isWithin = (): boolean => held.length > 0 && state !== 'before'

  if (state !== 'before') startReader()

  return {
    push(lines) {
      if (isNone()) return next.push(lines)
      const out: TextLine[] = []
      for (const [at, line] of lines.entries()) {
        out.push(...pass(add(line)))
        // Most texts are no table.
        if (isNone()) return [...out, ...next.push(lines.slice(at + 1))]
      }
      return out
    },
    flush() {
      // An incomplete row ends here.
      if (isWithin()) startReader()
      return [...next.push(release()), ...next.flush()]
    },
    settle: () => (isWithin() ? next.settle() : [...next.push(release()), ...next.settle()]),
    get heldFrom() {
      return next.heldFrom ?? (header ?? held[0])?.number
    },
    get within() {
      return isWithin() || next.within
    },
    get given() {
      return next.given
    },
    get idle() {
      return isNone()
    },
    get table() {
      return { state, columns, separator, before }
    },
  }
}

/** Whether a row has a cell for each column, and a time where the header says so. Lines of words may look like a header. */
const isFirstRow = (columns: readonly string[], cells: readonly string[]): boolean => {
  const times = cells.filter((cell, index) => cell !== '' && isTimeName(columns[index] ?? ''))
  return cells.length >= columns.length && (times.length === 0 || times.some((cell) => /\d/.test(cell)))
}

/** The shape of a column's name: a word or a few. */
const columnName = /^[\p{L}_@#.$][\p{L}\p{N}_@.$#:/’' ()[\]-]{0,63}$/u

/** Reads the names of the columns; undefined if a line is none that only names columns, one of them a time. */
const headerOf = (line: string): { readonly columns: readonly string[]; readonly separator: string } | undefined => {
  if (line.length > 8_192) return undefined
  const separator = delimiterOf(line)
  if (!line.includes(separator)) return undefined
  let cells: readonly string[] = []
  const reader = createRowReader((found) => {
    cells = found
  }, separator)
  reader.push(`${line}\n`)
  const columns = cells.map((cell) => cell.trim())
  if (columns.length < 2 || new Set(columns).size < columns.length) return undefined
  // Data frames are saved with an unnamed column of numbers in front.
  if (!columns.every((name, index) => columnName.test(name) || (index === 0 && name === ''))) return undefined
  const fields = fieldNames(columns)
  return fields.some((name) => isTimeName(name) || name === '_raw') ? { columns: fields, separator } : undefined
}

/** Reads a table of fields and the names of their columns, without case, spaces and punctuation. */
const byColumn = (fields: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(fields).flatMap(([field, names]) => names.split(' ').map((name) => [name, field] as const)))

/** The columns of Windows' Event Viewer in some of its languages, by the field of the event. */
const eventViewer = byColumn({
  EventID: 'eventid ereignisid iddelévénement identifiantdelévénement iddelevento idevento',
  TimeCreated: 'dateandtime datumunduhrzeit dateetheure fechayhora dataeora',
  Level: 'level ebene niveau nivel livello',
  ProviderName: 'source quelle origen origine',
  TaskCategory: 'taskcategory aufgabenkategorie catégoriedelatâche categoríadelatarea categoriaattività',
  Keywords: 'keywords schlüsselwörter motsclés palabrasclave parolechiave',
})

/** Columns of spreadsheets in these languages. */
const translated = byColumn({
  time: 'zeit zeitstempel zeitpunkt uhrzeit datumuhrzeit horodatage heure fechahora hora',
  date: 'datum fecha',
  message: 'nachricht meldung mensaje messaggio',
})

/** Returns the names that the columns have as fields. */
const fieldNames = (columns: readonly string[]): readonly string[] => {
  const plain = columns.map((name) => plainFieldName(name).replaceAll(/[.’']/g, ''))
  const viewer = plain.map((name) => eventViewer.get(name))
  const ofEventViewer = viewer.includes('EventID') && viewer.includes('TimeCreated')
  // Graylog calls the host of a message its source.
  const ofGraylog =
    columns.includes('timestamp') &&
    columns.includes('message') &&
    !plain.some((name) => /^host|^sourcetype$/.test(name))
  return columns.map((name, index) => {
    if (ofEventViewer) return viewer[index] ?? name
    if (ofGraylog && name === 'source') return 'host'
    // Log Analytics: TimeGenerated [UTC]
    return translated.get(plain[index] ?? '') ?? name.replace(/ ?[[(](?:UTC|GMT|Local Time)[\])]$/i, '')
  })
}

/** Names the cells of a row. Leaves out the empty ones. */
const toObject = (columns: readonly string[], cells: readonly string[], separator: string): Record<string, string> => {
  const named = columns.map((name, index) => [name, cells[index] ?? ''] as const)
  const more = cells.slice(columns.length)
  const last = columns.at(-1) ?? ''
  // A text that was not quoted continues in the next cells. The Event Viewer writes the description without a name for its column.
  const rest =
    more.length > 0 && isDeedName(last)
      ? [[last, [cells[columns.length - 1], ...more].join(separator)] as const]
      : [['message', more.join(separator)] as const]
  return Object.fromEntries([...named, ...rest].filter(([name, value]) => name !== '' && value !== ''))
}
