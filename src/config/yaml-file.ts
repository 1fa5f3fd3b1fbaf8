import {
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  type Event,
  getScalarValue,
  load,
  parseEvents,
  YAMLException,
} from 'js-yaml'
import { AppError } from '../errors.ts'

/** A position in a text; line and column start at 1. */
interface Place {
  readonly line: number
  readonly column: number
}

/** The values of a YAML document, and the position of each by dotted key. */
export interface YamlText {
  readonly value: unknown
  readonly places: ReadonlyMap<string, Place>
}

/** Parses one YAML document. Allows only standard tags, few aliases and shallow nesting; throws CONFIG_INVALID with the position. */
export const parseYaml = (text: string, name: string): YamlText => {
  try {
    // A file in which everything is commented out sets nothing; YAML has no document there.
    if (text.split('\n').every((line) => /^\s*(?:#|$)/.test(line))) return { value: {}, places: new Map() }
    return { value: load(text, { maxAliases: 50, maxDepth: 50 }), places: findPlaces(text) }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const place = error.mark ? `:${error.mark.line + 1}:${error.mark.column + 1}` : ''
    throw new AppError('CONFIG_INVALID', `${name} is not valid YAML.`, {
      errors: [{ path: `${name}${place}`, message: error.reason }],
      cause: error,
    })
  }
}

/** Walks the parser events in parallel with the parsed value: mappings alternate keys and values, lists contain values. */
const findPlaces = (text: string): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>()
  const place = placer(text)
  const open: { path: readonly string[]; key: string | undefined; index: number; mapping: boolean }[] = []

  const enter = (event: Event, start: number): readonly string[] | undefined => {
    const parent = open.at(-1)
    if (!parent) return []
    if (!parent.mapping) return mark([...parent.path, String(parent.index++)], start)
    if (parent.key === undefined) {
      parent.key = event.type === EVENT_SCALAR ? getScalarValue(text, event) : '?'
      mark([...parent.path, parent.key], start)
      return undefined
    }
    const path = [...parent.path, parent.key]
    parent.key = undefined
    return path
  }
  const mark = (path: readonly string[], start: number) => {
    places.set(path.join('.'), place(start))
    return path
  }

  for (const event of parseEvents(text, { maxDepth: 50 })) {
    if (event.type === EVENT_MAPPING || event.type === EVENT_SEQUENCE) {
      const path = enter(event, event.start) ?? []
      open.push({ path, key: undefined, index: 0, mapping: event.type === EVENT_MAPPING })
    } else if (event.type === EVENT_SCALAR) {
      enter(event, event.valueStart)
    } else if (event.type === EVENT_ALIAS) {
      enter(event, event.anchorStart)
    } else if (event.type === EVENT_POP) {
      open.pop()
    } else if (event.type === EVENT_DOCUMENT) {
      open.length = 0
    }
  }
  return places
}

const placer = (text: string): ((offset: number) => Place) => {
  const starts = [0]
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset)
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 }
  }
}
