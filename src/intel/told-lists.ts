import { AppError } from '../errors.ts'
import type { FeedState } from '../schema/intel-feed.ts'
import { startingState, withdrawAll } from './feed-runner.ts'
import type { FeedKeeper } from './keeper.ts'
import type { Entry } from './provider.ts'
import { type TakeInOptions, type TakenIn, takeIn } from './take-in.ts'

/** The name under which people's own entries are kept. */
export const own = 'own'

/** What people tell of values: lists that they import, each under a name, and entries of their own. */
export interface ToldLists {
  /**
   * Takes a whole list in: what it no longer lists is withdrawn. With `preview` nothing is written. Throws CONFLICT when somebody else
   * is called so, SOURCE_FAILED when it cannot be read.
   */
  import(
    name: string,
    read: () => Iterable<Entry>,
    about: { readonly preview: boolean; readonly notice: string },
  ): Promise<TakenIn>
  /** Adds, changes or withdraws entries of our own. */
  say(entries: readonly Entry[]): Promise<TakenIn>
  /** Takes an imported list back as a whole; returns how many entries it had. Throws NOT_FOUND when there is none. */
  forget(name: string): Promise<number>
}

interface ToldListsOptions extends Omit<TakeInOptions, 'feeds'> {
  readonly feeds: FeedKeeper
  /** The names that configured sources have. */
  readonly taken: readonly string[]
}

/** Nobody pulls what was told. */
const never = Date.UTC(9999, 0)

/** Keeps what people tell, one list after the other. */
export const createToldLists = (options: ToldListsOptions): ToldLists => {
  const { feeds, taken, now } = options
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work, work)
    last = result
    return result
  }
  const stateOf = async (name: string): Promise<FeedState | undefined> =>
    (await feeds.list()).find(({ state }) => state.name === name)?.state

  const keep = async (state: FeedState, taken: TakenIn, notice: string): Promise<TakenIn> => {
    const at = new Date(now()).toISOString()
    const { members, content, entries, skipped } = taken
    await feeds.save(
      {
        ...state,
        ...{ last_attempt_at: at, last_success_at: at, last_change_at: at, interrupted: false },
        ...{ entries, skipped, notice },
      },
      never,
      { members, ...(content && { content }) },
    )
    return taken
  }

  return {
    import: (name, read, { preview, notice }) =>
      inTurn(async () => {
        const before = await stateOf(name)
        if (name === own || taken.includes(name) || (before && before.type !== 'import')) {
          throw new AppError('CONFLICT', `Another source is called "${name}".`, { hint: 'Give the list another name.' })
        }
        // Read as a whole before anything is written: a list that cannot be read to its end changes nothing.
        const seen = await takeIn(name, { entries: read(), complete: true }, options, { preview: true })
        if (preview) return seen
        const state = before ?? startingState(name, 'import')
        await feeds.save({ ...state, interrupted: true }, never)
        const { interrupted } = state
        return keep(state, await takeIn(name, { entries: read(), complete: true }, options, { interrupted }), notice)
      }),

    say: (entries) =>
      inTurn(async () => {
        const before = (await stateOf(own)) ?? startingState(own, own)
        return keep(before, await takeIn(own, { entries, complete: false }, options, { ownRanges: true }), '')
      }),

    forget: (name) =>
      inTurn(async () => {
        const known = await stateOf(name)
        if (known?.type !== 'import') {
          throw new AppError('NOT_FOUND', `There is no imported list "${name}".`, {
            hint: 'Feeds are taken away in the configuration; what people added is removed value by value.',
          })
        }
        await withdrawAll(name, options)
        await feeds.remove(name)
        return known.entries
      }),
  }
}
