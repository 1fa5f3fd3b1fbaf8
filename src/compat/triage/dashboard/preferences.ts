import { z } from 'zod'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'
import type { Actor } from '../../../schema/account/role.ts'

const group = z.record(z.string().max(100), z.unknown())
const preferences = z.object({
  theme: z.enum(['light', 'dark', 'auto']),
  notifications: group,
  dashboard: group,
  alerts: group,
})
const mostBytes = 8_192

const defaults: z.output<typeof preferences> = {
  theme: 'auto',
  notifications: { email: false, browser: false, slack: false },
  dashboard: { default_view: 'overview', refresh_interval: 30 },
  alerts: { default_filters: {} },
}

const preferencesOf = (actor: Actor) => `preferences of ${actor.name}`

const read = async ({ store, actor }: Pick<Deps, 'store'> & { readonly actor: Actor }) => {
  const { items } = await store.audit.list({ target_id: preferencesOf(actor), limit: 1, after: undefined })
  const stored = preferences.partial().safeParse(items[0]?.new_values)
  return preferences.parse({ ...defaults, ...(stored.success && stored.data) })
}

/** Returns the preferences of the caller for the pages of the dashboard. */
export const getPreferences = defineOperation({
  name: 'get_preferences',
  summary: 'Returns the preferences of the caller for the dashboard of the triage services.',
  role: 'viewer',
  input: z.strictObject({}),
  output: preferences,
  run: (_input, deps: Pick<Deps, 'store'> & { readonly actor: Actor }) => read(deps),
})

/** Changes preferences. They are the last change in the audit log, at most 8 KB. */
export const setPreferences = defineOperation({
  name: 'set_preferences',
  summary: 'Changes the preferences of the caller for the dashboard of the triage services.',
  role: 'viewer',
  input: preferences.partial().refine((sent) => JSON.stringify(sent).length <= mostBytes, 'are larger than 8 KB'),
  output: preferences,
  async run(sent, deps: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }) {
    const { store, now, actor } = deps
    const before = await read(deps)
    const after = preferences.parse({ ...before, ...sent })
    const entry = {
      ...{
        time: now(),
        actor: actor.name,
        action: 'set_preferences',
        target_type: 'preferences',
        target_id: preferencesOf(actor),
      },
      old_values: before,
      new_values: after,
    }
    await store.transaction((tx) => store.audit.append([entry], tx))
    return after
  },
})
