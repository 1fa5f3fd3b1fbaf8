import { z } from 'zod'
import type { Actor } from '../../schema/account/role.ts'
import { view, viewContent } from '../../schema/view.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { checkView, requireOwnView } from './views.ts'

const { shape } = viewContent

/** Changes a saved view. */
export const updateView = defineOperation({
  name: 'update_view',
  summary: 'Changes the name, content or visibility of your own view.',
  role: 'viewer',
  input: z.strictObject({
    id: z.string().max(100),
    name: shape.name.optional(),
    filter: shape.filter.unwrap().optional(),
    from: shape.from.unwrap().optional(),
    to: shape.to.unwrap().optional(),
    sort: shape.sort.unwrap().optional(),
    group: shape.group.unwrap().optional(),
    columns: shape.columns.unwrap().optional(),
    density: shape.density.unwrap().optional(),
    shared: shape.shared.unwrap().optional(),
    pinned: shape.pinned.unwrap().optional(),
  }),
  output: view,
  async run({ id, ...changes }, { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor }) {
    const time = now()
    const before = await requireOwnView(store, id, actor)
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
    const after = view.parse({ ...before, ...given, updated_at: new Date(time).toISOString() })
    checkView(after, time)
    await store.views.save(after)
    return after
  },
})
