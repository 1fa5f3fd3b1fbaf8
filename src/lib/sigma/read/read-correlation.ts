import { day, hour, minute, week } from '../../units/time.ts'
import { type Comparison, comparisons } from '../comparison.ts'
import { type CorrelationRule, correlationTypes, type Heading } from '../document.ts'
import type { Node } from '../node.ts'
import { parseCondition } from './condition.ts'
import { Refusal, spellingHint } from './refusal.ts'
import { isMap, optionalText, ownValue, sayYaml, textList, type YamlMap } from './yaml-map.ts'

const units: Readonly<Record<string, number>> = {
  s: 1e3,
  m: minute,
  h: hour,
  d: day,
  w: week,
  M: 2_629_746e3,
  y: 31_556_952e3,
}
const at = ['correlation']

/** Every event of a window is remembered, so there is an end to it. */
const mostCounted = 50_000

/** Reads a correlation but its heading. */
export const readCorrelation = (document: YamlMap): Omit<CorrelationRule, keyof Heading> => {
  const map = ownValue(document, 'correlation')
  if (!isMap(map)) throw new Refusal('bad-correlation', 'The correlation is not a map.', at)
  const type = readType(map)
  const isTemporal = type === 'temporal' || type === 'temporal_ordered'
  const written = ownValue(map, 'condition')
  const named = textList(map, 'rules', at)
  const expression = typeof written === 'string' ? readExpression(written, named, isTemporal) : undefined
  const rules = named.length > 0 ? named : expression ? namesIn(expression) : []
  if (rules.length === 0) {
    throw new Refusal('no-rules', 'The correlation names no rules.', at, 'List their names or ids in "rules:".')
  }
  const { conditions, valueFields, percentile } = readConditions(written, type, isTemporal, rules.length)
  const generate = ownValue(map, 'generate') ?? ownValue(document, 'generate') ?? false
  if (typeof generate !== 'boolean') {
    throw new Refusal('bad-generate', '"generate" is neither true nor false.', [...at, 'generate'])
  }
  return {
    type: 'correlation',
    correlation: type,
    rules,
    groupBy: textList(map, 'group-by', at),
    aliases: readAliases(map),
    timespan: readTimespan(map),
    conditions,
    valueFields,
    percentile,
    expression,
    generate,
  }
}

const readType = (map: YamlMap): CorrelationRule['correlation'] => {
  const type = optionalText(map, 'type', at)
  const known = correlationTypes.find((one) => one === type?.toLowerCase())
  if (known) return known
  if (type === undefined)
    throw new Refusal('no-type', 'The correlation has no type.', at, `One of: ${correlationTypes.join(', ')}.`)
  throw new Refusal(
    'bad-type',
    `There is no correlation of the type "${type}".`,
    [...at, 'type'],
    `${spellingHint(type, correlationTypes)} It is one of: ${correlationTypes.join(', ')}.`.trim(),
  )
}

const readTimespan = (map: YamlMap): number => {
  const text = optionalText(map, 'timespan', at) ?? optionalText(map, 'timeframe', at)
  if (text === undefined)
    throw new Refusal('no-timespan', 'The correlation has no timespan.', at, 'Write "timespan: 5m".')
  const [, count, unit = ''] = /^(\d{1,9})([smhdwMy])$/.exec(text) ?? []
  const span = Number(count) * (units[unit] ?? Number.NaN)
  if (!(span > 0)) {
    throw new Refusal(
      'bad-timespan',
      `"${text}" is no timespan.`,
      [...at, 'timespan'],
      'Write a number and one of s m h d w M y: "90m".',
    )
  }
  return span
}

const readAliases = (map: YamlMap): CorrelationRule['aliases'] => {
  const aliases = ownValue(map, 'aliases') ?? {}
  const path = [...at, 'aliases']
  if (!isMap(aliases)) throw new Refusal('bad-aliases', 'The aliases are not a map.', path)
  return new Map(
    Object.entries(aliases).map(([alias, fields]) => {
      if (!isMap(fields)) {
        throw new Refusal(
          'bad-aliases',
          `The alias "${alias}" is not a map.`,
          [...path, alias],
          'Write "rule name: field" below it.',
        )
      }
      return [
        alias,
        new Map(Object.keys(fields).map((rule) => [rule, optionalText(fields, rule, [...path, alias]) ?? ''])),
      ]
    }),
  )
}

const readConditions = (
  written: unknown,
  type: CorrelationRule['correlation'],
  isTemporal: boolean,
  rules: number,
): Pick<CorrelationRule, 'conditions' | 'valueFields' | 'percentile'> => {
  const path = [...at, 'condition']
  if (isTemporal && (written === undefined || written === null)) {
    return { conditions: [{ comparison: 'gte', number: rules }], valueFields: [], percentile: 50 }
  }
  if (isTemporal && typeof written === 'string') return { conditions: [], valueFields: [], percentile: 50 }
  if (!isMap(written)) {
    throw new Refusal('no-condition', 'The correlation has no condition.', at, 'Write "condition: { gte: 10 }".')
  }
  const odd = Object.keys(written).find((key) => !isComparison(key) && key !== 'field' && key !== 'percentile')
  if (odd !== undefined) {
    throw new Refusal(
      'bad-condition',
      `"${odd}" means nothing in a correlation's condition.`,
      [...path, odd],
      spellingHint(odd, [...comparisons, 'field', 'percentile']),
    )
  }
  const isCount = type === 'event_count' || type === 'value_count'
  const conditions = comparisons.flatMap((comparison) => {
    const number = ownValue(written, comparison)
    if (number === undefined) return []
    if (isCount && typeof number === 'number' && number > mostCounted) {
      throw new Refusal('bad-condition', `More than ${mostCounted} cannot be counted.`, [...path, comparison])
    }
    if (typeof number === 'number' && Number.isFinite(number)) return [{ comparison, number }]
    throw new Refusal(
      'bad-condition',
      `The condition has ${sayYaml(number)} for "${comparison}", which is no number.`,
      [...path, comparison],
    )
  })
  if (conditions.length === 0) {
    throw new Refusal(
      'bad-condition',
      'The condition compares nothing.',
      path,
      `Use one of: ${comparisons.join(', ')}.`,
    )
  }
  const valueFields = textList(written, 'field', path)
  if (type.startsWith('value_') && valueFields.length === 0) {
    throw new Refusal(
      'no-field',
      `A correlation of the type ${type} needs a field.`,
      path,
      'Write "field: user.name" in the condition.',
    )
  }
  const percentile = ownValue(written, 'percentile') ?? 50
  if (typeof percentile !== 'number' || !(percentile >= 0 && percentile <= 100)) {
    throw new Refusal('bad-condition', 'The percentile is no number from 0 to 100.', [...path, 'percentile'])
  }
  return { conditions, valueFields, percentile }
}

const isComparison = (word: string): word is Comparison => comparisons.some((one) => one === word)

/** Reads a condition in words (`a and not b`), of temporal correlations: each name is a rule. */
const readExpression = (text: string, named: readonly string[], isTemporal: boolean): Node => {
  const path = [...at, 'condition']
  if (!isTemporal) {
    throw new Refusal(
      'bad-condition',
      'Only temporal correlations can have a condition in words.',
      path,
      'Write "condition: { gte: 10 }".',
    )
  }
  const words = (text.match(/[\w.-]+/g) ?? []).filter((word) => !/^(and|or|not)$/i.test(word))
  const rules = named.length > 0 ? named : words
  const unused = rules.find((rule) => !words.includes(rule))
  if (unused !== undefined) {
    throw new Refusal('bad-condition', `The condition does not name the rule "${unused}" of the list.`, path)
  }
  const selections = new Map(
    rules.map((rule): [string, Node] => [rule, { op: 'test', field: rule, test: { type: 'exists', wanted: true } }]),
  )
  return parseCondition(text, selections, path)
}

const namesIn = (node: Node): string[] => {
  if (node.op === 'test') return node.field === undefined ? [] : [node.field]
  const inner = node.op === 'not' ? [node.of] : node.of
  return [...new Set(inner.flatMap(namesIn))]
}
