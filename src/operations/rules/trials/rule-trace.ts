import { type DetectionRule, type FilterRule, isCalled } from '../../../lib/sigma/document.ts'
import { createEngine } from '../../../lib/sigma/engine.ts'
import type { FlatEvent } from '../../../lib/sigma/event.ts'
import { createResolve } from '../../../lib/sigma/matching/routes.ts'
import { createTruth } from '../../../lib/sigma/matching/truth.ts'
import { createFieldNames } from '../../../lib/sigma/matching/view.ts'
import type { Node } from '../../../lib/sigma/node.ts'
import { isWithinLogsource } from '../../../lib/sigma/read/read-logsource.ts'
import type { Taxonomy } from '../../../lib/sigma/taxonomy.ts'
import { describePart, onlyPart, partsOf } from '../describe-rule.ts'

/** One part of a condition, held against an event. */
export interface TracedPart {
  /** The depth in the condition. */
  readonly depth: number
  readonly selection: string | undefined
  /** The requirement in words. */
  readonly wants: string
  readonly holds: boolean
  /** The tested field in the event's naming, and its value; undefined without a field. */
  readonly field: string | undefined
  readonly eventField: string | undefined
  readonly value: string | undefined
}

/** A rule held against one event. */
export interface Trace {
  /** The log sources of the event. */
  readonly kinds: readonly string[]
  /** Whether it is of the rule's log source; the parts are held against it in any case. */
  readonly applies: boolean
  readonly matches: boolean
  readonly parts: readonly TracedPart[]
  /** The parts that prevent the condition from matching. */
  readonly obstacles: readonly TracedPart[]
}

const mostParts = 500
const longestValue = 500

/** The part that a list of one is about. */
const coreOf = (node: Node): Node => {
  const only = onlyPart(node)
  return only ? coreOf(only) : node
}

const selectionOf = (node: Node): string | undefined => {
  if (node.op !== 'and' && node.op !== 'or') return undefined
  const only = onlyPart(node)
  return node.selection ?? (only && selectionOf(only))
}

/** Evaluates a rule and its filters on one event, and reports the result of each part. */
export const traceRule = (
  rule: DetectionRule,
  filters: readonly FilterRule[],
  event: FlatEvent,
  taxonomy: Taxonomy,
): Trace => {
  const names = createFieldNames()
  const kinds = createEngine([], { taxonomy }).kindsOf(event)
  const applies = kinds.some(({ logsources }) => logsources.some((one) => isWithinLogsource(one, rule.logsource)))
  const { slotOf, isTrue } = createTruth(event, { names, resolve: createResolve(applies ? kinds : [], names) })

  const toPart = (node: Node, depth: number, selection: string | undefined): TracedPart => {
    const core = coreOf(node)
    // Tests of one field are reported together.
    const test = core.op === 'or' && partsOf(core).length === 0 ? core.of[0] : core
    const field = test?.op === 'test' ? test.field : undefined
    const { name, values } =
      test?.op === 'test' && field !== undefined ? slotOf(field) : { name: undefined, values: [] }
    return {
      depth,
      selection,
      wants: describePart(node),
      holds: isTrue(node),
      field,
      eventField: name,
      value: values.length > 0 ? values.join(', ').slice(0, longestValue) : undefined,
    }
  }
  const parts: TracedPart[] = []
  const obstacles: TracedPart[] = []
  /** `wanted` is the result that the whole condition needs from the node. */
  const walk = (node: Node, depth: number, above: string | undefined, wanted: boolean | undefined): void => {
    if (parts.length >= mostParts) return
    const core = coreOf(node)
    const selection = selectionOf(node) ?? above
    const part = toPart(node, depth, selection)
    parts.push(part)
    const stands = wanted !== undefined && part.holds !== wanted
    const inner = partsOf(node)
    if (stands && inner.length === 0) obstacles.push(part)
    const pass = stands ? (core.op === 'not' ? !wanted : wanted) : undefined
    for (const one of inner) walk(one, depth + 1, selection, pass)
  }
  const own = filters.filter(
    ({ rules, logsource }) =>
      isWithinLogsource(rule.logsource, logsource) && rules.some((name) => name === 'any' || isCalled(rule, name)),
  )
  const whole: Node =
    own.length === 0 ? rule.detection : { op: 'and', of: [rule.detection, ...own.map((one) => one.detection)] }
  walk(whole, 0, undefined, true)
  return {
    kinds: kinds.map(({ name }) => name),
    applies,
    matches: applies && rule.unresolved.length === 0 && isTrue(whole),
    parts,
    obstacles,
  }
}
