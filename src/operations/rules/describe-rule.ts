import type { CorrelationRule, Logsource, SigmaDocument } from '../../lib/sigma/document.ts'
import type { Node } from '../../lib/sigma/node.ts'
import { sayTest } from '../../lib/sigma/test.ts'
import { plural } from '../../lib/units/number.ts'
import { day, hour, minute } from '../../lib/units/time.ts'

const mostLines = 200
const mostValues = 12

/** Describes a document in words, one condition per line, indented by two spaces per level. */
export const describeDocument = (document: SigmaDocument): readonly string[] => {
  if (document.type === 'correlation') return sayCorrelation(document)
  const head =
    document.type === 'rule'
      ? `An event of ${describeLogsource(document.logsource)} matches when:`
      : `Among events of ${describeLogsource(document.logsource)}, ${document.rules.join(', ')} match only those for which:`
  return cut([head, ...sayNode(document.detection, 1)])
}

/** Describes a log source: `linux, sshd`. */
export const describeLogsource = ({ product, category, service }: Logsource): string =>
  [product, category, service].filter((part) => part !== undefined).join(', ') || 'any kind'

/** Describes a part of a condition in one line. */
export const describePart = (node: Node): string => {
  if (node.op === 'not') return 'not:'
  if (node.op === 'test') return `${node.field ?? 'the text'} ${sayTest(node.test)}`
  if (node.op === 'some') return `at least ${node.count} of:`
  const label = node.selection === undefined ? '' : `${node.selection}: `
  const only = onlyPart(node)
  if (only) return `${label}${describePart(only)}`
  const alike = describeAlternatives(node.of)
  if (alike !== undefined && node.op === 'or') return `${label}${alike}`
  return `${label}${node.op === 'and' ? 'all of:' : 'at least one of:'}`
}

/** The parts of a node that need lines of their own. */
export const partsOf = (node: Node): readonly Node[] => {
  if (node.op === 'test') return []
  if (node.op === 'not') return [node.of]
  const only = onlyPart(node)
  if (only) return partsOf(only)
  return node.op === 'or' && describeAlternatives(node.of) !== undefined ? [] : node.of
}

/** A list of one item needs no "all of". */
export const onlyPart = (node: Node): Node | undefined =>
  (node.op === 'and' || node.op === 'or') && node.of.length === 1 ? node.of[0] : undefined

const sayNode = (node: Node, depth: number): string[] => [
  `${'  '.repeat(depth)}${describePart(node)}`,
  ...partsOf(node).flatMap((part) => sayNode(part, depth + 1)),
]

/** Describes tests of one field as a list: `Image ends with "/nc", ends with "/ncat"`. */
const describeAlternatives = (nodes: readonly Node[]): string | undefined => {
  const tests = nodes.flatMap((node) => (node.op === 'test' ? [node] : []))
  const field = tests[0]?.field
  if (tests.length < 2 || tests.length !== nodes.length || tests.some((test) => test.field !== field)) return undefined
  const said = tests.slice(0, mostValues).map(({ test }) => sayTest(test))
  const more = tests.length - said.length
  return `${field ?? 'the text'} ${said.join(', or ')}${more > 0 ? `, or one of ${more} more` : ''}`
}

const sayCorrelation = ({
  correlation,
  rules,
  groupBy,
  timespan,
  conditions,
  valueFields,
  expression,
}: CorrelationRule) => {
  const many = conditions.map(({ comparison, number }) => `${comparisons[comparison]} ${number}`).join(' and ')
  const what = valueFields.join(' and ')
  const counted: Readonly<Record<CorrelationRule['correlation'], string>> = {
    event_count: `the number of events is ${many}`,
    value_count: `the number of different values of ${what} is ${many}`,
    temporal: 'all of these rules match',
    temporal_ordered: 'all of these rules match, in this order',
    value_sum: `the sum of ${what} is ${many}`,
    value_avg: `the average of ${what} is ${many}`,
    value_median: `the median of ${what} is ${many}`,
    value_percentile: `the percentile of ${what} is ${many}`,
    value_min: `the minimum ${what} is ${many}`,
    value_max: `the maximum ${what} is ${many}`,
  }
  const group = groupBy.length > 0 ? `, for each ${groupBy.join(' and ')}` : ''
  return cut([
    `Within ${describeTimespan(timespan)}${group}, ${counted[correlation]}:`,
    ...rules.map((rule) => `  ${rule}`),
    ...(expression ? ['  where:', ...sayNode(expression, 2)] : []),
  ])
}

const comparisons = {
  gt: 'more than',
  gte: 'at least',
  lt: 'less than',
  lte: 'at most',
  eq: 'exactly',
  neq: 'other than',
} as const

const describeTimespan = (ms: number): string => {
  for (const [unit, size] of [
    ['day', day],
    ['hour', hour],
    ['minute', minute],
  ] as const) {
    if (ms >= size && ms % size === 0) return plural(ms / size, unit)
  }
  return plural(ms / 1000, 'second')
}

const cut = (lines: readonly string[]): readonly string[] =>
  lines.length > mostLines ? [...lines.slice(0, mostLines), `… and ${lines.length - mostLines} more lines`] : lines
