import { delimiterOf } from '../../lib/csv/delimiter.ts'
import { createRowReader } from '../../lib/csv/row-reader.ts'
import { isDeedName, isTimeName, plainFieldName } from '../../lib/json-records/vocabulary.ts'
import type { LineJoiner, TextLine } from './lines.ts'

/** A row may have so many lines and characters. With more, a quote was not meant as one. */
const mostLines = 500
const mostCharacters = 262_144
/** The maximum number of lines before the header: `sep=;`, `#TYPE …`. */
const mostBefore = 3

/**
 * Turns the rows of a table into JSON records, if the text is an export with the names of its columns in the first line: of Splunk, Kibana,
 * Graylog, CloudWatch, Log Analytics, Windows' Event Viewer, a spreadsheet. Passes the lines of other texts to the next joiner. A row has the
 * number of its first line.
 */
export const joinRows = (next: LineJoiner): LineJoiner => {
  let state: 'before' | 'header' | 'table' | 'none' = 'before'
  let columns: readonly string[] = []
  /** Lines that may still be passed on as they are. */
  let held: TextLine[] = []
  let characters = 0
  let before = 0
  let reader: ReturnType<typeof createRowReader> | undefined
  let row: readonly string[] | undefined
  let separator = ','

  const startReader = (): void => {
    reader = createRowReader((cells) => {
      row = cells
    }, separator)
  }
  const release = (): TextLine[] => {
    const lines = held
    held = []
    characters = 0
    return next.push(lines)
  }
  const add = (line: TextLine): TextLine[] => {
    if (state === 'none') return next.push([line])
    if (state === 'before') {
      held.push(line)
      if (line.text.trim() === '' || /^(?:sep=.|#TYPE \S+)$/.test(line.text)) {
        before++
        if (before <= mostBefore) return []
      }
      const header = line.open ? undefined : headerOf(line.text)
      if (header) {
        state = 'header'
        columns = header.columns
        separator = header.separator
        held = [line]
        startReader()
        return []
      }
      state = 'none'
      return release()
    }
    // The header stays at hand until a row confirms it.
    held.push(line)
    characters += line.text.length
    reader?.push(`${line.text}\n`)
    if (row) return endRow(row)
    if (held.length <= mostLines && characters <= mostCharacters) return []
    if (state === 'header') state = 'none'
    startReader()
    return release()
  }
  const endRow = (cells: readonly string[]): TextLine[] => {
    row = undefined
    if (cells.length === 1 && cells[0]?.trim() === '') {
      held.pop()
      return []
    }
    const isRow = cells.length >= columns.length
    if (state === 'header') {
      state = isRow ? 'table' : 'none'
      if (!isRow) return release()
      held.shift()
    }
    const [first] = held
    if (!first || cells.length === 1) return release()
    const cut = held.some((line) => line.cut)
    held = []
    characters = 0
    if (cells.every((cell, index) => cell === columns[index])) return []
    return [{ text: JSON.stringify(toObject(columns, cells, separator)), number: first.number, cut }]
  }

  return {
    push(lines) {
      if (state === 'none') return next.push(lines)
      return lines.flatMap(add)
    },
    flush() {
      const left = state === 'none' ? [] : release()
      return [...left, ...next.flush()]
    },
  }
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
