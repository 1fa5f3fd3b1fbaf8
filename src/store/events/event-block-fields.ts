import type { Fields, FieldValue } from '../../schema/event/event.ts'
import type { ByteReader, ByteWriter } from './event-block-bytes.ts'
import { ColumnWriter, readCodes, readValues, writeValues } from './event-block-columns.ts'

interface Column {
  readonly number: number
  readonly writer: ColumnWriter
  /** Values that are no part of the text of their event. */
  readonly apart: string[]
  /** Where to look first for the next value in its text: shortly before the place of the last one. */
  place: number
}

/** The way to a set of field names in their order: events of one shape walk the same way. */
interface ShapeNode {
  readonly next: Map<string, ShapeStep>
  /** The number of the shape that ends here, or -1. */
  shape: number
  /** The step that was taken last: mostly the next one as well. */
  last: ShapeStep | undefined
}

interface ShapeStep {
  readonly name: string
  readonly node: ShapeNode
  readonly column: Column
}

/** Collects the fields of events, a column for each name. */
export class FieldsWriter {
  readonly #columns = new Map<string, Column>()
  readonly #root: ShapeNode = { next: new Map(), shape: -1, last: undefined }
  readonly #shapes: (readonly number[])[] = []
  readonly #shapeOf = new ColumnWriter()

  /** Adds the fields of an event with this text. */
  add(fields: Fields, text: string): void {
    let node = this.#root
    for (const name in fields) {
      const value = fields[name]
      if (value === undefined) continue
      let step = node.last
      if (step === undefined || step.name !== name) {
        step = node.next.get(name) ?? this.#step(node, name)
        node.last = step
      }
      const { column } = step
      if (column.writer.add(value)) {
        if (typeof value === 'object') for (const one of value) addApart(String(one), text, column)
        else addApart(String(value), text, column)
      }
      node = step.node
    }
    if (node.shape < 0) {
      node.shape = this.#shapes.length
      const names = Object.keys(fields).filter((name) => fields[name] !== undefined)
      this.#shapes.push(names.map((name) => this.#columns.get(name)?.number ?? 0))
    }
    this.#shapeOf.add(node.shape)
  }

  /** Every value that occurs, as text. */
  texts(): string[] {
    return [...this.#columns.values()].flatMap(({ writer }) => writer.values.flatMap(textsOf))
  }

  /** The values that are no part of the text of an event that has them. */
  textsApart(): string[] {
    return [...this.#columns.values()].flatMap(({ apart }) => apart)
  }

  write(to: ByteWriter): void {
    to.texts([...this.#columns.keys()])
    to.varints(this.#shapes.map((columns) => columns.length))
    to.varints(this.#shapes.flat())
    this.#shapeOf.writeCodes(to)
    for (const { writer } of this.#columns.values()) {
      writeValues(writer.values, to)
      writer.writeCodes(to)
    }
  }

  #step(from: ShapeNode, name: string): ShapeStep {
    const column = this.#columns.get(name) ?? {
      number: this.#columns.size,
      writer: new ColumnWriter(),
      apart: [],
      place: 0,
    }
    this.#columns.set(name, column)
    const step: ShapeStep = { name, node: { next: new Map(), shape: -1, last: undefined }, column }
    from.next.set(name, step)
    return step
  }
}

/** A value begins at most so many characters before the place of the last one, in most texts of one shape. */
const nearby = 16

const addApart = (value: string, text: string, column: Column): void => {
  let at = text.indexOf(value, column.place)
  if (at < 0 && column.place > 0) at = text.indexOf(value)
  if (at < 0) column.apart.push(value)
  column.place = Math.max(0, at - nearby)
}

const textsOf = (value: FieldValue): readonly string[] =>
  typeof value === 'object' ? value.map(String) : [String(value)]

/** Reads what a FieldsWriter wrote; returns how to make the fields of one event. */
export const readFields = (from: ByteReader, count: number): ((index: number) => Fields) => {
  const texts = from.texts()
  const names = Array.from({ length: texts.count }, (_, index) => texts.at(index))
  const widths = from.varints()
  const flat = from.varints()
  let start = 0
  const shapes = widths.map((width) => {
    const columns = flat.slice(start, start + width)
    start += width
    return columns
  })
  const shapeOf = readCodes(from)
  const columns = names.map((name) => ({ name, values: readValues(from), codes: readCodes(from) }))
  // The position of each event's values in their columns. A column skips events without its field.
  const rows = new Uint32Array(count + 1)
  for (let index = 0; index < count; index += 1) {
    rows[index + 1] = (rows[index] ?? 0) + (shapes[shapeOf[index] ?? 0]?.length ?? 0)
  }
  const positions = new Uint16Array(rows[count] ?? 0)
  const used = new Uint32Array(columns.length)
  let filled = 0
  for (let index = 0; index < count; index += 1) {
    for (const number of shapes[shapeOf[index] ?? 0] ?? []) {
      positions[filled] = used[number] ?? 0
      used[number] = (used[number] ?? 0) + 1
      filled += 1
    }
  }
  return (index) => {
    const row = rows[index] ?? 0
    const fields: Record<string, FieldValue> = {}
    for (const [place, number] of (shapes[shapeOf[index] ?? 0] ?? []).entries()) {
      const column = columns[number]
      const value = column?.values[column.codes[positions[row + place] ?? 0] ?? 0]
      if (column === undefined || value === undefined) throw new Error('A field is missing.')
      if (column.name === '__proto__') define(fields, column.name, value)
      else fields[column.name] = value
    }
    return fields
  }
}

/** Sets what an assignment would not: a name that means something to every object. */
const define = (fields: Record<string, FieldValue>, name: string, value: FieldValue): void => {
  Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })
}
