import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { silentLog } from '../../../component.ts'
import { unreadableFile } from '../../../errors.ts'
import { toLogsource } from '../../../lib/sigma/read/read-logsource.ts'
import { isMap, ownValue } from '../../../lib/sigma/read/yaml-map.ts'
import {
  createEngine,
  type Engine,
  type FlatEvent,
  flattenEvent,
  type MatchedItem,
  sayFault,
  windowsFields,
} from '../../../lib/sigma/sigma.ts'
import { bundledTaxonomy } from '../../../pipeline/detect/sigma/bundled-rules.ts'
import { createRuleLibrary } from '../../../pipeline/detect/sigma/rule-library.ts'

/** Opens the rules of a file or folder, with the built-in taxonomy and, when given, another. */
export const openRuleEngine = async (
  rules: string,
  taxonomy?: string,
): Promise<{ readonly engine: Engine; readonly faults: readonly string[] }> => {
  const library = createRuleLibrary({
    folders: async () => [{ name: basename(rules), path: rules, without: ['taxonomy'] }],
    taxonomies: [bundledTaxonomy, ...(taxonomy === undefined ? [] : [{ name: basename(taxonomy), path: taxonomy }])],
    placeholders: new Map(),
    minStatus: 'unsupported',
    settings: async () => [],
    log: silentLog,
  })
  const { faults } = await library.refresh()
  const engine = createEngine(library.book.documents, { taxonomy: library.book.taxonomy })
  return { engine, faults: [...faults, ...engine.faults].map(sayFault) }
}

/** A rule that an event matched, or completed. */
export interface RuleHit {
  readonly event_id: string
  /** Null for a rule that has neither id nor name. */
  readonly rule_id: string | null
  readonly title: string
  readonly level: string | undefined
  readonly tags: readonly string[]
  readonly why: () => readonly MatchedItem[]
}

/** Runs rules over a JSON lines file of events. `onFault` receives invalid lines. */
export async function* evalRules(
  engine: Engine,
  path: string,
  { stdin, onFault }: { readonly stdin: Readable; readonly onFault: (fault: string) => void },
): AsyncGenerator<RuleHit> {
  for await (const event of readEvents(path, stdin, onFault)) {
    for (const match of engine.match(event)) {
      const { id, hasOwnId, title, level, tags } = match.rule
      const why = () => (match.type === 'rule' ? match.explain() : [])
      yield { event_id: match.eventId, rule_id: hasOwnId ? id : null, title, level, tags, why }
    }
  }
}

async function* readEvents(path: string, stdin: Readable, onFault: (fault: string) => void): AsyncGenerator<FlatEvent> {
  const stream = path === '-' ? stdin : createReadStream(path)
  let number = 0
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1
      if (line.trim() === '') continue
      const event = toEvent(line, number)
      if (event) yield event
      else onFault(`${path}:${number}: error: this line is not a JSON object.`)
    }
  } catch (error) {
    throw unreadableFile(path, error)
  }
}

const toEvent = (line: string, number: number): FlatEvent | undefined => {
  const value = parse(line)
  if (!isMap(value)) return undefined
  const wrapped = ownValue(value, 'event')
  const event = isMap(wrapped) ? wrapped : value
  const told = ownValue(value, 'logsource')
  const id = isMap(wrapped) ? ownValue(value, 'id') : undefined
  return {
    id: id === undefined ? String(number) : String(id),
    time: readTime(ownValue(value, 'timestamp') ?? ownValue(event, '@timestamp')),
    fields: flattenEvent(windowsFields(event) ?? event),
    ...(isMap(told) && { logsource: toLogsource(told, []) }),
  }
}

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Events without a time are taken as of one moment. */
const readTime = (value: unknown): number => {
  if (typeof value === 'number') return value < 1e11 ? value * 1000 : value
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? 0 : time
}
