import { z } from 'zod'
import { day } from '../../lib/units/time.ts'
import { severity } from '../../schema/severity.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf } from '../paging.ts'

const receiver = z
  .object({
    name: z.string(),
    type: z.string(),
    min_severity: severity,
    /** The rest of its route, in words: `only host:db-*`. */
    route: z.array(z.string()),
    /** Whether digests can be sent to it. */
    gets_digests: z.boolean(),
    /** Its messages of the last 24 hours by status, and when the last one was sent. */
    sent: z.int(),
    waiting: z.int(),
    failed: z.int(),
    last_sent_at: z.iso.datetime().nullable(),
    /** Why its last message of the last 24 hours failed, if it did. */
    last_error: z.string().nullable(),
  })
  .meta({ id: 'Receiver' })

export const listReceivers = defineOperation({
  name: 'list_receivers',
  summary: 'Lists the receivers of notifications with their routes and deliveries.',
  role: 'analyst',
  input: z.strictObject({}),
  output: pageOf(receiver),
  async run(_input, { store, receiverTrials, now }: Pick<Deps, 'store' | 'receiverTrials' | 'now'>) {
    const deliveries = await store.notifications.bySink(now() - day)
    const data = receiverTrials.list().map((one) => {
      const own = deliveries.filter(({ sink }) => sink === one.name)
      const count = (...statuses: readonly string[]) =>
        own.reduce((sum, { status, count: rows }) => sum + (statuses.includes(status) ? rows : 0), 0)
      const sent = Math.max(0, ...own.map(({ last_sent_at }) => last_sent_at ?? 0))
      const failure = own.find(
        ({ status, last_error }) => (status === 'dead' || status === 'failed') && last_error !== null,
      )
      return {
        ...one,
        route: [...one.route],
        sent: count('sent'),
        waiting: count('pending', 'failed'),
        failed: count('dead'),
        last_sent_at: sent === 0 ? null : new Date(sent).toISOString(),
        last_error: failure?.last_error ?? null,
      }
    })
    return { data, next_cursor: null }
  },
})
