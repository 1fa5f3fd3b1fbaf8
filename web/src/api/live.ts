import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'

/** A change somewhere: read the thing by its id. The same change may come twice; compare versions. */
export interface Change {
  readonly kind: 'alert' | 'incident'
  readonly id: string
  readonly version: number
}

type Listener = (change: Change) => void
type State = { readonly connected: boolean; readonly since: number }

const listeners = new Set<Listener>()
const watchers = new Set<() => void>()
let state: State = { connected: false, since: Date.now() }

/**
 * Calls for every change while somebody is signed in; returns how to stop.
 * @public
 */
export const onChange = (listener: Listener): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Whether changes arrive, and since when that is so. */
export const useLive = (): State =>
  useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
    () => state,
  )

const settle = (connected: boolean): void => {
  if (state.connected === connected) return
  state = { connected, since: Date.now() }
  for (const watch of watchers) watch()
}

/** How long changes are gathered before what was asked about them is asked again: the overview counts a lot, lists do not. */
const gatherMs = { alerts: 500, incidents: 500, overview: 3_000 } as const

/** How long to wait before asking again for a stream that the server refused. */
const refusedMs = 30_000

/**
 * Follows the server's changes over one connection, which browsers renew by themselves. What was asked about alerts and incidents (queries
 * whose keys start with these words, or with `overview`) is asked again, but not at every single change. Returns how to stop.
 */
export const followChanges = (queries: QueryClient): (() => void) => {
  let stream: EventSource
  let retry: ReturnType<typeof setTimeout> | undefined
  const waiting = new Map<string, ReturnType<typeof setTimeout>>()
  const refreshSoon = (key: keyof typeof gatherMs): void => {
    if (waiting.has(key)) return
    const refresh = () => {
      waiting.delete(key)
      void queries.invalidateQueries({ queryKey: [key] })
    }
    waiting.set(key, setTimeout(refresh, gatherMs[key]))
  }
  const take = (kind: Change['kind']) => (message: MessageEvent<string>) => {
    const { id, version }: { id: string; version: number } = JSON.parse(message.data)
    for (const listener of listeners) listener({ kind, id, version })
    refreshSoon(`${kind}s`)
    refreshSoon('overview')
  }
  const open = (): void => {
    stream = new EventSource('/api/v1/stream?topics=alerts,incidents')
    stream.addEventListener('alert', take('alert'))
    stream.addEventListener('incident', take('incident'))
    stream.addEventListener('open', () => {
      settle(true)
      // The server is there again: what it could not answer is asked once more.
      void queries.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' })
    })
    stream.addEventListener('error', () => {
      settle(false)
      if (stream.readyState !== EventSource.CLOSED) return
      // The server refused: the session has ended, which asking for it shows, or too many streams are open.
      void queries.invalidateQueries({ queryKey: ['session'] })
      retry = setTimeout(open, refusedMs)
    })
  }
  open()
  return () => {
    clearTimeout(retry)
    for (const timer of waiting.values()) clearTimeout(timer)
    stream.close()
    settle(false)
  }
}
