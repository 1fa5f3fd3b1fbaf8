import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { person } from '../../schema/inventory/person.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { personalDataRole } from '../personal-data.ts'

export const getUser = defineOperation({
  name: 'get_user',
  summary: 'Returns one imported user.',
  role: personalDataRole,
  input: z.strictObject({ id: z.string().max(500) }),
  output: person,
  async run({ id }, { store }: Pick<Deps, 'store'>) {
    const found = await store.people.get(id)
    if (found) return found
    throw new AppError('NOT_FOUND', `User "${id}" not found.`, { hint: 'List the users to see their IDs.' })
  },
})
