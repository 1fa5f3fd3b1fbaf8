import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { person } from '../../schema/person.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { personalDataRole } from '../personal-data.ts'

/** Shows what is told of one person. */
export const getUser = defineOperation({
  name: 'get_user',
  summary: 'Shows what was imported of one person.',
  role: personalDataRole,
  input: z.strictObject({ id: z.string().max(500) }),
  output: person,
  async run({ id }, { store }: Pick<Deps, 'store'>) {
    const found = await store.people.get(id)
    if (found) return found
    throw new AppError('NOT_FOUND', `Nothing is told of a user "${id}".`, { hint: 'List the users for their ids.' })
  },
})
