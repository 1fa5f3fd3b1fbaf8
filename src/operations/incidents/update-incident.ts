import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Actor } from '../../schema/account/role.ts'
import { incident } from '../../schema/incident/incident.ts'
import { applyToIncident } from '../decisions/apply-changes.ts'
import { changeInput, readChange } from '../decisions/change-input.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireIncident, requireVersion } from './require-incident.ts'

export const updateIncident = defineOperation({
  name: 'update_incident',
  summary: 'Acknowledges, assigns, advances, closes or reopens an incident. Closing it closes its alerts.',
  role: 'analyst',
  input: z.strictObject({
    id: z.string().max(100).describe('The incident’s ID or display ID, such as INC-3.'),
    ...changeInput,
    version: z.int().optional().describe('The version that the change is based on.'),
  }),
  output: incident,
  async run({ id, version, note, ...wanted }, { store, queue, now, actor }: UpdateDeps) {
    const change = readChange(wanted, now())
    return store.transaction(async (tx) => {
      const before = await requireIncident(store, id, tx)
      await requireVersion(store, before, version)
      const reason = await applyToIncident({ store, queue }, tx, before, {
        change,
        actor: actor.name,
        now: now(),
        note,
      })
      if (reason !== undefined) {
        throw new AppError('CONFLICT', `${before.display_id} ${reason}.`, {
          hint: `The current version is ${before.version}.`,
        })
      }
      return requireIncident(store, before.id, tx)
    })
  },
})

type UpdateDeps = Pick<Deps, 'store' | 'queue' | 'now'> & { readonly actor: Actor }
