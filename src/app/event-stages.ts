import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import type { LoginHistory } from '../context/login-history.ts'
import type { ContextTables } from '../context/tables.ts'
import type { IndicatorIndex } from '../lib/indicators/indicator-index.ts'
import { type Learner, learnersOf } from '../pipeline/checkpoint.ts'
import type { Clock } from '../pipeline/clock.ts'
import { createDetect } from '../pipeline/detect/detect.ts'
import { detectorRegistry } from '../pipeline/detect/registry.ts'
import type { RuleBook } from '../pipeline/detect/sigma/rule-book.ts'
import type { SigmaReports } from '../pipeline/detect/sigma/sigma.ts'
import { createEnrich } from '../pipeline/enrich/enrich.ts'
import { createEnrichers } from '../pipeline/enrich/registry.ts'
import { createMiner } from '../pipeline/mine/mine.ts'
import { bundledFormats, readFormats } from '../pipeline/normalize/declared/declared-formats.ts'
import { createNormalizer } from '../pipeline/normalize/normalize.ts'
import type { Agent } from '../schema/agent/agent.ts'
import type { Event } from '../schema/event/event.ts'
import type { RecordBatch } from '../schema/record/record.ts'

interface EventStagesOptions {
  readonly config: Pick<Config, 'detectors' | 'formats'>
  readonly clock: Clock
  readonly rules: RuleBook
  readonly context: ContextTables
  /** The login history that learns here; the one of the context by default. */
  readonly history?: LoginHistory
  /** The indicators of threat intelligence; without it, none. */
  readonly indicators?: IndicatorIndex | undefined
  /** The active agents; without it, none. */
  readonly agents?: readonly Agent[]
  /** The findings of rules to report; all by default. */
  readonly sigmaReports?: SigmaReports
  /** Whether the addresses of intruders are followed by the stages for facts. */
  readonly leavesIntruders?: boolean
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Creates the stages from normalize to detect, with untrained detectors. The server and an analysis in memory use the same ones.
 */
export const createEventStages = ({
  config,
  clock,
  rules,
  context,
  history = context.history,
  indicators,
  agents,
  sigmaReports,
  leavesIntruders,
  log,
  signal,
}: EventStagesOptions) => {
  const runtime = { now: clock.now, fetch, log, signal }
  const formats = config.formats.paths.length === 0 ? bundledFormats() : readFormats(config.formats.paths)
  const normalizer = createNormalizer({ formats, maps: config.formats.map })
  const miner = createMiner()
  const enrich = createEnrich(createEnrichers(context))
  const registry = detectorRegistry(rules, indicators, agents, sigmaReports, leavesIntruders)
  const detectors = config.detectors.map(({ type, ...options }) => registry.create(type, options, runtime))
  /** Learns which users and addresses are usual. */
  const learn = (events: readonly Event[]): void => {
    history.learn(events)
    if (history !== context.history) context.history.learn(events)
  }
  const { run, factsOf, replay, forgetDeliveries } = createDetect(detectors, { log, learn })
  const guesses = [normalizer.zones, normalizer.contents, normalizer.wrappers]
  const learners: Learner[] = [clock, ...guesses, miner, history, ...learnersOf(detectors)]
  const mine = (events: readonly Event[]): readonly Event[] => {
    const mined = miner.mine(events)
    clock.advance(mined)
    return mined
  }
  return {
    normalizer,
    mine,
    enrich,
    detect: run,
    factsOf,
    learners,
    history,
    /** Forgets which deliveries came: after the learners were restored, a redelivered one teaches them. */
    forgetDeliveries,
    /** The number of log templates. */
    templates: () => miner.size,
    /** Reports the learning progress of each detector. */
    progress: () => detectors.map(({ name, progress }) => ({ detector: name, progress: progress?.() ?? [] })),
    /** Parses and enriches records without learning or counting. */
    parse: (batch: RecordBatch): readonly Event[] =>
      enrich(miner.mine(createNormalizer({ formats, maps: config.formats.map }).normalize(batch), { learn: false })),
    /** Replays stored events to the learners. */
    replay(events: readonly Event[]): void {
      replay(mine(events))
    },
  }
}
