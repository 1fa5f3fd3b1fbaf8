import { load, YAMLException } from 'js-yaml'
import type { Logsource } from './document.ts'
import type { Fault } from './fault.ts'
import type { Node } from './node.ts'
import { toLogsource } from './read/read-logsource.ts'
import { findLine, Refusal } from './read/refusal.ts'
import { readSelection } from './read/selection.ts'
import { isMap, optionalText, ownValue, textList, type YamlMap } from './read/yaml-map.ts'

/** A kind of events: how to know them, what they count as for rules, and where they keep the fields that rules name. */
export interface TaxonomyEventKind {
  readonly name: string
  /** Undefined: no event is known for it, only those with a declared log source. */
  readonly when: Node | undefined
  readonly logsources: readonly Logsource[]
  /** Sigma's field → the event's fields; an event's field of Sigma's own name comes first, then the first of these. */
  readonly fields: ReadonlyMap<string, readonly string[]>
  /** Where a field is looked for last: `winlog.event_data.`. */
  readonly prefixes: readonly string[]
}

/** How events are known and read. */
export interface Taxonomy {
  readonly kinds: readonly TaxonomyEventKind[]
}

/** Parses the YAML of a taxonomy that is known to be valid, for `parsed` of a later reading. */
export const parseTaxonomy = (text: string): unknown => load(text, { maxAliases: 1000, maxDepth: 40 })

/**
 * Reads a taxonomy file. A kind that is not valid becomes a fault; the others remain.
 *
 * @param parsed the values of texts that were parsed before
 */
export const readTaxonomy = (
  text: string,
  file: string,
  parsed?: ReadonlyMap<string, unknown>,
): Taxonomy & { readonly faults: readonly Fault[] } => {
  const faults: Fault[] = []
  const refuse = (refusal: Refusal, line = findLine(text, refusal.path)): void => {
    const { code, message, hint } = refusal
    faults.push({ code, severity: 'error', message, hint, file, line, rule: undefined })
  }
  try {
    const value = parsed?.get(text) ?? parseTaxonomy(text)
    const list = isMap(value) ? ownValue(value, 'kinds') : undefined
    if (!Array.isArray(list)) throw new Refusal('bad-taxonomy', 'There is no list of kinds.', [], 'Write "kinds:".')
    const kinds = list.flatMap((item, index) => {
      try {
        return [readKind(item, index)]
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        refuse(error)
        return []
      }
    })
    return { kinds, faults }
  } catch (error) {
    if (error instanceof Refusal) refuse(error)
    else if (error instanceof YAMLException) {
      refuse(
        new Refusal('yaml-syntax', `The text is not valid YAML: ${error.reason}.`, []),
        (error.mark?.line ?? 0) + 1,
      )
    } else throw error
    return { kinds: [], faults }
  }
}

/** Puts several taxonomies together. */
export const joinTaxonomies = (taxonomies: readonly Taxonomy[]): Taxonomy => ({
  kinds: taxonomies.flatMap(({ kinds }) => kinds),
})

const readKind = (item: unknown, index: number): TaxonomyEventKind => {
  if (!isMap(item)) throw new Refusal('bad-kind', `Kind ${index + 1} is not a map.`, ['kinds'])
  const name = optionalText(item, 'name')
  if (name === undefined) throw new Refusal('bad-kind', `Kind ${index + 1} has no name.`, ['kinds'])
  const at = ['kinds', `name: ${name}`]
  const when = ownValue(item, 'when')
  return {
    name,
    when: when === undefined || when === null ? undefined : readSelection('when', when, [...at, 'when'], undefined),
    logsources: readLogsources(item, name),
    fields: readFields(item),
    prefixes: textList(item, 'prefixes', at),
  }
}

const readLogsources = (item: YamlMap, name: string): Logsource[] => {
  const list = ownValue(item, 'logsources')
  if (!Array.isArray(list) || list.length === 0 || !list.every(isMap)) {
    throw new Refusal(
      'bad-kind',
      `The kind "${name}" has no list of logsources.`,
      ['kinds'],
      'Write "logsources: [{ product: linux }]".',
    )
  }
  return list.map((entry) => toLogsource(entry, ['logsources']))
}

const readFields = (item: YamlMap): Map<string, readonly string[]> => {
  const fields = ownValue(item, 'fields') ?? {}
  if (!isMap(fields)) throw new Refusal('bad-kind', 'The fields are not a map.', ['kinds', 'fields'])
  return new Map(Object.keys(fields).map((field) => [field, textList(fields, field, ['kinds', 'fields'])]))
}
