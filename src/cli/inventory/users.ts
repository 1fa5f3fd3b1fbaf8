import type { Command } from 'commander'
import { person } from '../../schema/inventory/person.ts'
import type { CommandContext } from '../cli.ts'
import { defineInventoryImport, defineInventoryList } from './inventory.ts'

const path = '/api/v1/users'

/** `vedette users`: imports, lists and removes users. */
export const define = (command: Command, context: CommandContext): void => {
  defineInventoryImport(command, context, {
    path: `${path}/import`,
    one: 'user',
    seen: 'user',
    example: 'username,full_name,email,title,department,status; any column order',
  })
  defineInventoryList(command, context, {
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
