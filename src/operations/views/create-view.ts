import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import { view, viewContent } from '../../schema/view.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { checkView } from './views.ts'

/** Saves a view of the queue. */
export const createView = defineOperation({
  name: 'create_view',
  summary: 'Saves a view of the alert queue: filter, time range, order, columns and density.',
  role: 'viewer',
  input: z.strictObject(viewContent.shape),
  output: view,
  async run(content, { store, now, newId, actor }: Pick<Deps, 'store' | 'now' | 'newId'> & { readonly actor: Actor }) {
    const time = now()
    checkView(content, time)
    const moment = new Date(time).toISOString()
    const made = { ...content, id: newId(), owner: actor.name, created_at: moment, updated_at: moment }
    await store.views.save(made)
    return made
  },
})
