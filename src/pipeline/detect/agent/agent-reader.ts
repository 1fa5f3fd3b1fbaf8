import { RE2JS, RE2JSException } from 're2js'
import { AppError } from '../../../errors.ts'
import { minute } from '../../../lib/units/time.ts'
import type { Agent, AgentFeature, AgentThreshold } from '../../../schema/agent/agent.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import { flatText } from '../shared/flat-text.ts'

const longestLine = 4_096
const mostMatches = 50
/** How many program names to cache. */
const mostPrograms = 1_000

/** How a feature reads a line: as slots to increment, as numbers to average or compare, or as texts. */
export type FeatureReader =
  | {
      readonly kind: 'count'
      readonly slot: number
      readonly slots: number
      /** The number that the first slot counts: the smallest one of a histogram. */
      readonly from: number
      read(line: AgentLine): readonly number[]
    }
  | { readonly kind: 'largest'; readonly slot: number; readonly slots: 1; read(line: AgentLine): readonly number[] }
  | { readonly kind: 'mean'; readonly slot: number; readonly slots: 2; read(line: AgentLine): readonly number[] }
  | { readonly kind: 'distinct'; readonly set: number; read(line: AgentLine): readonly string[] }
  | { readonly kind: 'ratio'; readonly of: string; readonly to: string; readonly atLeast: number }

/** An event in the form that agents read. */
export interface AgentLine {
  readonly event: Event
  /** In lower case. */
  readonly text: string
}

/** A threshold with the feature that serves as evidence. */
export interface Limit extends AgentThreshold {
  /** Whether the value only grows within a window, so that it can be reported before the window ends. */
  readonly grows: boolean
  /** The feature whose lines are evidence. */
  readonly shown: string
}

/** An agent that is ready to read lines. */
export interface CompiledAgent {
  readonly id: string
  readonly agent: Agent
  /** The length of a step in ms, and the number of steps in a window. */
  readonly step: number
  readonly steps: number
  readonly slots: number
  readonly sets: number
  readonly readers: ReadonlyMap<string, FeatureReader>
  readonly limits: readonly Limit[]
  /** Whether the agent reads events like this one. */
  takes(event: Event): boolean
  /** Returns the target level of the line, if it has one. */
  levelOf(line: AgentLine): 'critical' | 'error' | 'warning' | undefined
}

/** Turns an event into a line. Ask `takes` first, because most events are of programs that no agent reads. */
export const toLine = (event: Event): AgentLine => ({ event, text: event.message.slice(0, longestLine).toLowerCase() })

/** Compiles an agent's expressions. Throws CONFIG_INVALID on an invalid one. */
export const compileAgent = (agent: Agent): CompiledAgent => {
  const { analysis_rules: rules, agent_type } = agent
  const compile = (pattern: string) => compilePattern(agent, pattern)
  const readers = new Map<string, FeatureReader>()
  let slots = 0
  let sets = 0
  for (const [name, feature] of Object.entries(rules.feature_extraction)) {
    const reader = toReader(feature, slots, sets, compile)
    readers.set(name, reader)
    if ('slots' in reader) slots += reader.slots
    if (reader.kind === 'distinct') sets += 1
  }
  const programs = new Set(agent.process_filters.map((program) => program.toLowerCase()))
  const include = rules.include_patterns.map(compile)
  const exclude = rules.exclude_patterns.map(compile)
  const fallback = agent_type === 'ml_based' ? rules.fallback_rules : undefined
  const thresholds = fallback?.enable_fallback === false ? [] : rules.thresholds
  const targets: readonly string[] = rules.target_levels
  const levelOf = (line: AgentLine) => {
    const level = levels[textField(line.event, 'log.level') ?? '']
    if (level === undefined || !targets.includes(level)) return undefined
    if (include.length > 0 && !include.some((pattern) => pattern.test(line.text))) return undefined
    return exclude.some((pattern) => pattern.test(line.text)) ? undefined : level
  }
  for (const level of rules.target_levels) {
    const read = (line: AgentLine) => (levelOf(line) === level ? one : none)
    readers.set(`${level}_lines`, { kind: 'count', slot: slots++, slots: 1, from: 0, read })
  }
  const steps = Math.max(1, Math.round((rules.lookback_minutes * 60) / rules.analysis_interval))
  return {
    id: agent.agent_id,
    agent,
    // A multiple of the step equals the lookback even if the interval does not divide it.
    step: (rules.lookback_minutes * minute) / steps,
    steps,
    slots,
    sets,
    readers,
    limits: thresholds.map((limit) => {
      const reader = readers.get(limit.feature)
      return {
        ...limit,
        above: fallback?.rule_based_detection[limit.anomaly_type] ?? limit.above,
        grows: reader?.kind === 'count' || reader?.kind === 'distinct' || reader?.kind === 'largest',
        shown: reader?.kind === 'ratio' ? reader.of : limit.feature,
      }
    }),
    takes: programs.size === 0 ? () => true : takesOf(programs),
    levelOf,
  }
}

const levels: Readonly<Record<string, 'critical' | 'error' | 'warning'>> = {
  emerg: 'critical',
  alert: 'critical',
  crit: 'critical',
  critical: 'critical',
  fatal: 'critical',
  error: 'error',
  warning: 'warning',
}

/** Matches events of the given programs, and kernel lines that name one of them, such as firewall lines. */
const takesOf = (programs: ReadonlySet<string>): CompiledAgent['takes'] => {
  const known = new Map<string, 'yes' | 'no' | 'kernel'>()
  const exceeds = (program: string) => {
    const plain = program.slice(program.lastIndexOf('/') + 1).toLowerCase()
    return programs.has(plain) ? 'yes' : plain === 'kernel' ? 'kernel' : 'no'
  }
  const isNamed = (event: Event): boolean =>
    (
      toLine(event)
        .text.slice(0, 80)
        .match(/[a-z][a-z0-9]+/g) ?? []
    ).some((word) => programs.has(word))
  return (event) => {
    const program = textField(event, 'process.name') ?? textField(event, 'service.name')
    if (program === undefined) return false
    let answer = known.get(program)
    if (answer === undefined) {
      answer = exceeds(program)
      if (known.size >= mostPrograms) known.clear()
      known.set(flatText(program), answer)
    }
    return answer === 'yes' || (answer === 'kernel' && isNamed(event))
  }
}

const toReader = (
  feature: AgentFeature,
  slot: number,
  set: number,
  compile: (pattern: string) => RE2JS,
): FeatureReader => {
  if ('lines' in feature) {
    if (feature.lines === 'all') return { kind: 'count', slot, slots: 1, from: 0, read: () => one }
    const wanted = feature.lines.map(toPhrase)
    const unwanted = feature.except.map(toPhrase)
    const ofLevel = new Set(feature.levels)
    return {
      kind: 'count',
      slot,
      slots: 1,
      from: 0,
      read: ({ text, event }) => {
        const level = event.fields['log.level']
        const hit =
          (typeof level === 'string' && ofLevel.has(level)) || wanted.some((phrase) => containsInOrder(text, phrase))
        return hit && !unwanted.some((phrase) => containsInOrder(text, phrase)) ? one : none
      },
    }
  }
  if ('distinct' in feature) {
    const pattern = compile(feature.distinct)
    return { kind: 'distinct', set, read: ({ text }) => findAll(pattern, text) }
  }
  if ('distinct_field' in feature) {
    const field = feature.distinct_field
    return { kind: 'distinct', set, read: ({ event }) => fieldOf(event, field) }
  }
  if ('histogram' in feature) {
    const pattern = compile(feature.histogram)
    const { from, to } = feature
    const codes = (text: string) =>
      findAll(pattern, text)
        .map(Number)
        .filter((code) => code >= from && code <= to)
    return {
      kind: 'count',
      slot,
      slots: to - from + 1,
      from,
      read: ({ text }) => codes(text).map((code) => code - from),
    }
  }
  if ('mean' in feature) {
    const pattern = compile(feature.mean)
    return {
      kind: 'mean',
      slot,
      slots: 2,
      read: ({ text }) => findAll(pattern, text).map(Number).filter(Number.isFinite),
    }
  }
  if ('largest' in feature) {
    const pattern = compile(feature.largest)
    return {
      kind: 'largest',
      slot,
      slots: 1,
      read: ({ text }) => findAll(pattern, text).map(Number).filter(Number.isFinite),
    }
  }
  return { kind: 'ratio', of: feature.ratio[0], to: feature.ratio[1], atLeast: feature.at_least }
}

/** The first slot of a feature. */
const one: readonly number[] = [0]
const none: readonly number[] = []

const toPhrase = (phrase: string): readonly string[] => phrase.toLowerCase().split('*')

/** Whether a text contains the parts of a phrase in order. */
const containsInOrder = (text: string, parts: readonly string[]): boolean => {
  let from = 0
  for (const part of parts) {
    const at = text.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return true
}

const findAll = (pattern: RE2JS, text: string): string[] => {
  const found: string[] = []
  const matcher = pattern.matcher(text)
  while (found.length < mostMatches && matcher.find()) {
    const groups = Array.from({ length: matcher.groupCount() }, (_, i) => matcher.group(i + 1))
    found.push(groups.find((group) => group !== null) ?? matcher.group() ?? '')
  }
  return found
}

const fieldOf = (event: Event, name: string): readonly string[] => {
  const value = event.fields[name]
  return value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)]
}

const compilePattern = ({ agent_id }: Agent, pattern: string): RE2JS => {
  try {
    return RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    throw new AppError('CONFIG_INVALID', `The agent "${agent_id}" has an expression that cannot be used: ${pattern}.`, {
      hint: `${error.message}. Look-around and back-references are not supported.`,
      cause: error,
    })
  }
}
