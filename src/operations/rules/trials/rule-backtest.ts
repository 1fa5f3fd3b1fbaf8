import type { CorrelationMatch, MatchedItem, RuleMatch, SigmaDocument } from '../../../lib/sigma/sigma.ts'
import { hour, week } from '../../../lib/units/time.ts'
import type { RuleBook } from '../../../pipeline/detect/sigma/rule-book.ts'
import { eventSubject } from '../../../pipeline/detect/sigma/sigma-entities.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Backtest, MatchedField } from '../../../schema/rule/backtest.ts'
import { toFaultView } from '../rule-view.ts'
import { type TrialHit, type TrialLimits, tryRules } from './rule-trial.ts'

interface BacktestOptions {
  /** The tested rules. */
  readonly targets: readonly SigmaDocument[]
  /** These documents and their references. */
  readonly documents: readonly SigmaDocument[]
  readonly taxonomy: RuleBook['taxonomy']
  /** In order of time, oldest first. */
  readonly events: AsyncIterable<readonly Event[]>
  readonly limits: TrialLimits
  readonly signal?: AbortSignal | undefined
}

const mostSamples = 10
const mostKept = 200
const mostLine = 1_000
const how =
  'Matches of one rule within an hour on the same address, user or host become one alert. For correlations, the group counts instead. The estimate scales this number from the time range of the events, at least one hour, to seven days.'

/** Runs rules on past events and returns the matches with sample events. */
export const runBacktest = async (
  options: BacktestOptions,
): Promise<{
  readonly result: Omit<Backtest, 'overlap' | 'applies_to' | 'sources'>
  readonly matched: readonly Event[]
}> => {
  const { targets } = options
  const wanted = new Set(targets.map(({ id }) => id))
  const hours = new Map<number, number>()
  const alerts = new Set<string>()
  const matched = new Map<string, Event>()
  const samples: Backtest['samples'] = []
  let hits = 0
  const hit = (found: TrialHit): void => {
    const { event, match } = found
    if (!wanted.has(match.rule.id)) return
    hits += 1
    const within = Math.floor(event.time / hour) * hour
    hours.set(within, (hours.get(within) ?? 0) + 1)
    const group =
      match.type === 'correlation' ? JSON.stringify(match.group) : `${event.stream} ${eventSubject(event, match.rule)}`
    alerts.add(`${match.rule.id} ${within} ${group}`)
    if (matched.size < mostKept) matched.set(event.id, event)
    if (samples.length < mostSamples) samples.push(toSample(found))
  }
  const trial = await tryRules({ ...options, hit })
  const span = Math.max(hour, (trial.last ?? 0) - (trial.first ?? 0))
  return {
    matched: [...matched.values()],
    result: {
      rules: targets.map(({ id, title, level }) => ({ id, title, level: level ?? null })),
      from: toIso(trial.first),
      to: toIso(trial.last),
      events: trial.events,
      cut: trial.cut ?? null,
      hits,
      hits_by_hour: [...hours].sort(([a], [b]) => a - b).map(([time, count]) => ({ hour: iso(time), hits: count })),
      expected_alerts: { per_week: Math.round((alerts.size * week * 10) / span) / 10, how },
      samples,
      faults: trial.faults.map(toFaultView),
    },
  }
}

const toSample = ({ event, match }: TrialHit): Backtest['samples'][number] => ({
  rule_id: match.rule.id,
  event_id: event.id,
  time: iso(event.time),
  source: event.source,
  line: event.original.slice(0, mostLine),
  ...(match.type === 'rule' ? ofRule(match) : ofCorrelation(match)),
})

const ofRule = (match: RuleMatch) => ({ matched: match.explain().map(toMatchedField) })

const ofCorrelation = ({ group, value, eventCount }: CorrelationMatch) => ({
  matched: [],
  group: { ...group },
  value,
  event_count: eventCount,
})

/** Presents one reason of a match. */
export const toMatchedField = ({ selection, field, eventField, value, wanted }: MatchedItem): MatchedField => ({
  selection,
  field: field ?? null,
  event_field: eventField ?? null,
  value: value ?? null,
  wanted,
})

const iso = (time: number): string => new Date(time).toISOString()
const toIso = (time: number | undefined): string | null => (time === undefined ? null : iso(time))
