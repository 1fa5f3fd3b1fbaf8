import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import { incident } from '../../schema/incident/incident.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireIncident, requireVersion } from './require-incident.ts'

const text = z.string().trim().max(10_000).optional()

export const describeIncident = defineOperation({
  name: 'write_up_incident',
  summary: 'Sets the root cause, impact and lessons learned of an incident.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(100).describe('The incident’s ID or display ID, such as INC-3.'),
    root_cause: text.describe('The root cause; an empty text removes it.'),
    impact_assessment: text.describe('The impact.'),
    lessons_learned: text.describe('The lessons learned.'),
    version: z.int().optional().describe('The version that the change is based on.'),
  }),
  output: incident,
  async run({ id, version, ...texts }, { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }) {
    const time = now()
    return store.transaction(async (tx) => {
      const before = await requireIncident(store, id, tx)
      await requireVersion(store, before, version)
      const given = Object.entries(texts).filter(([, value]) => value !== undefined)
      const after = incident.parse({
        ...before,
        ...Object.fromEntries(given.map(([name, value]) => [name, value === '' ? undefined : value])),
        updated_at: new Date(time).toISOString(),
        version: before.version + 1,
      })
      await store.incidents.save([after], tx)
      const { root_cause = null, impact_assessment = null, lessons_learned = null } = before
      await store.audit.append(
        [
          {
            time,
            actor: actor.name,
            action: 'write_up',
            target_type: 'incident',
            target_id: before.id,
            old_values: { root_cause, impact_assessment, lessons_learned },
            new_values: Object.fromEntries(given),
          },
        ],
        tx,
      )
      return after
    })
  },
})
