import {
  EVENT_ALIAS,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE_PLAIN,
} from 'js-yaml'

/** YAML as written, with line numbers and quoting. */
export type Yaml = YamlMapNode | YamlList | YamlScalar

export interface YamlMapNode {
  readonly type: 'map'
  readonly line: number
  readonly entries: readonly YamlEntry[]
}

export interface YamlEntry {
  readonly key: string
  readonly line: number
  readonly value: Yaml
}

export interface YamlList {
  readonly type: 'list'
  readonly line: number
  readonly items: readonly Yaml[]
}

export interface YamlScalar {
  readonly type: 'scalar'
  readonly line: number
  readonly value: string | number | boolean | null
  readonly quoted: boolean
}

/** How many values a file may have once its aliases are written out; more is an attack or a mistake. */
const mostValues = 100_000

/**
 * Parses one YAML document; `line` is the number of the text's first line. Undefined for text that is not YAML, or with unlimited aliases.
 * O(length).
 */
export const readTree = (text: string, line: number): Yaml | undefined => {
  try {
    return buildTree(text, line)
  } catch {
    // The reader of the documents reports faults in the text.
    return undefined
  }
}

/** A map or list that is still being read. */
interface Open {
  readonly node: Yaml
  readonly add: (value: Yaml) => void
  readonly anchor: string | undefined
  readonly valuesBefore: number
}

const buildTree = (text: string, line: number): Yaml | undefined => {
  let root: Yaml | undefined
  const open: Open[] = []
  const anchors = new Map<string, { node: Yaml; values: number }>()
  const lineAt = lineFinder(text, line)
  const named = (start: number, end: number) => (start < 0 ? undefined : text.slice(start, end))
  let values = 0

  const place = (node: Yaml, count: number) => {
    values += count
    if (values > mostValues) throw new RangeError(`more than ${mostValues} values`)
    const parent = open.at(-1)
    if (parent) parent.add(node)
    else root ??= node
  }

  for (const event of parseEvents(text, { maxDepth: 50 })) {
    if (event.type === EVENT_MAPPING || event.type === EVENT_SEQUENCE) {
      const growing = event.type === EVENT_MAPPING ? growingMap(lineAt(event.start)) : growingList(lineAt(event.start))
      open.push({ ...growing, anchor: named(event.anchorStart, event.anchorEnd), valuesBefore: values })
    } else if (event.type === EVENT_SCALAR) {
      const plain = event.style === SCALAR_STYLE_PLAIN
      const node = readScalar(getScalarValue(text, event), !plain, lineAt(Math.max(event.valueStart, 0)))
      const anchor = named(event.anchorStart, event.anchorEnd)
      if (anchor !== undefined) anchors.set(anchor, { node, values: 1 })
      place(node, 1)
    } else if (event.type === EVENT_ALIAS) {
      const target = anchors.get(text.slice(event.anchorStart, event.anchorEnd))
      if (!target) throw new SyntaxError('an alias to nothing, or to its own parent')
      place(target.node, target.values)
    } else if (event.type === EVENT_POP) {
      const closed = open.pop()
      if (!closed) continue
      if (closed.anchor !== undefined)
        anchors.set(closed.anchor, { node: closed.node, values: values - closed.valuesBefore })
      place(closed.node, 1)
    }
  }
  return root
}

const growingMap = (line: number): Pick<Open, 'node' | 'add'> => {
  const entries: YamlEntry[] = []
  let key: Yaml | undefined
  return {
    node: { type: 'map', line, entries },
    add: (value) => {
      if (key) entries.push({ key: key.type === 'scalar' ? String(key.value) : '', line: key.line, value })
      key = key ? undefined : value
    },
  }
}

const growingList = (line: number): Pick<Open, 'node' | 'add'> => {
  const items: Yaml[] = []
  return { node: { type: 'list', line, items }, add: (value) => items.push(value) }
}

/** The types of YAML 1.2's core schema. */
const readScalar = (text: string, quoted: boolean, line: number): YamlScalar => {
  const value = (): YamlScalar['value'] => {
    if (quoted) return text
    if (/^(?:~|null|Null|NULL|)$/.test(text)) return null
    if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(text)) return text[0] === 't' || text[0] === 'T'
    if (/^0x[0-9a-fA-F]+$|^0o[0-7]+$|^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text)) return Number(text)
    return text
  }
  return { type: 'scalar', line, value: value(), quoted }
}

/** Offsets must be requested in ascending order. */
const lineFinder = (text: string, first: number): ((offset: number) => number) => {
  let line = first
  let next = text.indexOf('\n')
  return (offset) => {
    while (next >= 0 && next < offset) {
      line++
      next = text.indexOf('\n', next + 1)
    }
    return line
  }
}
