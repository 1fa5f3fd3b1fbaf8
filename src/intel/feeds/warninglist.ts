import { z } from 'zod'
import { toObservable } from '../../lib/observables/observables.ts'
import type { ObservableType } from '../../schema/intelligence/indicator.ts'
import { skipped } from '../entry.ts'
import { parseFeedJson } from '../parse-json.ts'
import type { BenignMatch, FeedEntry, ReadList } from '../provider.ts'
import { toType } from '../terms.ts'

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

const maxPatternLength = 500

/** Parses a MISP warninglist: infrastructure that is known to be benign, or too common to be an indicator. */
export const readWarninglist: ReadList = function* (text) {
  const { name, type, matching_attributes, list } = parseFeedJson(
    warninglist,
    text,
    'a MISP warninglist: {"name", "type", "list"}',
  )
  const types = typesOf(matching_attributes)
  const match = matches[type]
  for (const value of list) yield readItem(value.trim(), match, name, types)
}

/** Returns the types that a list covers, from its MISP attributes. The default is most types. */
const typesOf = (attributes: readonly string[]): readonly ObservableType[] => {
  const known = attributes.flatMap((name) => name.split('|').flatMap((part) => toType(part) ?? []))
  return known.length > 0 ? [...new Set(known)] : ['ip', 'domain', 'url', 'hash', 'email']
}

const readItem = (text: string, match: BenignMatch, list: string, types: readonly ObservableType[]): FeedEntry => {
  if (match === 'pattern' || match === 'substring') {
    // MISP patterns have the PHP form: between slashes, with flags.
    const value = match === 'pattern' ? text.replace(/^\/(.*)\/[a-z]*$/s, '$1') : text.toLowerCase()
    return value === '' || value.length > maxPatternLength
      ? skipped('empty pattern, or longer than 500 characters', text)
      : { kind: 'benign', list, types, match, value }
  }
  const observable = toObservable(text, match === 'range' ? 'ip' : match === 'domain' ? 'domain' : undefined)
  // Some lists contain names with a leading dot, or with a private suffix.
  const value = observable?.value ?? toObservable(text.replace(/^\./, ''), 'domain')?.value
  return value === undefined
    ? skipped('not a supported value', text)
    : { kind: 'benign', list, types, match: value.includes('/') && observable?.type === 'ip' ? 'range' : match, value }
}

/** Returns the name and the version of the list. */
export const warninglistNotice = (text: string): string => {
  const { name, version } = parseFeedJson(warninglist, text, 'a MISP warninglist')
  return version === undefined ? name : `${name}, version ${version}`
}
