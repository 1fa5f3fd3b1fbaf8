import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../component.ts'
import { messageOf } from '../errors.ts'
import type { Bell } from './bell.ts'
import { claim, restAfter } from './claim.ts'
import { type Deliveries, longestTrouble } from './deliveries.ts'
import type { JobHeader, Jobs } from './jobs.ts'
import type { TopicLanes } from './lanes.ts'
import type { Payloads } from './payloads.ts'
import type { Delivered, Topic } from './queue.ts'

/** The longest sleep of a worker before it checks for jobs itself, in ms. Commits in this process wake it at once. */
const poll = 250
/** The same while there is no job at all, and no other process that could publish one. */
const idlePoll = 5_000
/** The first wait while the queue is unreachable, in ms. */
const shortestTrouble = 1_000
/** Publishers that arrive within this many ms of one another form one rush. */
const rushGap = 20
/** The maximum time that a rush delays the next delivery, in ms. */
const longestRush = 500
/** How often the lease of a topic is renewed during a long delivery, in ms. */
const leaseCare = 2_000

interface WorkOptions<T extends Topic> {
  readonly topic: T
  readonly lanes: TopicLanes<Delivered[T]>
  /** Rings when the topic has a new job. */
  readonly bell: Bell
  readonly jobs: Jobs
  readonly payloads: Payloads
  readonly deliveries: Deliveries
  /** The partitions of the records that this process may work. */
  readonly partitions: readonly number[]
  /** Whether other processes may publish jobs. */
  readonly isShared: boolean
  readonly isClosing: () => boolean
  /** When this process last published records, on the clock of `performance`. */
  readonly publishedAt: () => number
  readonly now: () => number
  readonly log: Log
}

/** Claims and delivers the jobs of a topic until the queue closes. */
export const workTopic = async <T extends Topic>(options: WorkOptions<T>): Promise<void> => {
  const { topic, lanes, bell, jobs, payloads, deliveries, partitions, isShared, isClosing, publishedAt, now, log } =
    options
  let trouble = shortestTrouble
  let restsUntil = 0

  /** Renews the leases during a long operation. */
  const renewing = <Result>(running: Promise<Result>): Promise<Result> => {
    const timer = setInterval(() => void lanes.renew().catch(() => undefined), leaseCare)
    return running.finally(() => clearInterval(timer))
  }

  /** Claims jobs whose payloads can be loaded. A partition whose next payload is missing does not delay the others. */
  const claimReady = async (held: readonly number[] | undefined): Promise<readonly JobHeader[]> => {
    for (let left = held; left === undefined || left.length > 0; ) {
      const claimed = await claim(jobs, topic, now(), performance.now() < restsUntil, left)
      const headers = await payloads.ready(topic, claimed)
      if (headers.length > 0 || claimed.length === 0 || left === undefined) return headers
      left = left.filter((partition) => partition !== claimed[0]?.partition)
    }
    return []
  }

  /**
   * Yields to the rest of the program, because the database driver is synchronous. Publishers wait for an answer and deliveries do
   * not, so a rush of publishers goes first, for at most as long as the delivery that delayed it.
   */
  const letOthers = async (began: number): Promise<void> => {
    await setImmediate()
    const ended = performance.now()
    if (publishedAt() < began - rushGap) return
    const until = ended + Math.min(ended - began, longestRush)
    while (!isClosing() && performance.now() < Math.min(until, Math.max(ended, publishedAt()) + rushGap)) await sleep(1)
  }

  /** Sleeps. A bell shortens only the wait for new jobs. */
  const restFor = async (ms: number): Promise<void> => {
    if (ms <= poll) return bell.sleep(ms)
    for (let left = ms; left > 0 && !isClosing(); left -= poll) await sleep(Math.min(left, poll))
  }

  while (!isClosing()) {
    let rest = poll
    try {
      // A worker that lost its lease cannot finish its jobs, because another one has claimed them.
      const ours = await renewing(lanes.current())
      const isWhole = ours[0]?.partition === undefined
      const held = ours.flatMap(({ partition }) => partition ?? (topic === 'records' ? partitions : [0]))
      await payloads.follow(topic, held, bell.ring)
      const headers = ours.length > 0 ? await claimReady(isWhole ? undefined : held) : []
      const lane = isWhole ? ours[0] : ours.find(({ partition }) => partition === headers[0]?.partition)
      trouble = shortestTrouble
      if (isClosing()) return
      if (!lane || headers.length === 0) {
        await bell.sleep(isShared || (await jobs.any()) ? poll : idlePoll)
        continue
      }
      const began = performance.now()
      const ended = await renewing(deliveries.deliver(topic, headers, lane))
      restsUntil = performance.now() + restAfter(topic, performance.now() - began)
      rest = ended === 'done' ? 0 : ended
      if (rest === 0) {
        await letOthers(began)
        continue
      }
    } catch (error) {
      rest = trouble
      trouble = Math.min(trouble * 2, longestTrouble)
      log.error(
        { topic, reason: messageOf(error), again_in_ms: rest },
        'The queue could not be read or written; it is tried again.',
      )
    }
    await restFor(rest)
  }
}
