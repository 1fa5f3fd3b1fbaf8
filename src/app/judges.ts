import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import type { Learner } from '../pipeline/checkpoint.ts'
import type { Clock } from '../pipeline/clock.ts'
import { createDetect } from '../pipeline/detect/detect.ts'
import { detectorRegistry } from '../pipeline/detect/registry.ts'
import type { RuleBook } from '../pipeline/detect/rule-book.ts'
import { createEnrich } from '../pipeline/enrich/enrich.ts'
import { enrichers } from '../pipeline/enrich/registry.ts'
import { createMiner } from '../pipeline/mine/mine.ts'
import { createNormalizer } from '../pipeline/normalize/normalize.ts'
import type { Event } from '../schema/event.ts'
import type { RecordBatch } from '../schema/record.ts'

interface JudgesOptions {
  readonly config: Pick<Config, 'detectors'>
  readonly clock: Clock
  readonly rules: RuleBook
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Makes the stages that understand and judge events, with nothing learnt yet: the same ones for the server and for an analysis in
 * memory.
 */
export const createJudges = ({ config, clock, rules, log, signal }: JudgesOptions) => {
  const runtime = { now: clock.now, fetch, log, signal }
  const normalizer = createNormalizer()
  const miner = createMiner()
  const enrich = createEnrich(enrichers.names.map((name) => enrichers.create(name, {}, runtime)))
  const detectors = detectorRegistry(rules)
  const judging = config.detectors.map(({ type, ...options }) => detectors.create(type, options, runtime))
  const detect = createDetect(judging, { log })
  const learners: Learner[] = [
    miner,
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
    detect,
    mine,
    learners,
    /** How records would be understood; teaches nothing and counts nothing. */
    understand: (batch: RecordBatch): readonly Event[] =>
      enrich(miner.mine(createNormalizer().normalize(batch), { learn: false })),
    /** Shows stored events to the learners once more. */
    relearn(events: readonly Event[]): void {
      detect.replay(mine(events))
    },
  }
}
