import { type ChunkBudget, EvtxFormatError } from './chunk-budget.ts'
import { fixedSizeOf, valueText, valueTypes } from './value-text.ts'
import { escapeText, toXmlName } from './xml-text.ts'

/** A part of an element or of a fragment. */
export type XmlNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'substitution'; readonly index: number; readonly isOptional: boolean }
  | { readonly kind: 'instance'; readonly template: number; readonly values: readonly ValueSpan[] }
  | XmlElement

interface XmlElement {
  readonly kind: 'element'
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlNode[]
  /** Whether it has no end tag. */
  readonly isEmpty: boolean
  /** The element is left out if the value of this index is null. */
  readonly dependsOn: number | undefined
}

export interface XmlAttribute {
  readonly name: string
  readonly parts: readonly XmlNode[]
}

/** Where a value lies in the chunk. */
export interface ValueSpan {
  readonly type: number
  readonly start: number
  readonly end: number
}

/** Where binary XML is read from: a chunk, with what was read of it before. */
export interface ChunkSource {
  readonly bytes: Buffer
  readonly budget: ChunkBudget
  /** The names that were read, by offset. */
  readonly names: Map<number, string>
}

const tokens = {
  end: 0x00,
  openElement: 0x01,
  closeStart: 0x02,
  closeEmpty: 0x03,
  closeElement: 0x04,
  value: 0x05,
  attribute: 0x06,
  cdata: 0x07,
  characterReference: 0x08,
  entityReference: 0x09,
  instructionTarget: 0x0a,
  instructionData: 0x0b,
  template: 0x0c,
  substitution: 0x0d,
  optionalSubstitution: 0x0e,
  header: 0x0f,
} as const
/** Tokens with this flag are followed by more of their kind; an element with it has attributes. */
const moreFlag = 0x40
const noDependency = 0xffff
const deepest = 64
const longestName = 512
const mostValues = 8_192

/**
 * Reads a fragment of binary XML, as [MS-EVEN6] 2.2.12 and its variant in files describe. Elements have two bytes more in templates than in
 * values; where files differ from that, the other layout is tried. Throws EvtxFormatError for other bytes.
 */
export const readFragment = (source: ChunkSource, start: number, end: number, isInTemplate: boolean): XmlNode[] => {
  try {
    return readNodes({ ...source, isInTemplate }, createCursor(source.bytes, start, end))
  } catch {
    return readNodes({ ...source, isInTemplate: !isInTemplate }, createCursor(source.bytes, start, end))
  }
}

const templateHeader = 24

/** Reads the definition of a template. */
export const readTemplate = (source: ChunkSource, offset: number): XmlNode[] => {
  const cursor = createCursor(source.bytes, offset, source.bytes.length)
  cursor.skip(templateHeader - 4)
  const size = cursor.uint32()
  const start = cursor.at()
  cursor.skip(size)
  return readFragment(source, start, start + size, true)
}

interface Layout extends ChunkSource {
  readonly isInTemplate: boolean
}

const readNodes = (layout: Layout, cursor: Cursor): XmlNode[] => {
  const nodes: XmlNode[] = []
  while (!cursor.isAtEnd()) {
    layout.budget.step()
    const token = cursor.peek()
    if (token === tokens.end) break
    if (token === tokens.header) cursor.skip(4)
    else if (token === tokens.template) nodes.push(readInstance(layout, cursor))
    else if (isOpenElement(token)) nodes.push(readElement(layout, cursor, 0))
    else if (!skipInstruction(layout, cursor)) throw unexpected(token)
  }
  return nodes
}

const isOpenElement = (token: number): boolean => (token & ~moreFlag) === tokens.openElement

const unexpected = (token: number): EvtxFormatError =>
  new EvtxFormatError(`There is an unexpected token 0x${token.toString(16)}.`)

/** Reads a template instance: where the template is defined, and its values. */
const readInstance = ({ bytes, budget }: Layout, cursor: Cursor): XmlNode => {
  cursor.skip(6)
  const template = cursor.uint32()
  // The first instance of a chunk contains the definition.
  if (template === cursor.at()) {
    cursor.skip(templateHeader - 4)
    cursor.skip(cursor.uint32())
  }
  const count = cursor.uint32()
  if (count > mostValues) throw new EvtxFormatError('A template instance has too many values.')
  const specs = cursor.at()
  cursor.skip(count * 4)
  const values: ValueSpan[] = []
  for (let i = 0; i < count; i++) {
    budget.step()
    const start = cursor.at()
    cursor.skip(bytes.readUInt16LE(specs + i * 4))
    values.push({ type: bytes[specs + i * 4 + 2] ?? 0, start, end: cursor.at() })
  }
  return { kind: 'instance', template, values }
}

const readElement = (layout: Layout, cursor: Cursor, depth: number): XmlElement => {
  if (depth > deepest) throw new EvtxFormatError('The elements are nested too deep.')
  const hasAttributes = (cursor.byte() & moreFlag) !== 0
  const dependency = layout.isInTemplate ? cursor.uint16() : noDependency
  cursor.skip(4)
  const name = readName(layout, cursor)
  if (hasAttributes) cursor.skip(4)
  const attributes: XmlAttribute[] = []
  while ((cursor.peek() & ~moreFlag) === tokens.attribute) {
    cursor.skip(1)
    attributes.push({ name: readName(layout, cursor), parts: readParts(layout, cursor) })
  }
  const close = cursor.byte()
  if (close !== tokens.closeStart && close !== tokens.closeEmpty) throw unexpected(close)
  const isEmpty = close === tokens.closeEmpty
  return {
    kind: 'element',
    name,
    attributes,
    children: isEmpty ? [] : readChildren(layout, cursor, depth),
    isEmpty,
    dependsOn: dependency === noDependency ? undefined : dependency,
  }
}

const readChildren = (layout: Layout, cursor: Cursor, depth: number): XmlNode[] => {
  const children: XmlNode[] = []
  for (;;) {
    layout.budget.step()
    const token = cursor.peek()
    if (token === tokens.closeElement) {
      cursor.skip(1)
      return children
    }
    if (isOpenElement(token)) children.push(readElement(layout, cursor, depth + 1))
    else if (token === tokens.template) children.push(readInstance(layout, cursor))
    else {
      const part = readPart(layout, cursor)
      if (part) children.push(part)
      else if (!skipInstruction(layout, cursor)) throw unexpected(token)
    }
  }
}

/** Reads the parts of the value of an attribute. */
const readParts = (layout: Layout, cursor: Cursor): XmlNode[] => {
  const parts: XmlNode[] = []
  for (let part = readPart(layout, cursor); part; part = readPart(layout, cursor)) parts.push(part)
  return parts
}

/** Reads a text, a reference or a substitution; undefined for other tokens. */
const readPart = (layout: Layout, cursor: Cursor): XmlNode | undefined => {
  layout.budget.step()
  const token = cursor.peek()
  switch (token & ~moreFlag) {
    case tokens.value:
      cursor.skip(1)
      return readConstant(layout, cursor)
    case tokens.cdata:
      cursor.skip(1)
      return textNode(layout, cursor.utf16(cursor.uint16()))
    case tokens.characterReference:
      cursor.skip(1)
      return textNode(layout, String.fromCharCode(cursor.uint16()))
    case tokens.entityReference: {
      cursor.skip(1)
      const name = readName(layout, cursor)
      return textNode(layout, entities[name] ?? `&${name};`)
    }
    case tokens.substitution:
    case tokens.optionalSubstitution: {
      cursor.skip(1)
      const index = cursor.uint16()
      cursor.skip(1)
      return { kind: 'substitution', index, isOptional: token === tokens.optionalSubstitution }
    }
    default:
      return undefined
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', apos: "'", gt: '>', lt: '<', quot: '"' }

const textNode = ({ budget }: Layout, text: string): XmlNode => {
  budget.text(text.length)
  return { kind: 'text', text: escapeText(text) }
}

/** Reads a constant value. Windows writes strings only. */
const readConstant = (layout: Layout, cursor: Cursor): XmlNode => {
  const type = cursor.byte()
  if (type === valueTypes.string) return textNode(layout, cursor.utf16(cursor.uint16()))
  const size = fixedSizeOf(type)
  if (size === undefined) throw new EvtxFormatError(`A constant has the type 0x${type.toString(16)}.`)
  const start = cursor.at()
  cursor.skip(size)
  return { kind: 'text', text: valueText(type, layout.bytes.subarray(start, start + size)).toString() }
}

/** Skips a processing instruction: it says nothing about the event. */
const skipInstruction = (layout: Layout, cursor: Cursor): boolean => {
  const token = cursor.peek()
  if (token !== tokens.instructionTarget && token !== tokens.instructionData) return false
  cursor.skip(1)
  if (token === tokens.instructionTarget) readName(layout, cursor)
  else cursor.skip(cursor.uint16() * 2)
  return true
}

/** Reads a name by its offset. The first use of a name contains it. */
const readName = ({ bytes, names }: Layout, cursor: Cursor): string => {
  const offset = cursor.uint32()
  const isHere = offset === cursor.at()
  const known = names.get(offset)
  if (known !== undefined && !isHere) return known
  const stored = isHere ? cursor : createCursor(bytes, offset, bytes.length)
  stored.skip(6)
  const length = stored.uint16()
  if (length === 0 || length > longestName) throw new EvtxFormatError('A name is empty or too long.')
  const name = known ?? toXmlName(stored.utf16(length))
  if (known !== undefined) stored.skip(length * 2)
  stored.skip(2)
  names.set(offset, name)
  return name
}

/** Reads bytes in order. Throws EvtxFormatError behind the end. */
interface Cursor {
  at(): number
  isAtEnd(): boolean
  peek(): number
  byte(): number
  uint16(): number
  uint32(): number
  utf16(characters: number): string
  skip(count: number): void
}

const createCursor = (bytes: Buffer, start: number, end: number): Cursor => {
  let position = start
  const limit = Math.min(end, bytes.length)
  const advance = (count: number): number => {
    const from = position
    if (from + count > limit) throw new EvtxFormatError('The data ends too early.')
    position += count
    return from
  }
  return {
    at: () => position,
    isAtEnd: () => position >= limit,
    peek: () => (position < limit ? (bytes[position] ?? 0) : (bytes[advance(1)] ?? 0)),
    byte: () => bytes[advance(1)] ?? 0,
    uint16: () => bytes.readUInt16LE(advance(2)),
    uint32: () => bytes.readUInt32LE(advance(4)),
    utf16: (characters) => {
      const from = advance(characters * 2)
      return bytes.toString('utf16le', from, from + characters * 2)
    },
    skip: (count) => void advance(count),
  }
}
