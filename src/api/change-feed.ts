import type { z } from 'zod'
import type { Log } from '../component.ts'
import type { Credential } from '../operations/accounts/credential.ts'
import { type change, listChanges } from '../operations/decisions/list-changes.ts'
import { ask, type InterfaceDeps } from './ask.ts'

export type Change = z.infer<typeof change>
type Listener = (change: Change) => void

export interface ChangeFeed {
  /** Reports every change from now on; returns the function that stops it. */
  follow(listener: Listener): () => void
}

interface FeedOptions {
  /** Reads the changes since a moment, oldest first. */
  readonly read: (after: number, limit: number) => Promise<readonly Change[]>
  /** Returns a moment: later reads see every change that was stamped before it. */
  readonly settled: () => Promise<number>
  readonly now: () => number
  readonly failed: (error: unknown) => void
  readonly everyMs?: number
}

const pageSize = 500
/** A change carries the time at which it began to be written; it becomes visible a little later, or with the end of its transaction. */
const overlapMs = 5_000

/** Polls the store for all live views together, once a second, and only while there is one. */
export const createChangeFeed = ({ read, settled, now, failed, everyMs = 1_000 }: FeedOptions): ChangeFeed => {
  const listeners = new Set<Listener>()
  const told = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  /** The first change of interest, and the last one that was read. */
  let [from, reached] = [0, 0]

  const poll = async (): Promise<void> => {
    const visible = await settled()
    for await (const change of readChanges(read, Math.max(from, reached - overlapMs))) {
      const name = `${change.kind} ${change.id} ${change.version}`
      if (!told.has(name)) for (const tell of listeners) tell(change)
      told.set(name, change.updated_at)
      reached = Math.max(reached, change.updated_at)
    }
    reached = Math.min(reached, visible)
    for (const [name, time] of told) if (time < reached - 2 * overlapMs) told.delete(name)
  }

  const again = (): void => {
    timer = setTimeout(() => {
      poll()
        .catch(failed)
        .finally(() => timer && again())
    }, everyMs)
    timer.unref()
  }

  return {
    follow(listener) {
      if (listeners.size === 0) {
        // Skips changes from before the first subscriber; a client that missed some passes a cursor.
        told.clear()
        // A change in the same millisecond may follow the subscription.
        from = now() - 1
        reached = from
        again()
      }
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearTimeout(timer)
        timer = undefined
      }
    },
  }
}

/** Watches the store of an app context for every door that streams changes. */
export const followStore = (deps: InterfaceDeps, log: Log): ChangeFeed =>
  createChangeFeed({
    read: changesFor(deps, reader),
    settled: () => deps.store.settled(),
    now: () => deps.now(),
    failed: (err) => log.warn({ err }, 'cannot read changes for live views'),
  })

/** Returns the changes since a moment. Throws FORBIDDEN if the role of the caller does not include them. */
export const changesFor =
  (deps: InterfaceDeps, credential: Credential | undefined): FeedOptions['read'] =>
  async (after, limit) =>
    listChanges.output.parse(await ask(listChanges, { after, limit }, deps, credential)).changes

/** The feed reads for everybody; each stream was allowed by its own credential before. */
export const reader: Credential = {
  actor: { name: 'live view', role: 'viewer' },
  via: 'token',
  tokenId: null,
  accountId: null,
  expiresAt: null,
}

/** Reads all changes after a moment, page by page. */
export async function* readChanges(read: FeedOptions['read'], after: number): AsyncGenerator<Change> {
  let from = Math.max(0, after)
  for (;;) {
    const page = await read(from, pageSize)
    yield* page
    const last = page.at(-1)
    if (!last || page.length < pageSize) return
    from = Math.max(last.updated_at, from + 1)
  }
}
