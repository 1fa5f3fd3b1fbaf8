import type { DetectionRule, Heading } from '../document.ts'
import type { Node } from '../node.ts'
import { parseCondition } from './condition.ts'
import { readLogsource } from './read-logsource.ts'
import { Refusal } from './refusal.ts'
import { type Placeholders, readSelection, unresolvedIn } from './selection.ts'
import { isMap, ownValue, sayYaml, textList, type YamlMap } from './yaml-map.ts'

/** Reads a detection rule but its heading. */
export const readRule = (document: YamlMap, placeholders?: Placeholders): Omit<DetectionRule, keyof Heading> => {
  const logsource = readLogsource(document)
  const detection = ownValue(document, 'detection')
  if (detection === undefined || detection === null) {
    throw new Refusal(
      'no-detection',
      'There is no detection.',
      [],
      'A rule has "detection:", a correlation "correlation:".',
    )
  }
  if (!isMap(detection)) throw new Refusal('bad-detection', 'The detection is not a map.', ['detection'])
  const node = readDetection(detection, ['detection'], placeholders)
  return {
    type: 'rule',
    logsource,
    detection: node,
    fields: textList(document, 'fields'),
    unresolved: unresolvedIn(node),
  }
}

/** Reads selections and the condition that joins them. `besides` are keys that mean something else. */
export const readDetection = (
  detection: YamlMap,
  path: readonly string[],
  placeholders?: Placeholders,
  besides: readonly string[] = [],
): Node => {
  const condition = ownValue(detection, 'condition')
  if (condition === undefined || condition === null) {
    throw new Refusal(
      'no-condition',
      'There is no condition.',
      path,
      'Say how the selections are joined: "condition: selection".',
    )
  }
  if ('timeframe' in detection) {
    throw new Refusal(
      'old-timeframe',
      'A timeframe is of Sigma 1.',
      [...path, 'timeframe'],
      'Write a correlation instead.',
    )
  }
  const selections = new Map<string, Node>()
  for (const [name, selection] of Object.entries(detection)) {
    if (name === 'condition' || besides.includes(name)) continue
    selections.set(name, readSelection(name, selection, [...path, name], placeholders))
  }
  const conditions = Array.isArray(condition) ? condition : [condition]
  if (conditions.length === 0)
    throw new Refusal('no-condition', 'The list of conditions is empty.', [...path, 'condition'])
  const nodes = conditions.map((text) => {
    if (typeof text === 'string') return parseCondition(text, selections, [...path, 'condition'])
    throw new Refusal('condition-syntax', `The condition is ${sayYaml(text)}, not a text.`, [...path, 'condition'])
  })
  const [first] = nodes
  const node: Node = nodes.length === 1 && first ? first : { op: 'or', of: nodes }
  if (isLarger(node, mostTests)) {
    throw new Refusal('too-large', `Written out, the condition has more than ${mostTests} tests.`, [
      ...path,
      'condition',
    ])
  }
  return node
}

/** A condition that names large selections again and again would take for ever to try. */
const mostTests = 200_000

/** Whether a tree has more leaves; looks at no more than that. */
const isLarger = (tree: Node, most: number): boolean => {
  let left = most
  const isOver = (node: Node): boolean => {
    if (node.op === 'test') return --left < 0
    return node.op === 'not' ? isOver(node.of) : node.of.some(isOver)
  }
  return isOver(tree)
}
