import { type Log, silentLog } from '../component.ts'
import type { Config } from '../config.ts'
import { createBareContext } from '../context/context.ts'
import { describeContext } from '../context/describe-context.ts'
import { messageOf } from '../errors.ts'
import type { IndicatorIndex } from '../lib/indicators/indicator-index.ts'
import { findMissingPacks } from '../operations/rules/packs/missing-packs.ts'
import { createClassifier } from '../operations/rules/rule-reach.ts'
import { analyzeRecords } from '../pipeline/analyze.ts'
import { createClock } from '../pipeline/clock.ts'
import { assignIncidents } from '../pipeline/correlate/assign-incidents.ts'
import { mergeDetections } from '../pipeline/detect/merge/merge-detections.ts'
import { noRules, type RuleBook } from '../pipeline/detect/sigma/rule-book.ts'
import { toBatches } from '../pipeline/ingest/record-batches.ts'
import { assessAlert } from '../pipeline/triage/assess.ts'
import type { Agent } from '../schema/agent/agent.ts'
import type { Analysis } from '../schema/analysis.ts'
import type { Event } from '../schema/event/event.ts'
import type { RawRecord } from '../schema/record/record.ts'
import { createEventStages } from './event-stages.ts'

interface AnalysisOptions {
  readonly config: Pick<Config, 'detectors' | 'formats' | 'correlate' | 'networks'> & {
    readonly triage: Pick<Config['triage'], 'risk'>
  }
  readonly rules: RuleBook
  readonly indicators?: IndicatorIndex
  readonly agents?: readonly Agent[]
  readonly log?: Log
}

/** Creates a function that runs records through the whole pipeline in memory, each time with untrained detectors. */
export const createAnalysis =
  ({ config, rules, indicators, agents = [], log = silentLog }: AnalysisOptions) =>
  async (records: AsyncIterable<readonly RawRecord[]>): Promise<Analysis> => {
    const { signal } = new AbortController()
    const clock = createClock()
    const context = createBareContext(config, log)
    // An analysis is worth more than the countries of its addresses.
    await context.networks.refresh((fault) => log.warn({ reason: messageOf(fault) }, 'Cannot read a network file.'))
    const stages = createEventStages({ config, clock, rules, context, indicators, agents, log, signal })
    const samples = new Map<string, Event[]>()
    let deliveries = 0
    return analyzeRecords(records, {
      normalize: stages.normalizer.normalize,
      takeCounts: stages.normalizer.takeCounts,
      mine: stages.mine,
      enrich: stages.enrich,
      detect: async (events) => {
        deliveries += 1
        addSamples(samples, events)
        return stages.detect(events, {
          id: String(deliveries),
          attempt: 1,
          signal,
          transaction: async () => undefined,
        })
      },
      merge: (open, detections) => mergeDetections(open, detections, { now: clock.now(), suppress: () => undefined }),
      assess: (alert) => {
        const known = { context: describeContext(alert, context) }
        return { ...alert, status: 'triaged', triage: assessAlert(alert, clock.now(), known, config.triage.risk) }
      },
      correlate: (alerts) =>
        assignIncidents(alerts, [], { now: clock.now(), gap: config.correlate.gap, nextNumber: counter() }),
      templates: stages.templates,
      missingPacks: async (source) => findMissingPacks(await createClassifier(rules)(samples.get(source) ?? []), rules),
    })
  }

/** How many events classify a source, and how many sources are classified. */
const sampled = 300
const mostSources = 200

/** Keeps the first events of each source. All events of one batch have one source. */
const addSamples = (samples: Map<string, Event[]>, events: readonly Event[]): void => {
  const [first] = events
  if (!first) return
  const known = samples.get(first.source) ?? []
  if (known.length === 0 && samples.size < mostSources) samples.set(first.source, known)
  if (known.length < sampled) known.push(...events.slice(0, sampled - known.length))
}

const counter = () => {
  let number = 0
  return () => {
    number += 1
    return number
  }
}

interface ReadOptions {
  readonly config: Pick<Config, 'formats' | 'networks'>
  readonly records: AsyncIterable<readonly RawRecord[]>
  readonly log: Log
  readonly signal: AbortSignal
}

/** Reads records into events, with untrained detectors. All events of one array come from one source. */
export async function* readEvents({ config, records, log, signal }: ReadOptions): AsyncGenerator<readonly Event[]> {
  const { normalizer, mine, enrich } = createEventStages({
    config: { ...config, detectors: [] },
    clock: createClock(),
    rules: noRules,
    context: createBareContext(config, log),
    log,
    signal,
  })
  let first = 0
  for await (const batch of records) {
    for (const part of toBatches(batch)) {
      yield enrich(mine(normalizer.normalize({ ...part, partition: 0, first })))
      first += part.texts.length
    }
  }
}
