import type { Command } from 'commander'
import { person } from '../../schema/person.ts'
import type { CommandContext } from '../cli.ts'
import { defineTold, defineToldImport } from './inventory.ts'

const path = '/api/v1/users'

/** `vedette users`: whom alerts may be about. */
export const define = (command: Command, context: CommandContext): void => {
  defineToldImport(command, context, {
    path: `${path}/import`,
    one: 'user',
    seen: 'user',
    example: 'username,full_name,email,title,department,status; columns in any order',
  })
  defineTold(command, context, {
    path,
    item: person,
    noun: 'user',
    headings: ['ID', 'ACCOUNT', 'NAME', 'TITLE', 'DEPARTMENT', 'ACTIVE'],
    row: ({ user_id, username, full_name, title, department, is_active }) => [
      user_id,
      username,
      full_name ?? '',
      title ?? '',
      department ?? '',
      is_active ? 'yes' : 'no',
    ],
  })
}
