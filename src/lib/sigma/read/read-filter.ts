import type { FilterRule, Heading } from '../document.ts'
import { readLogsource } from './read-logsource.ts'
import { readDetection } from './read-rule.ts'
import { Refusal } from './refusal.ts'
import { type Placeholders, unresolvedIn } from './selection.ts'
import { isMap, ownValue, textList, type YamlMap } from './yaml-map.ts'

/** Reads a filter but its heading. Its condition is joined to those of the rules by "and", so most say `not selection`. */
export const readFilter = (document: YamlMap, placeholders?: Placeholders): Omit<FilterRule, keyof Heading> => {
  const logsource = readLogsource(document)
  const filter = ownValue(document, 'filter')
  if (!isMap(filter)) throw new Refusal('bad-filter', 'The filter is not a map.', ['filter'])
  if (ownValue(filter, 'rules') === undefined || ownValue(filter, 'rules') === null) {
    throw new Refusal(
      'no-rules',
      'The filter names no rules.',
      ['filter'],
      'List their ids or names in "rules:", or write "any".',
    )
  }
  const rules = textList(filter, 'rules', ['filter'])
  const detection = readDetection(filter, ['filter'], placeholders, ['rules'])
  const isForAll = rules.length === 0 || rules.some((rule) => /^(any|all)$/i.test(rule))
  return {
    type: 'filter',
    logsource,
    rules: isForAll ? ['any'] : rules,
    detection,
    unresolved: unresolvedIn(detection),
  }
}
