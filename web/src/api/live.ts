import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { basePath } from './base-path.ts'

/** A change to an alert or incident, to be read by its id. A change may be delivered twice: compare versions. */
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
 * Calls `listener` for every change while a user is signed in. Returns a function that unsubscribes.
 * @public
 */
export const onChange = (listener: Listener): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Returns whether the stream of changes is connected, and since when. */
export const useLive = (): State =>
  useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
    () => state,
  )

const setConnected = (connected: boolean): void => {
  if (state.connected === connected) return
  state = { connected, since: Date.now() }
  for (const watch of watchers) watch()
}

/**
 * How long to batch changes before refetching. The overview is expensive to calculate, lists are cheap. Another refetch waits for the one
 * before: it would cancel it, so that a slow answer would never arrive while changes continue.
 */
const batchMs = { alerts: 500, incidents: 500, overview: 3_000 } as const

/** How long to wait before reconnecting after the server rejected the stream. */
const rejectedMs = 30_000

/**
 * Follows changes on the server over one connection, which browsers reconnect automatically. Refetches queries whose keys start with
 * `alerts`, `incidents` or `overview`, in batches. Returns a function that stops.
 */
export const followChanges = (queries: QueryClient): (() => void) => {
  let stream: EventSource
  let retry: ReturnType<typeof setTimeout> | undefined
  const waiting = new Map<string, ReturnType<typeof setTimeout>>()
  const refetching = new Map<string, { again: boolean }>()
  const refreshSoon = (key: keyof typeof batchMs): void => {
    const running = refetching.get(key)
    if (running) running.again = true
    if (running || waiting.has(key)) return
    waiting.set(
      key,
      setTimeout(() => void refresh(key), batchMs[key]),
    )
  }
  const refresh = async (key: keyof typeof batchMs): Promise<void> => {
    waiting.delete(key)
    const run = { again: false }
    refetching.set(key, run)
    await queries.invalidateQueries({ queryKey: [key] })
    refetching.delete(key)
    if (run.again) refreshSoon(key)
  }
  const take = (kind: Change['kind']) => (message: MessageEvent<string>) => {
    const { id, version }: { id: string; version: number } = JSON.parse(message.data)
    for (const listener of listeners) listener({ kind, id, version })
    refreshSoon(`${kind}s`)
    refreshSoon('overview')
  }
  const open = (): void => {
    stream = new EventSource(`${basePath}/api/v1/stream?topics=alerts,incidents`)
    stream.addEventListener('alert', take('alert'))
    stream.addEventListener('incident', take('incident'))
    stream.addEventListener('open', () => {
      setConnected(true)
      // The server is back: retry the queries that failed.
      void queries.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' })
    })
    stream.addEventListener('error', () => {
      setConnected(false)
      if (stream.readyState !== EventSource.CLOSED) return
      // The server rejected the stream: either the session ended, which this request detects, or too many streams are open.
      void queries.invalidateQueries({ queryKey: ['session'] })
      retry = setTimeout(open, rejectedMs)
    })
  }
  open()
  return () => {
    clearTimeout(retry)
    for (const timer of waiting.values()) clearTimeout(timer)
    stream.close()
    setConnected(false)
  }
}
