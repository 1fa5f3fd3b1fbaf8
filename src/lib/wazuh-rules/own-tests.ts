import type { Logsource } from '../sigma/document.ts'
import { compiledTest } from './compiled-rules.ts'
import { translateList } from './list-lookup.ts'
import type { OwnTest } from './own-test.ts'
import { translateAddresses, translateTime } from './packet-and-time.ts'
import { type PatternType, patternTypes, translatePattern } from './patterns.ts'
import { logsourceOfCategory, logsourceOfChannel, logsourceOfProgram, sourceOfDecoder } from './tables.ts'
import { boundedNumber, elementsOf, elementText, type WazuhRule } from './wazuh-rule.ts'
import type { XmlElement } from './xml.ts'

/** The tests of a rule itself, without the inherited ones. */
export interface Own {
  readonly tests: readonly OwnTest[]
  readonly logsource: Logsource | undefined
  /** The parts left out or widened: the rule does not match just what Wazuh's does. */
  readonly partly: readonly string[]
  /** The settings that an admin must add before the rule can match. */
  readonly needs: readonly string[]
  /** The parts that cannot be left out. */
  readonly impossible: readonly string[]
  readonly notes: readonly string[]
}

/** Patterns and the kind that each is, unless `type` says otherwise. */
const patternFields: Readonly<Record<string, PatternType>> = {
  match: 'osmatch',
  regex: 'osregex',
  action: 'string',
  data: 'osmatch',
  dstport: 'osmatch',
  extra_data: 'osmatch',
  hostname: 'osmatch',
  id: 'osmatch',
  location: 'osmatch',
  program_name: 'osmatch',
  protocol: 'osmatch',
  srcport: 'osmatch',
  status: 'osmatch',
  system_name: 'osmatch',
  url: 'osmatch',
  user: 'osmatch',
}

/** The parts that Sigma cannot express at all, and the workaround. */
const hopeless: Readonly<Record<string, string>> = {
  if_fts:
    '<if_fts> asks whether something is seen for the first time, which no Sigma rule remembers. The detectors for new values and templates do that here without a rule.',
  check_diff:
    '<check_diff> compares the output of a command with the last one. Send the command’s changes as events, and write a rule for those.',
  if_matched_regex:
    '<if_matched_regex> counts earlier logs that no rule matched. Give that pattern a rule of its own, and refer to it with <if_matched_sid>.',
  srcgeoip:
    '<srcgeoip> needs Wazuh’s GeoIP database. Add the country to the events when they are sent, and test that field.',
  dstgeoip:
    '<dstgeoip> needs Wazuh’s GeoIP database. Add the country to the events when they are sent, and test that field.',
  weekday:
    '<weekday> cannot be said: Sigma knows hours and days of the month, not days of the week. Suppress the alert on the other days instead.',
}

/** Reads what a rule itself asks of an event. */
export const readOwn = (rule: WazuhRule): Own => {
  const tests: OwnTest[] = []
  const partly: string[] = []
  const needs: string[] = []
  const impossible: string[] = []
  const notes: string[] = [...rule.notes]
  const add = (field: string, pattern: string, fallback: PatternType, element: XmlElement | undefined): void => {
    const type = typeOf(element, fallback, notes)
    const translated = translatePattern(pattern, type)
    if ('reason' in translated) {
      impossible.push(`<${element?.name ?? field}>: ${translated.reason}`)
      return
    }
    if (translated.note) notes.push(translated.note)
    const negated = translated.negated !== isNegated(element)
    tests.push({ field, any: translated.any, negated, needsField: field !== 'log' })
  }
  for (const [name, type] of Object.entries(patternFields)) {
    const text = elementText(rule, name)
    if (text === undefined) continue
    add(name === 'match' || name === 'regex' ? 'log' : name, text, type, elementsOf(rule, name).at(-1))
  }
  const location = elementText(rule, 'location')
  if (location !== undefined && !/[/\\]/.test(location)) {
    partly.push(
      `<location>: "${location.trim()}" names a part of Wazuh, not a file. Events here know the file that they were read from, if any.`,
    )
  }
  for (const element of elementsOf(rule, 'field')) {
    const name = element.attributes.get('name')?.trim()
    if (name === undefined || name === '') impossible.push('<field> has no name.')
    else add(name, element.text, 'osregex', element)
  }
  for (const name of ['srcip', 'dstip']) {
    const elements = elementsOf(rule, name)
    if (elements.length === 0) continue
    const read = translateAddresses(elements.map(({ text }) => text))
    if ('reason' in read) impossible.push(`<${name}>: ${read.reason}`)
    else {
      const negated = read.negated !== isNegated(elements.at(-1))
      tests.push({ field: name, any: read.any, negated, needsField: true })
    }
  }
  for (const element of elementsOf(rule, 'list')) {
    const read = translateList(element)
    if ('reason' in read) impossible.push(read.reason)
    else {
      tests.push(read.test)
      needs.push(read.note)
    }
  }
  for (const element of elementsOf(rule, 'time')) {
    const read = translateTime(element.text)
    if ('reason' in read) impossible.push(read.reason)
    else {
      tests.push(...read.tests)
      partly.push(
        '<time> is compared with the hour of the event’s time stamp, in UTC; Wazuh takes the manager’s clock.',
      )
    }
  }
  for (const { text } of elementsOf(rule, 'compiled_rule')) {
    const test = compiledTest(text.trim())
    if (test) tests.push(test)
    else
      impossible.push(
        `<compiled_rule>: ${text.trim()} is a function in Wazuh’s own C code. Write what it looks for as a pattern.`,
      )
  }
  readMaxsize(rule, tests, partly)
  for (const [name, reason] of Object.entries(hopeless)) {
    if (elementsOf(rule, name).length > 0) impossible.push(reason)
  }
  readNotes(rule, partly, notes)
  return { tests, logsource: readLogsource(rule, tests, notes), partly, needs, impossible, notes }
}

const isNegated = (element: XmlElement | undefined): boolean =>
  element?.attributes.get('negate')?.trim().toLowerCase() === 'yes'

const typeOf = (element: XmlElement | undefined, fallback: PatternType, notes: string[]): PatternType => {
  const said = element?.attributes.get('type')?.trim().toLowerCase()
  if (said === undefined) return fallback
  const known = patternTypes.find((type) => type === said)
  if (known === undefined) notes.push(`type="${said}" is unknown; Wazuh takes ${fallback} then, and so did this.`)
  return known ?? fallback
}

/** Records that are at least so long meet `maxsize`. RE2 repeats at most 1000 times, so we split the number. */
const readMaxsize = (rule: WazuhRule, tests: OwnTest[], partly: string[]): void => {
  const text = rule.attributes.get('maxsize')
  if (text === undefined) return
  const size = boundedNumber(text, 1, 9999)
  if (size === undefined) {
    partly.push(`maxsize="${text}" was left out: it is a number from 1 to 9999.`)
    return
  }
  const value = `(?s)${'.{1000}'.repeat(Math.floor(size / 1000))}.{${size % 1000}}`
  tests.push({ field: '@message', any: [{ modifiers: 're', value }], negated: false, needsField: false })
  partly.push('maxsize counts the characters of the message; Wazuh counts those of the record with its header.')
}

const readNotes = (rule: WazuhRule, partly: string[], notes: string[]): void => {
  const ignore = rule.attributes.get('ignore')
  if (ignore !== undefined) {
    notes.push(
      `ignore="${ignore}": Wazuh is silent for ${ignore} s after an alert. Here repeated alerts are merged into one; no time is set.`,
    )
  }
  if (elementsOf(rule, 'ignore', 'check_if_ignored').length > 0) {
    partly.push(
      '<ignore> and <check_if_ignored> were left out: Wazuh keeps a list of ignored values, Sigma does not. Use a suppression.',
    )
  }
  const texts = rule.elements.map(({ text }) => text).join('\n')
  if (/&(?:lt|gt|amp|quot|apos);/.test(texts)) {
    notes.push('Wazuh reads &lt; and the like letter by letter, and so does this. A smaller-than sign is written \\<.')
  }
}

/** Reads the events that a rule is for from its most specific element. */
const readLogsource = (rule: WazuhRule, tests: OwnTest[], notes: string[]): Logsource | undefined => {
  const channel = elementsOf(rule, 'field').find(({ attributes }) =>
    /^win\.system\.channel$/i.test(attributes.get('name') ?? ''),
  )
  if (channel && !isNegated(channel)) {
    const logsource = logsourceOfChannel(plainText(channel.text))
    if (logsource) return logsource
  }
  const decoder = elementText(rule, 'decoded_as')?.trim()
  if (decoder) {
    const { logsource, program, sure } = sourceOfDecoder(decoder)
    const named = program === undefined ? undefined : translatePattern(program, 'osmatch')
    if (named && 'any' in named) tests.push({ field: 'program_name', any: named.any, negated: false, needsField: true })
    if (!sure) {
      notes.push(
        `Sigma has no log source for the decoder "${decoder}": product is its name. Say in a taxonomy file which events are meant.`,
      )
    }
    return logsource
  }
  const category = elementText(rule, 'category')?.trim()
  const ofCategory = category === undefined ? undefined : logsourceOfCategory(category)
  const program = elementText(rule, 'program_name')
  const ofProgram = program === undefined ? undefined : logsourceOfProgram(plainText(program))
  return ofProgram ?? ofCategory
}

/** A pattern without anchors and escapes; what is no plain text stays what no table has. */
const plainText = (pattern: string): string =>
  pattern
    .trim()
    .replace(/^\^|\$$/g, '')
    .replace(/\\(.)/g, '$1')
