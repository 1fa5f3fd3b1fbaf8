import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf, paging, toPage } from '../paging.ts'

const status = z.enum(['pending', 'sent', 'failed', 'dead', 'cancelled'])

const notification = z
  .object({
    id: z.string(),
    incident_id: z.string(),
    sink: z.string(),
    /** The reason: opened, reopened, escalated … */
    reason: z.string(),
    severity: z.string(),
    status,
    attempts: z.int(),
    next_attempt_at: z.iso.datetime().nullable(),
    last_error: z.string().nullable(),
    created_at: z.iso.datetime(),
    sent_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Notification' })

export const listNotifications = defineOperation({
  name: 'list_notifications',
  summary: 'Lists notifications of incidents with their delivery errors, newest first.',
  role: 'viewer',
  input: z.strictObject({ status: status.optional(), ...paging }),
  output: pageOf(notification),
  async run({ status, limit, cursor }, { store }: Pick<Deps, 'store'>) {
    return toPage(await store.notifications.list({ status, limit, after: cursor }), (row) => ({
      ...row,
      next_attempt_at: iso(row.next_attempt_at),
      created_at: new Date(row.created_at).toISOString(),
      sent_at: iso(row.sent_at),
    }))
  },
})

const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())
