import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { answerOf, api, type Noun } from '../../../api/client.ts'
import { onChange } from '../../../api/live.ts'
import { sessionQuery } from '../../../api/session.ts'
import { type QueueView, toQuery } from '../queue-view.ts'
import type { QueueRow } from './row-key.ts'

interface Shown {
  readonly rows: readonly QueueRow[]
  readonly asOf: string | undefined
  readonly replace: (alert: Noun<'AlertHead'>) => void
}

const batchMs = 800
/** The number of changed rows that are refetched individually, with their history. */
const maxRefetched = 20
/** The number of further changed rows that are refetched with one request. Their ids fit in a filter. */
const refetchedTogether = 100
/** How recent a change by another user must be to be shown on the row. */
const recentMs = 15_000

/** Counts new alerts that are not shown yet, and updates rows that other users changed, without moving them. */
export const useChanges = (view: QueueView, { rows, asOf, replace }: Shown) => {
  const me = useQuery(sessionQuery).data?.name
  const [newAlerts, setNewAlerts] = useState({ asOf, count: 0 })
  const [marks, setMarks] = useState<ReadonlyMap<string, string>>(new Map())
  const latest = useRef({ view, rows, asOf, replace, me })
  latest.current = { view, rows, asOf, replace, me }

  useEffect(() => {
    const changed = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      timer = undefined
      const now = latest.current
      const shown = new Set(now.rows.map(({ alert }) => alert.id))
      const ids = [...changed]
      const rows = ids.filter((id) => shown.has(id))
      changed.clear()
      const others = ids.length > rows.length
      await Promise.all([
        others ? countNew(now.view, now.asOf).then((count) => setNewAlerts({ asOf: now.asOf, count })) : undefined,
        ...rows.slice(0, maxRefetched).map(async (id) => {
          const {
            detections: _,
            history,
            ...alert
          } = await answerOf(api.GET('/api/v1/alerts/{id}', { params: { path: { id } } }))
          latest.current.replace(alert)
          const [last] = history
          if (!last || last.actor === now.me || Date.now() - Date.parse(last.time) > recentMs) return
          setMarks((previous) => new Map(previous).set(id, `${last.actor}: ${last.action}`))
        }),
        readTogether(rows.slice(maxRefetched), now.replace),
      ]).catch(() => {
        // The next change tries again.
      })
    }
    const stop = onChange(({ kind, id }) => {
      if (kind !== 'alert') return
      changed.add(id)
      timer ??= setTimeout(() => void read(), batchMs)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [])

  return { newCount: newAlerts.asOf === asOf ? newAlerts.count : 0, marks }
}

const readTogether = async (ids: readonly string[], replace: Shown['replace']): Promise<void> => {
  for (let at = 0; at < ids.length; at += refetchedTogether) {
    const q = `id:(${ids.slice(at, at + refetchedTogether).join(' OR ')})`
    const { data } = await answerOf(
      api.GET('/api/v1/alerts/heads', { params: { query: { q, limit: refetchedTogether } } }),
    )
    for (const alert of data) replace(alert)
  }
}

const countNew = async (view: QueueView, asOf: string | undefined): Promise<number> => {
  if (asOf === undefined) return 0
  // Few alerts are new, so this condition comes first: the rest of the filter is evaluated only on those.
  const since = `created_at:>"${asOf}"`
  const { q, ...span } = toQuery(view)
  const { total } = await answerOf(
    api.GET('/api/v1/alerts/counts', {
      params: { query: { ...span, q: q.trim() === '' ? since : `${since} AND (${q})`, fields: [] } },
    }),
  )
  return total
}
