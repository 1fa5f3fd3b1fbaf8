import { z } from 'zod'
import { incident } from '../../schema/incident.ts'
import type { Actor } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireIncident, requireVersion } from './require-incident.ts'

const text = z.string().trim().max(10_000).optional()

/** Writes down what an incident was about, once people know. */
export const writeUpIncident = defineOperation({
  name: 'write_up_incident',
  summary: 'Writes down the root cause of an incident, its impact and what was learnt from it.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(100).describe('Its id, or INC-3.'),
    root_cause: text.describe('Why it could happen; an empty text takes it away.'),
    impact_assessment: text.describe('What it did.'),
    lessons_learned: text.describe('What is to be done differently.'),
    version: z.int().optional().describe('The version that the decision was made on.'),
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
