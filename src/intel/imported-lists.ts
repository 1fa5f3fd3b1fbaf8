import { AppError } from '../errors.ts'
import type { FeedState } from '../schema/intelligence/intel-feed.ts'
import { initialFeedState, withdrawAll } from './feed-runner.ts'
import { type ImportEntriesOptions, type ImportResult, importEntries } from './import-entries.ts'
import type { FeedEntry } from './provider.ts'
import type { FeedStore } from './stores.ts'

/** The source name of indicators that users add themselves. */
export const ownSource = 'own'

/** Indicators from users: named lists that they import, and entries that they add. */
export interface ImportedLists {
  /**
   * Imports a whole list and withdraws its missing entries. With `preview`, nothing is written. Throws CONFLICT if another source has the
   * name, SOURCE_FAILED if the list cannot be read.
   */
  import(
    name: string,
    read: () => Iterable<FeedEntry>,
    about: { readonly preview: boolean; readonly notice: string },
  ): Promise<ImportResult>
  /** Adds, changes or withdraws own entries. */
  updateOwn(entries: readonly FeedEntry[]): Promise<ImportResult>
  /** Removes an imported list. Returns its number of entries. Throws NOT_FOUND if there is no such list. */
  remove(name: string): Promise<number>
}

interface ImportedListsOptions extends Omit<ImportEntriesOptions, 'feeds'> {
  readonly feeds: FeedStore
  /** The names of the configured sources. */
  readonly reserved: readonly string[]
}

/** Imported lists are never due for a pull. */
const never = Date.UTC(9999, 0)

/** Stores indicators from users. Imports run one after the other. */
export const createImportedLists = (options: ImportedListsOptions): ImportedLists => {
  const { feeds, reserved, now } = options
  let last: Promise<unknown> = Promise.resolve()
  const enqueue = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work, work)
    last = result
    return result
  }
  const stateOf = async (name: string): Promise<FeedState | undefined> =>
    (await feeds.list()).find(({ state }) => state.name === name)?.state

  const save = async (state: FeedState, result: ImportResult, notice: string): Promise<ImportResult> => {
    const at = new Date(now()).toISOString()
    const { members, content, entries, skipped } = result
    await feeds.save(
      {
        ...state,
        ...{ last_attempt_at: at, last_success_at: at, last_change_at: at, interrupted: false },
        ...{ entries, skipped, notice },
      },
      never,
      { members, ...(content && { content }) },
    )
    return result
  }

  return {
    import: (name, read, { preview, notice }) =>
      enqueue(async () => {
        const before = await stateOf(name)
        if (name === ownSource || reserved.includes(name) || (before && before.type !== 'import')) {
          throw new AppError('CONFLICT', `Another source has the name "${name}".`, {
            hint: 'Choose another name for the list.',
          })
        }
        // Read the whole list before anything is written: an unreadable list changes nothing.
        const previewed = await importEntries(name, { entries: read(), complete: true }, options, { preview: true })
        if (preview) return previewed
        const state = before ?? initialFeedState(name, 'import')
        await feeds.save({ ...state, interrupted: true }, never)
        const { interrupted } = state
        return save(
          state,
          await importEntries(name, { entries: read(), complete: true }, options, { interrupted }),
          notice,
        )
      }),

    updateOwn: (entries) =>
      enqueue(async () => {
        const before = (await stateOf(ownSource)) ?? initialFeedState(ownSource, ownSource)
        return save(
          before,
          await importEntries(ownSource, { entries, complete: false }, options, { ownRanges: true }),
          '',
        )
      }),

    remove: (name) =>
      enqueue(async () => {
        const known = await stateOf(name)
        if (known?.type !== 'import') {
          throw new AppError('NOT_FOUND', `Imported list "${name}" not found.`, {
            hint: 'Remove feeds in the configuration, and own indicators one by one.',
          })
        }
        await withdrawAll(name, options)
        await feeds.remove(name)
        return known.entries
      }),
  }
}
