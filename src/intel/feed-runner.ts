import type { Log } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'
import { day, minute } from '../lib/units/time.ts'
import type { FeedState } from '../schema/intel-feed.ts'
import type { FeedKeeper } from './keeper.ts'
import type { Provider } from './provider.ts'
import { type TakeInOptions, takeIn, withdraw } from './take-in.ts'

/** A feed as it is configured. */
export interface Feed {
  readonly name: string
  readonly type: string
  /** How long after a pull the next one begins, in ms. */
  readonly every: number
  readonly provider: Provider
}

interface RunnerOptions extends Omit<TakeInOptions, 'feeds'> {
  readonly feeds: FeedKeeper
  readonly configured: readonly Feed[]
  readonly log: Log
}

export interface FeedRunner {
  /** Pulls what is due, one after the other. Returns whether anything was pulled. */
  pullDue(signal: AbortSignal): Promise<boolean>
  /** Pulls one feed now. Throws NOT_FOUND when it is not configured, SOURCE_FAILED when it fails. */
  pull(name: string, signal: AbortSignal): Promise<FeedState>
  /** Takes back what was listed by feeds that are configured no longer, if any. Imports and people's own entries stay. */
  forgetOthers(): Promise<boolean>
}

/** A pull that takes longer is given up on; nobody else begins one before. */
const longestPull = 30 * minute
const firstPause = minute

export const startingState = (name: string, type: string): FeedState => ({
  name,
  type,
  etag: null,
  last_modified: null,
  cursor: null,
  last_attempt_at: null,
  last_success_at: null,
  last_change_at: null,
  failures: 0,
  last_error: null,
  interrupted: false,
  entries: 0,
  skipped: [],
  notice: '',
})

/** Pulls feeds, each at its own pace, with growing pauses after failures: 1 min, 2 min, 4 min … up to its pace. */
export const createFeedRunner = (options: RunnerOptions): FeedRunner => {
  const { feeds, configured, now, log } = options

  const stateOf = async (feed: Feed): Promise<FeedState> => {
    const known = (await feeds.list()).find(({ state }) => state.name === feed.name)?.state
    // Another type under the same name lists something else: it begins anew, and what the former listed is looked for.
    return known?.type === feed.type
      ? known
      : { ...startingState(feed.name, feed.type), interrupted: known !== undefined }
  }

  const attempt = async (feed: Feed, before: FeedState, signal: AbortSignal): Promise<FeedState> => {
    const started = now()
    const state = { ...before, last_attempt_at: new Date(started).toISOString() }
    const { etag, last_modified: lastModified, cursor } = before
    // What an interrupted pull left is only found by reading the list anew.
    const since = before.interrupted ? { etag: null, lastModified: null, cursor } : { etag, lastModified, cursor }
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(longestPull)])
      const pulled = await feed.provider.pull?.(since, limit)
      const { entries } = pulled ?? {}
      const success = { ...state, failures: 0, last_error: null, last_success_at: new Date(now()).toISOString() }
      if (!pulled || !entries) {
        await feeds.save(success, started + feed.every)
        return success
      }
      await feeds.save({ ...state, interrupted: true }, started + longestPull)
      const taken = await takeIn(feed.name, { ...pulled, entries }, options, {
        interrupted: before.interrupted,
        signal: limit,
      })
      const done: FeedState = {
        ...success,
        etag: pulled.etag,
        last_modified: pulled.lastModified,
        cursor: pulled.next?.() ?? pulled.cursor,
        last_success_at: new Date(now()).toISOString(),
        last_change_at: new Date(now()).toISOString(),
        interrupted: false,
        entries: taken.entries,
        skipped: taken.skipped,
        notice: pulled.notice?.().slice(0, 500) ?? '',
      }
      const { members, content } = taken
      await feeds.save(done, started + feed.every, { members, ...(content && { content }) })
      log.info(
        { feed: feed.name, added: taken.added, changed: taken.changed, withdrawn: taken.withdrawn },
        'A feed was pulled.',
      )
      return done
    } catch (error) {
      // Who stops us is not at fault, and nor is the feed.
      if (signal.aborted) throw error
      const failures = before.failures + 1
      const wait = error instanceof AppError && error.retryAfter !== undefined ? error.retryAfter * 1000 : 0
      const pause = Math.min(feed.every, Math.max(wait, firstPause * 2 ** Math.min(failures - 1, 12)))
      const current = (await stateOf(feed)).interrupted
      const failed = { ...state, failures, last_error: messageOf(error), interrupted: current }
      await feeds.save(failed, now() + Math.max(pause, Math.min(wait, day)))
      log.warn({ feed: feed.name, failures, reason: messageOf(error) }, 'A feed could not be pulled.')
      throw error
    }
  }

  const running = new Map<string, Promise<FeedState>>()
  /** Whoever asks for a feed that is being pulled gets that pull. */
  const pullOnce = (feed: Feed, before: FeedState, signal: AbortSignal): Promise<FeedState> => {
    const pulling = running.get(feed.name) ?? attempt(feed, before, signal).finally(() => running.delete(feed.name))
    running.set(feed.name, pulling)
    return pulling
  }

  return {
    async pullDue(signal) {
      let any = false
      for (const feed of configured) {
        if (signal.aborted) return any
        const state = await stateOf(feed)
        if (!(await feeds.claim(state, now() + longestPull, now()))) continue
        any = true
        await pullOnce(feed, state, signal).catch((error: unknown) => {
          // It is kept with the feed, and tried again later.
          if (signal.aborted) throw error
        })
      }
      return any
    },

    async pull(name, signal) {
      const feed = configured.find((one) => one.name === name)
      if (!feed) {
        throw new AppError('NOT_FOUND', `There is no feed "${name}".`, {
          hint:
            configured.length > 0
              ? `Configured are: ${configured.map((one) => one.name).join(', ')}.`
              : 'None is configured; see intel.feeds.',
        })
      }
      return pullOnce(feed, await stateOf(feed), signal)
    },

    async forgetOthers() {
      let any = false
      for (const { state } of await feeds.list()) {
        const { name, type } = state
        if (type === 'import' || type === 'own' || configured.some((feed) => feed.name === name)) continue
        await withdrawAll(name, options)
        await feeds.remove(name)
        log.info({ feed: name }, 'A feed is configured no longer; what it listed was taken back.')
        any = true
      }
      return any
    },
  }
}

/** Takes back everything that a source says. */
export const withdrawAll = async (source: string, options: TakeInOptions): Promise<number> => {
  let count = 0
  for await (const ids of options.indicators.naming(source)) {
    for (let i = 0; i < ids.length; i += 500) await withdraw(source, ids.slice(i, i + 500), options)
    count += ids.length
  }
  return count
}
