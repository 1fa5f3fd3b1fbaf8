import { type DetectionRule, type FilterRule, isCalled } from '../../lib/sigma/document.ts'
import { createEngine } from '../../lib/sigma/engine.ts'
import type { FlatEvent } from '../../lib/sigma/event.ts'
import type { Node } from '../../lib/sigma/node.ts'
import { isWithin } from '../../lib/sigma/read-logsource.ts'
import { createResolve } from '../../lib/sigma/routes.ts'
import type { Taxonomy } from '../../lib/sigma/taxonomy.ts'
import { createTruth } from '../../lib/sigma/truth.ts'
import { createFieldNames } from '../../lib/sigma/view.ts'
import { onlyPart, partsOf, sayPart } from './rule-words.ts'

/** One part of a condition, held against an event. */
export interface TracedPart {
  /** How far down it stands in the condition. */
  readonly depth: number
  readonly selection: string | undefined
  /** What it wants, in words. */
  readonly wants: string
  readonly holds: boolean
  /** The field that it asks for, as the event calls it, and what stands there; undefined where it asks for none. */
  readonly field: string | undefined
  readonly eventField: string | undefined
  readonly value: string | undefined
}

/** A rule held against one event. */
export interface Trace {
  /** What the event counts as. */
  readonly kinds: readonly string[]
  /** Whether it is of the rule's log source; the parts are held against it in any case. */
  readonly applies: boolean
  readonly matches: boolean
  readonly parts: readonly TracedPart[]
  /** The parts that would have to be otherwise for the condition to hold. */
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

/** Holds a rule, with the filters that apply to it, against one event, and tells of each part whether it is true. */
export const traceRule = (
  rule: DetectionRule,
  filters: readonly FilterRule[],
  event: FlatEvent,
  taxonomy: Taxonomy,
): Trace => {
  const names = createFieldNames()
  const kinds = createEngine([], { taxonomy }).kindsOf(event)
  const applies = kinds.some(({ logsources }) => logsources.some((one) => isWithin(one, rule.logsource)))
  const { slotOf, isTrue } = createTruth(event, { names, resolve: createResolve(applies ? kinds : [], names) })

  const toPart = (node: Node, depth: number, selection: string | undefined): TracedPart => {
    const core = coreOf(node)
    // Tests that are said together are about one field.
    const test = core.op === 'or' && partsOf(core).length === 0 ? core.of[0] : core
    const field = test?.op === 'test' ? test.field : undefined
    const { name, values } =
      test?.op === 'test' && field !== undefined ? slotOf(field) : { name: undefined, values: [] }
    return {
      depth,
      selection,
      wants: sayPart(node),
      holds: isTrue(node),
      field,
      eventField: name,
      value: values.length > 0 ? values.join(', ').slice(0, longestValue) : undefined,
    }
  }
  const parts: TracedPart[] = []
  const obstacles: TracedPart[] = []
  /** `wanted` is what the node would have to be for the whole to hold. */
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
      isWithin(rule.logsource, logsource) && rules.some((name) => name === 'any' || isCalled(rule, name)),
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
