import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { onChange } from '../../api/live.ts'
import { sessionQuery } from '../../api/session.ts'
import { type Look, toQuery } from './look.ts'
import type { QueueRow } from './row-key.ts'

interface Shown {
  readonly rows: readonly QueueRow[]
  readonly asOf: string | undefined
  readonly replace: (alert: Noun<'AlertIndexEntry'>) => void
}

const gatherMs = 800
/** How many rows that others changed are read one by one. */
const mostRead = 20
/** A change by somebody is told of as theirs this long after they made it. */
const freshMs = 15_000

/**
 * Watches what happens meanwhile: how many alerts there are that the rows do not show yet, and which rows others have changed, and how.
 * A changed row shows what it is now, and stays where it is.
 */
export const useChanges = (look: Look, { rows, asOf, replace }: Shown) => {
  const me = useQuery(sessionQuery).data?.name
  const [fresh, setFresh] = useState({ asOf, count: 0 })
  const [marks, setMarks] = useState<ReadonlyMap<string, string>>(new Map())
  const latest = useRef({ look, rows, asOf, replace, me })
  latest.current = { look, rows, asOf, replace, me }

  useEffect(() => {
    const changed = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      timer = undefined
      const now = latest.current
      const shown = new Set(now.rows.map(({ alert }) => alert.id))
      const ids = [...changed]
      changed.clear()
      const others = ids.some((id) => !shown.has(id))
      await Promise.all([
        others ? countNew(now.look, now.asOf).then((count) => setFresh({ asOf: now.asOf, count })) : undefined,
        ...ids
          .filter((id) => shown.has(id))
          .slice(0, mostRead)
          .map(async (id) => {
            const {
              detections: _,
              history,
              ...alert
            } = await answerOf(api.GET('/api/v1/alerts/{id}', { params: { path: { id } } }))
            latest.current.replace(alert)
            const [last] = history
            if (!last || last.actor === now.me || Date.now() - Date.parse(last.time) > freshMs) return
            setMarks((known) => new Map(known).set(id, `${last.actor}: ${last.action}`))
          }),
      ]).catch(() => {
        // The next change asks again; the rows say what they said.
      })
    }
    const stop = onChange(({ kind, id }) => {
      if (kind !== 'alert') return
      changed.add(id)
      timer ??= setTimeout(() => void read(), gatherMs)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [])

  return { newCount: fresh.asOf === asOf ? fresh.count : 0, marks }
}

const countNew = async (look: Look, asOf: string | undefined): Promise<number> => {
  if (asOf === undefined) return 0
  // What is new is little: asked first, the rest of the filter is asked about that alone.
  const since = `created_at:>"${asOf}"`
  const { q, ...span } = toQuery(look)
  const { total } = await answerOf(
    api.GET('/api/v1/alerts/counts', {
      params: { query: { ...span, q: q.trim() === '' ? since : `${since} AND (${q})`, fields: [] } },
    }),
  )
  return total
}
