import type { Log } from '../component.ts'
import { AppError, messageOf } from '../errors.ts'
import { day, minute } from '../lib/units/time.ts'
import type { FeedState } from '../schema/intelligence/intel-feed.ts'
import { type ImportEntriesOptions, importEntries, withdraw } from './import-entries.ts'
import type { Provider } from './provider.ts'
import type { FeedStore } from './stores.ts'

/** A configured feed. */
export interface Feed {
  readonly name: string
  readonly type: string
  /** The time between pulls, in ms. */
  readonly every: number
  readonly provider: Provider
}

interface RunnerOptions extends Omit<ImportEntriesOptions, 'feeds'> {
  readonly feeds: FeedStore
  readonly configured: readonly Feed[]
  readonly log: Log
}

export interface FeedRunner {
  /** Pulls the due feeds, one after the other. Returns whether there were any. */
  pullDue(signal: AbortSignal): Promise<boolean>
  /** Pulls one feed now. Throws NOT_FOUND if it is not configured, SOURCE_FAILED if the pull fails. */
  pull(name: string, signal: AbortSignal): Promise<FeedState>
  /** Removes the entries of feeds that are no longer configured. Returns whether there were any. Imported lists and own entries stay. */
  removeUnconfigured(): Promise<boolean>
}

/** The time limit of a pull. Until then, no other process pulls the same feed. */
const maxPullDuration = 30 * minute
const firstPause = minute

export const initialFeedState = (name: string, type: string): FeedState => ({
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

/** Pulls feeds at their intervals. After failures, the pause grows from 1 min to 2 min, 4 min … up to the interval. */
export const createFeedRunner = (options: RunnerOptions): FeedRunner => {
  const { feeds, configured, now, log } = options

  const stateOf = async (feed: Feed): Promise<FeedState> => {
    const known = (await feeds.list()).find(({ state }) => state.name === feed.name)?.state
    // A feed of another type under the same name has other entries. Start over, and search for entries of the earlier feed.
    return known?.type === feed.type
      ? known
      : { ...initialFeedState(feed.name, feed.type), interrupted: known !== undefined }
  }

  const attempt = async (feed: Feed, before: FeedState, signal: AbortSignal): Promise<FeedState> => {
    const started = now()
    const state = { ...before, last_attempt_at: new Date(started).toISOString() }
    const { etag, last_modified: lastModified, cursor } = before
    // Only a complete list shows which entries an interrupted pull left behind.
    const since = before.interrupted ? { etag: null, lastModified: null, cursor } : { etag, lastModified, cursor }
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(maxPullDuration)])
      const pulled = await feed.provider.pull?.(since, limit)
      const { entries } = pulled ?? {}
      const success = { ...state, failures: 0, last_error: null, last_success_at: new Date(now()).toISOString() }
      if (!pulled || !entries) {
        await feeds.save(success, started + feed.every)
        return success
      }
      await feeds.save({ ...state, interrupted: true }, started + maxPullDuration)
      const imported = await importEntries(feed.name, { ...pulled, entries }, options, {
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
        entries: imported.entries,
        skipped: imported.skipped,
        notice: pulled.notice?.().slice(0, 500) ?? '',
      }
      const { members, content } = imported
      await feeds.save(done, started + feed.every, { members, ...(content && { content }) })
      log.info(
        { feed: feed.name, added: imported.added, changed: imported.changed, withdrawn: imported.withdrawn },
        'Feed pulled.',
      )
      return done
    } catch (error) {
      // A shutdown is not a failure of the feed.
      if (signal.aborted) throw error
      const failures = before.failures + 1
      const wait = error instanceof AppError && error.retryAfter !== undefined ? error.retryAfter * 1000 : 0
      const pause = Math.min(feed.every, Math.max(wait, firstPause * 2 ** Math.min(failures - 1, 12)))
      const current = (await stateOf(feed)).interrupted
      const failed = { ...state, failures, last_error: messageOf(error), interrupted: current }
      await feeds.save(failed, now() + Math.max(pause, Math.min(wait, day)))
      log.warn({ feed: feed.name, failures, reason: messageOf(error) }, 'Feed pull failed.')
      throw error
    }
  }

  const running = new Map<string, Promise<FeedState>>()
  /** Joins a running pull of the same feed. */
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
        if (!(await feeds.claim(state, now() + maxPullDuration, now()))) continue
        any = true
        await pullOnce(feed, state, signal).catch((error: unknown) => {
          // `attempt` has saved the error with the feed, and scheduled a retry.
          if (signal.aborted) throw error
        })
      }
      return any
    },

    async pull(name, signal) {
      const feed = configured.find((one) => one.name === name)
      if (!feed) {
        throw new AppError('NOT_FOUND', `Feed "${name}" not found.`, {
          hint:
            configured.length > 0
              ? `Configured feeds: ${configured.map((one) => one.name).join(', ')}.`
              : 'No feed is configured: see intel.feeds.',
        })
      }
      return pullOnce(feed, await stateOf(feed), signal)
    },

    async removeUnconfigured() {
      let any = false
      for (const { state } of await feeds.list()) {
        const { name, type } = state
        if (type === 'import' || type === 'own' || configured.some((feed) => feed.name === name)) continue
        await withdrawAll(name, options)
        await feeds.remove(name)
        log.info({ feed: name }, 'Removed the entries of a feed that is no longer configured.')
        any = true
      }
      return any
    },
  }
}

/** Withdraws all entries of a source. Returns how many. */
export const withdrawAll = async (source: string, options: ImportEntriesOptions): Promise<number> => {
  let count = 0
  for await (const ids of options.indicators.idsOfSource(source)) {
    for (let i = 0; i < ids.length; i += 500) await withdraw(source, ids.slice(i, i + 500), options)
    count += ids.length
  }
  return count
}
