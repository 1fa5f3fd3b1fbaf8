import { z } from 'zod'
import { person } from '../../schema/inventory/person.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf, paging, toPage } from '../paging.ts'
import { personalDataRole } from '../personal-data.ts'

export const listUsers = defineOperation({
  name: 'list_users',
  summary: 'Lists the imported users, newest first.',
  role: personalDataRole,
  input: z.strictObject({
    search: z.string().max(200).default('').describe('Part of an ID, name, email address, department or title.'),
    ...paging,
  }),
  output: pageOf(person),
  async run({ search, limit, cursor }, { store }: Pick<Deps, 'store'>) {
    const wanted = search.toLowerCase()
    const page = await store.people.list({
      limit,
      after: cursor,
      ...(wanted !== '' && {
        matches: ({ user_id, username, aliases, email, full_name, department, title }) =>
          [user_id, username, ...aliases, email, full_name, department, title].some((text) =>
            text?.toLowerCase().includes(wanted),
          ),
      }),
    })
    return toPage(page, (item) => item)
  },
})
