import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import { createBareContext } from '../context/context.ts'
import { gatherContext } from '../context/gather.ts'
import type { IndicatorIndex } from '../lib/indicators/indicator-index.ts'
import { type AnalysisRoad, analyzeRecords } from '../pipeline/analyze.ts'
import { createClock } from '../pipeline/clock.ts'
import { correlate } from '../pipeline/correlate/correlate.ts'
import { mergeDetections } from '../pipeline/detect/merge/merge.ts'
import type { RuleBook } from '../pipeline/detect/sigma/rule-book.ts'
import { assessAlert } from '../pipeline/triage/assess.ts'
import type { Agent } from '../schema/agent.ts'
import type { Analysis } from '../schema/analysis.ts'
import type { RawRecord } from '../schema/record.ts'
import { createJudges } from './judges.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** Makes a function that walks records down the whole road in memory, each time with nothing learnt before. */
export const createAnalysis =
  (
    config: Pick<Config, 'detectors' | 'correlate' | 'networks'> & {
      readonly triage: Pick<Config['triage'], 'risk'>
    },
    rules: RuleBook,
    log: Log = silent,
    indicators?: IndicatorIndex,
    agents: readonly Agent[] = [],
  ) =>
  async (records: AsyncIterable<readonly RawRecord[]>): Promise<Analysis> => {
    const end = new AbortController()
    const clock = createClock()
    const context = createBareContext(config)
    const judges = createJudges({
      config,
      clock,
      rules,
      context,
      ...(indicators && { indicators }),
      agents,
      log,
      signal: end.signal,
    })
    let deliveries = 0
    const pipeline: AnalysisRoad = {
      normalize: judges.normalizer.normalize,
      takeCounts: judges.normalizer.takeCounts,
      mine: judges.mine,
      enrich: judges.enrich,
      detect: async (events) => {
        deliveries += 1
        return judges.detect.run(events, {
          id: String(deliveries),
          attempt: 1,
          signal: end.signal,
          transaction: async () => undefined,
        })
      },
      merge: (open, detections) => mergeDetections(open, detections, { now: clock.now(), suppress: () => undefined }),
      assess: (alert) => {
        const known = { context: gatherContext(alert, context) }
        return { ...alert, status: 'triaged', triage: assessAlert(alert, clock.now(), known, config.triage.risk) }
      },
      correlate: (alerts) =>
        correlate(alerts, [], { now: clock.now(), gap: config.correlate.gap, nextNumber: counter() }),
      templates: () => judges.miner.size,
    }
    return analyzeRecords(records, pipeline)
  }

const counter = () => {
  let number = 0
  return () => {
    number += 1
    return number
  }
}
