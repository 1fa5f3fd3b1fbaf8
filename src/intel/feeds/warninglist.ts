import { z } from 'zod'
import { toObservable } from '../../lib/observables/observables.ts'
import type { ObservableType } from '../../schema/indicator.ts'
import { skipped } from '../entry.ts'
import { parseJson } from '../parse-json.ts'
import type { BenignMatch, Entry, ReadList } from '../provider.ts'
import { toType } from '../words.ts'

const warninglist = z.looseObject({
  name: z.string(),
  version: z.union([z.number(), z.string()]).optional(),
  type: z.enum(['string', 'hostname', 'cidr', 'substring', 'regex']),
  matching_attributes: z.array(z.string()).default([]),
  list: z.array(z.string()),
})

const matches: Readonly<Record<z.output<typeof warninglist>['type'], BenignMatch>> = {
  string: 'exact',
  hostname: 'domain',
  cidr: 'range',
  substring: 'substring',
  regex: 'pattern',
}

const longestPattern = 500

/** Reads a MISP warninglist: infrastructure that is known to be benign, or too common to mean anything. */
export const readWarninglist: ReadList = function* (text) {
  const { name, type, matching_attributes, list } = parseJson(
    warninglist,
    text,
    'a MISP warninglist: {"name", "type", "list"}',
  )
  const types = typesOf(matching_attributes)
  const match = matches[type]
  for (const value of list) yield readItem(value.trim(), match, name, types)
}

/** Which of our types the list is about; MISP names attributes. Without any, all. */
const typesOf = (attributes: readonly string[]): readonly ObservableType[] => {
  const known = attributes.flatMap((name) => name.split('|').flatMap((part) => toType(part) ?? []))
  return known.length > 0 ? [...new Set(known)] : ['ip', 'domain', 'url', 'hash', 'email']
}

const readItem = (text: string, match: BenignMatch, list: string, types: readonly ObservableType[]): Entry => {
  if (match === 'pattern' || match === 'substring') {
    // MISP writes patterns as PHP takes them: between slashes, with flags.
    const value = match === 'pattern' ? text.replace(/^\/(.*)\/[a-z]*$/s, '$1') : text.toLowerCase()
    return value === '' || value.length > longestPattern
      ? skipped('an empty or overlong pattern', text)
      : { kind: 'benign', list, types, match, value }
  }
  const observable = toObservable(text, match === 'range' ? 'ip' : match === 'domain' ? 'domain' : undefined)
  // Lists of names hold names with a dot before them, and ones that end as none of the internet do.
  const value = observable?.value ?? toObservable(text.replace(/^\./, ''), 'domain')?.value
  return value === undefined
    ? skipped('nothing that can be looked up', text)
    : { kind: 'benign', list, types, match: value.includes('/') && observable?.type === 'ip' ? 'range' : match, value }
}

/** Says which list it is, and of which version. */
export const warninglistNotice = (text: string): string => {
  const { name, version } = parseJson(warninglist, text, 'a MISP warninglist')
  return version === undefined ? name : `${name}, version ${version}`
}
