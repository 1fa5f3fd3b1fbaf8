import { z } from 'zod'
import type { Deps } from '../../../operations/deps.ts'
import { listIncidents } from '../../../operations/incidents/list-incidents.ts'
import { requireIncident } from '../../../operations/incidents/require-incident.ts'
import { defineOperation } from '../../../operations/operation.ts'
import type { Actor } from '../../../schema/account/role.ts'
import { incident } from '../../../schema/incident/incident.ts'

const shown = 100
const mostMarks = 500

/** A note that a user read or removed the notification of an incident, or read all of them. Stored in the audit log. */
const mark = z.object({ incident: z.string().nullable(), removed: z.boolean() })

const marksOf = (actor: Actor) => `notifications of ${actor.name}`

/** Lists incidents as notifications of the caller: without those that the caller removed. */
export const listNotices = defineOperation({
  name: 'list_notices',
  summary: 'Lists the newest incidents, and which of them the caller has marked as read.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({ data: z.array(z.object({ incident, read: z.boolean() })) }),
  async run(_input, deps: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }) {
    const target_id = marksOf(deps.actor)
    const [incidents, { items }] = await Promise.all([
      listIncidents.run(listIncidents.input.parse({ limit: shown }), deps),
      deps.store.audit.list({ target_id, limit: mostMarks, after: undefined }),
    ])
    const marks = items.flatMap(({ time, new_values }) => {
      const parsed = mark.safeParse(new_values)
      return parsed.success ? [{ time, ...parsed.data }] : []
    })
    const removed = new Set(marks.flatMap((one) => (one.removed ? (one.incident ?? []) : [])))
    const read = new Set(marks.flatMap((one) => one.incident ?? []))
    const allRead = Math.max(0, ...marks.flatMap((one) => (one.incident === null ? one.time : [])))
    return {
      data: incidents.data
        .filter(({ id }) => !removed.has(id))
        .map((one) => ({
          incident: one,
          read: one.status !== 'open' || read.has(one.id) || Date.parse(one.created_at) <= allRead,
        })),
    }
  },
})

/** Marks notifications of the caller as read, or removes one. Other users still see it. */
export const markNotices = defineOperation({
  name: 'mark_notices',
  summary: 'Marks a notification of the caller, or all of them, as read; or removes one.',
  role: 'viewer',
  input: z.strictObject({
    id: z.string().max(100).optional().describe('The incident; all of them by default.'),
    removed: z.boolean().default(false),
  }),
  output: z.object({}),
  async run({ id, removed }, { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }) {
    const marked = id === undefined ? null : (await requireIncident(store, id)).id
    const entry = {
      ...{
        time: now(),
        actor: actor.name,
        action: 'mark_read',
        target_type: 'notification',
        target_id: marksOf(actor),
      },
      old_values: null,
      new_values: { incident: marked, removed },
    }
    await store.transaction((tx) => store.audit.append([entry], tx))
    return {}
  },
})
