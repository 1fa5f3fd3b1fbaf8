import { type JsonDocument, readDocument } from '../../../lib/json-records/document.ts'
import { jsonValues, type UnwrapOptions, type Unwrapped, unwrap } from '../../../lib/json-records/unwrap.ts'
import type { TextLine } from '../lines.ts'
import type { LineJoiner, SpecialJoiner } from './line-joiner.ts'

/** The maximum length of a record. A longer document is split as it arrives. */
const longestRecord = 1_048_576

/**
 * Finds JSON documents among lines and returns the records inside: several per line, or one over many lines. Other lines go to the next
 * joiner. From an incomplete document, returns the complete records and the rest as a broken one.
 */
export const joinDocuments = (next: LineJoiner): SpecialJoiner => {
  let document: JsonDocument | undefined
  let lines: TextLine[] = []
  /** The line number of the first text that was not cut off yet. */
  let number = 0
  let isPart = false
  /** Whether a document was incomplete, so that its indented items may be read one by one. */
  let recovering = false
  /** Whether to drop the rest of an unreadable line. */
  let dropping = false
  let out: TextLine[] = []
  let given = 0
  /** The record that was held when a document ended, by its line, and how many records the document had given. */
  let behind: { readonly line: number; readonly given: number } | undefined
  /** The position in `out` from which records count as given; −1 before a document begins. */
  let counted = -1
  /** The number of the line in which the document begins. */
  let heldFrom: number | undefined

  const pass = (line: TextLine): void => {
    for (const joined of next.push([line])) out.push(joined)
  }
  /** Whether a record is held that is what a document has left: it is only read so from the beginning of the document. */
  const isHeldBehind = (): boolean => behind !== undefined && next.heldFrom === behind.line
  const emit = (found: Iterable<Unwrapped>, text: string, first: number, repeated: number): void => {
    for (const line of next.flush()) out.push(line)
    let at = repeated
    let current = first
    for (const record of found) {
      while (at < record.at) {
        if (text.charCodeAt(at) === 10) current++
        at++
      }
      out.push({ text: record.text.slice(0, longestRecord), number: current, cut: record.text.length > longestRecord })
    }
  }
  const begin = (line: TextLine): void => {
    for (const before of next.flush()) out.push(before)
    if (counted < 0) {
      counted = out.length
      heldFrom = line.number
    }
    document = readDocument()
    lines = []
    number = line.number
    isPart = false
  }
  const end = (): void => {
    document = undefined
    lines = []
  }

  const add = (line: TextLine): void => {
    if (dropping) {
      dropping = line.open === true
      return
    }
    if (document) read(document, line)
    else if (line.open || beginsDocument(line.text, recovering)) {
      begin(line)
      if (document) read(document, line)
    } else addWhole(line)
  }

  /** Adds a line outside a document. */
  const addWhole = (line: TextLine): void => {
    const { text } = line
    if (recovering && !/^[\s\]}]/.test(text)) recovering = false
    if (!mayWrap(text)) {
      pass(endsWithComma(text) ? { ...line, text: text.trimEnd().slice(0, -1) } : line)
      return
    }
    const values = [...jsonValues(text)]
    if (!values.every(({ isJson }) => isJson)) {
      begin(line)
      if (document) abandon(document, line, document.push(text).at)
      return
    }
    const found = values.flatMap(({ start, end: stop }) => [
      ...unwrap(text.slice(start, stop), { part: stop - start > longestRecord }),
    ])
    if (found.length === 1 && found[0]?.whole) pass(line)
    else emit(found, '', line.number, 0)
  }

  const read = (open: JsonDocument, line: TextLine): void => {
    const added = line.open ? line.text : `${line.text}\n`
    const { kind, at } = open.push(added)
    if (kind === 'broken') abandon(open, line, at)
    else if (kind === 'closed') {
      const rest = added.slice(at).replace(/^[\s,]+/, '')
      const isOneLine = lines.length === 0 && !isPart && !line.open
      if (isOneLine && rest !== '' && !/^[[{]/.test(rest)) {
        end()
        pass(line)
        return
      }
      const text = open.text()
      emit(unwrap(text, { part: isPart }), text, number, text.length - open.rest().length)
      end()
      if (rest !== '' || line.open) add({ ...line, text: rest.replace(/\n$/, '') })
    } else {
      lines.push(line)
      shorten(open)
    }
  }

  /** Returns the complete records so far of a document that is longer than a record. */
  const shorten = (open: JsonDocument): void => {
    if (open.length < longestRecord) return
    if (emitCut(open, { part: true })) return
    if (open.length < 2 * longestRecord) return
    const item = open.skip()
    if (item === '') {
      const last = lines.at(-1)
      const text = open.rest()
      end()
      pass({ text: text.slice(0, longestRecord), number, cut: true })
      dropping = last?.open === true
      recovering = true
    } else {
      emit([{ text: item, at: 0, whole: false }], '', number, 0)
      lines = []
    }
    isPart = true
  }

  /** Returns the complete items of the outermost list. Returns false if there are none, or if the document is no list of records. */
  const emitCut = (open: JsonDocument, options: UnwrapOptions): boolean => {
    const cut = open.cut()
    if (!cut) return false
    const found = [...unwrap(cut.text, options)]
    if (found.some(({ whole }) => whole)) return false
    emit(found, cut.text, number, cut.repeated)
    number += cut.breaks
    isPart = true
    lines = []
    return true
  }

  /** Ends a document that the next line cannot continue. */
  const abandon = (open: JsonDocument, line: TextLine | undefined, at: number): void => {
    const before = lines
    const whole = emitCut(open, { part: isPart })
    if (!whole && !isPart) {
      end()
      // These lines are no document, or only the beginning of one.
      for (const one of before) pass(one)
      if (!line) return
      if (before.length === 0) pass(line)
      else add(line)
      return
    }
    const left = open.rest()
    const head = open.text()
    end()
    recovering = true
    // If items of the line were returned already, only its rest is left. Otherwise read the line again: what follows may be valid.
    const isSpent = line !== undefined && (before.length === 0 || left.length < at)
    const rest = (isSpent ? left + line.text.slice(at) : left.slice(0, left.length - at)).trim()
    const brokeWithin = line !== undefined && !isSpent && line.text.slice(0, at).trim() !== ''
    if (rest !== '' || !brokeWithin) {
      const broken = rest === '' ? head : rest
      pass({ text: broken.slice(0, longestRecord), number, cut: broken.length > longestRecord })
    }
    if (!line) return
    if (isSpent) dropping = line.open === true
    else add(line)
  }

  const take = (): TextLine[] => {
    const taken = out
    out = []
    return taken
  }

  const isWithin = (): boolean => document !== undefined || dropping

  return {
    push(all) {
      if (!isWithin() && !recovering && !all.some(({ text, open }) => open || mayBeginDocument(text))) {
        return next.push(all)
      }
      for (const line of all) {
        const wasWithin = isWithin()
        const before = wasWithin ? given - out.length : 0
        counted = wasWithin ? 0 : -1
        add(line)
        given = wasWithin ? before + out.length : counted < 0 ? 0 : out.length - counted
        if (given > 0 && !isWithin() && next.heldFrom !== undefined) behind = { line: next.heldFrom, given }
      }
      return take()
    },
    flush() {
      if (document) abandon(document, undefined, 0)
      for (const line of next.flush()) out.push(line)
      return take()
    },
    settle: () => (document ? [] : next.settle()),
    get heldFrom() {
      return isWithin() || isHeldBehind() ? heldFrom : next.heldFrom
    },
    get within() {
      return isWithin()
    },
    get given() {
      return isWithin() ? given : isHeldBehind() ? (behind?.given ?? 0) : 0
    },
    get idle() {
      return !isWithin() && !recovering
    },
  }
}

/** Whether a line may be more than a plain record. A cheap test, because nearly all lines are plain. */
export const mayBeginDocument = (text: string): boolean => {
  const first = text.charCodeAt(0)
  if (first !== 123 && first !== 91 && first !== 32 && first !== 9) return false
  return beginsDocument(text, false) || mayWrap(text) || endsWithComma(text)
}

/** Whether a line begins a document that continues on the next line: it breaks where formatted JSON does. */
const beginsDocument = (text: string, indented: boolean): boolean => {
  const start = indented ? text.trimStart() : text
  const first = start.charCodeAt(0)
  if (first !== 123 && first !== 91) return false
  const last = start.trimEnd().at(-1)
  if (first === 123) return last === '{' || last === '[' || (last === ',' && !endsWithComma(start))
  return /^\[\s*(?:$|\{)/.test(start) && last !== ']'
}

/** Whether a line is an object and a comma: an item of a list with one item per line. */
const endsWithComma = (text: string): boolean => text.charCodeAt(0) === 123 && /\}\s*,\s*$/.test(text.slice(-16))

/** Whether a line may contain several records, or one in an envelope. */
const mayWrap = (text: string): boolean => {
  const first = text.trimStart().charAt(0)
  if (first === '[') return /^\s*\[\s*\{/.test(text)
  if (first !== '{') return false
  return (
    (text.includes('[') && /\[\s*(?:[{[]|\]\s*\}$)/.test(text)) ||
    text.includes('}{') ||
    text.includes('} {') ||
    (text.includes('"data"') && /"data"\s*:\s*"/.test(text)) ||
    text.includes('"_source"') ||
    text.startsWith('{"preview"') ||
    (text.includes('"labels"') && text.includes('"line"')) ||
    /^\s*\{\s*"(?:index|create|update|delete)"/.test(text)
  )
}
