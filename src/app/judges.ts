import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import type { ContextTables } from '../context/tables.ts'
import type { IndicatorIndex } from '../lib/indicators/indicator-index.ts'
import type { Learner } from '../pipeline/checkpoint.ts'
import type { Clock } from '../pipeline/clock.ts'
import { createDetect } from '../pipeline/detect/detect.ts'
import { detectorRegistry } from '../pipeline/detect/registry.ts'
import type { RuleBook } from '../pipeline/detect/sigma/rule-book.ts'
import { createEnrich } from '../pipeline/enrich/enrich.ts'
import { createEnrichers } from '../pipeline/enrich/registry.ts'
import { createMiner } from '../pipeline/mine/mine.ts'
import { createNormalizer } from '../pipeline/normalize/normalize.ts'
import type { Agent } from '../schema/agent.ts'
import type { Event } from '../schema/event.ts'
import type { RecordBatch } from '../schema/record.ts'

interface JudgesOptions {
  readonly config: Pick<Config, 'detectors'>
  readonly clock: Clock
  readonly rules: RuleBook
  readonly context: ContextTables
  /** What threat intelligence knows; without it, nothing. */
  readonly indicators?: IndicatorIndex
  /** The agents that run; without them, none. */
  readonly agents?: readonly Agent[]
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Makes the stages that understand and judge events, with nothing learnt yet: the same ones for the server and for an analysis in
 * memory.
 */
export const createJudges = ({ config, clock, rules, context, indicators, agents, log, signal }: JudgesOptions) => {
  const runtime = { now: clock.now, fetch, log, signal }
  const normalizer = createNormalizer()
  const miner = createMiner()
  const enrich = createEnrich(createEnrichers(context))
  const detectors = detectorRegistry(rules, indicators, agents)
  const judging = config.detectors.map(({ type, ...options }) => detectors.create(type, options, runtime))
  const detect = createDetect(judging, { log })
  const { familiar } = context
  const learners: Learner[] = [
    miner,
    familiar,
    ...judging.flatMap(({ name, save, restore }) => (save && restore ? [{ name, save, restore }] : [])),
  ]
  const mine = (events: readonly Event[]): readonly Event[] => {
    const mined = miner.mine(events)
    clock.advance(mined)
    return mined
  }
  return {
    normalizer,
    miner,
    enrich,
    detect: {
      ...detect,
      /** Judges, then learns who is who. */
      async run(events: readonly Event[], delivery: Parameters<typeof detect.run>[1]) {
        const found = await detect.run(events, delivery)
        familiar.learn(events)
        return found
      },
    },
    mine,
    learners,
    /** How far each detector is with learning. */
    progress: () => judging.map(({ name, progress }) => ({ detector: name, progress: progress?.() ?? [] })),
    /** How records would be understood; teaches nothing and counts nothing. */
    understand: (batch: RecordBatch): readonly Event[] =>
      enrich(miner.mine(createNormalizer().normalize(batch), { learn: false })),
    /** Shows stored events to the learners once more. */
    relearn(events: readonly Event[]): void {
      detect.replay(mine(events))
      familiar.learn(events)
    },
  }
}
