import type { FlatEvent } from '../event.ts'
import { type Absence, createFindings, type FindingOptions } from './absences.ts'
import type { RuleGroup } from './group.ts'
import { createOutlines } from './outline.ts'
import { type ConditionPlan, leavesOf } from './plan.ts'

interface ExclusionOptions extends FindingOptions {
  readonly groups: readonly RuleGroup[]
  readonly alike?: Alike | undefined
}

/** When events count as alike. */
export interface Alike {
  /** How many of them come before they are looked into; by default the more, the more rules there are. */
  readonly after?: number
  /** A field that has shown more values than this one varies. */
  readonly mostValues?: number
}

/** The absences that exclude all rules from an outline's events; undefined without any. */
interface Verdict {
  absences: readonly Absence[] | undefined
  /** How often it was asked, and how often it excluded all. */
  asked: number
  excluded: number
}

/** An outline that excludes fewer than half of so many events is left alone, … */
const trial = 64
/** … and where fewer than a quarter of so many are excluded, nothing is asked for a while. */
const longTrial = 4096
const pause = 16 * longTrial

/**
 * Excludes that any rule is true of an event, without looking at rules: events of one outline agree in most of what rules test. That is
 * worked out once for all of them, and what is left to hold true needs one of a few texts in one of the fields that vary. Never says so
 * of an event that a rule is true of, but of many that none is; an event that it says nothing of costs little more than without it.
 */
export const createExclusion = (options: ExclusionOptions): ((event: FlatEvent) => boolean) => {
  const { plans, alike = {} } = options
  const { after = Math.max(32, plans.length >> 3), mostValues } = alike
  const outlines = createOutlines<Verdict>(namesOf(options), mostValues)
  const findAbsences = createFindings(options)
  let asked = 0
  let excluded = 0
  let resting = 0

  const holdsNone = (absences: readonly Absence[]): boolean => {
    for (const { at, screen } of absences) if (screen(String(outlines.varying[at]))) return false
    return true
  }
  const ask = (event: FlatEvent): boolean => {
    const outline = outlines.of(event)
    if (outline === undefined) return false
    let { verdict } = outline
    if (verdict === undefined) {
      outline.seen += 1
      if (outline.seen <= after) return false
      verdict = { absences: findAbsences(outline.traits()), asked: 0, excluded: 0 }
      outline.verdict = verdict
    }
    const { absences } = verdict
    if (absences === undefined) return false
    verdict.asked += 1
    if (holdsNone(absences)) {
      verdict.excluded += 1
      return true
    }
    if (verdict.asked >= trial && verdict.excluded * 2 < verdict.asked) verdict.absences = undefined
    return false
  }
  return (event) => {
    if (resting > 0) {
      resting -= 1
      return false
    }
    const answer = ask(event)
    asked += 1
    if (answer) excluded += 1
    if (asked >= longTrial) {
      if (excluded * 4 < asked) resting = pause
      asked = 0
      excluded = 0
    }
    return answer
  }
}

/** The names of all fields that decide of what kind an event is, or that rules may read. */
const namesOf = ({ plans, leaves, names, kinds, groups }: ExclusionOptions): ReadonlySet<string> => {
  const all = new Set<string>()
  const numbers = [...groups.flatMap((group) => group.numbers), ...kinds.map(({ plan }) => plan)]
  for (const leaf of new Set(numbers.flatMap((number) => leavesOf(plans[number] ?? nothing)))) {
    const tested = leaves.list[leaf]
    if (tested === undefined) continue
    const { field, test } = tested
    for (const name of test.type === 'field' ? [names.nameOf(field), test.other] : [names.nameOf(field)]) {
      all.add(name)
      for (const { kind } of kinds) {
        for (const other of kind.fields.get(name) ?? []) all.add(other)
        for (const prefix of kind.prefixes) all.add(prefix + name)
      }
    }
  }
  return all
}

const nothing: ConditionPlan = { op: 'any', of: [] }
