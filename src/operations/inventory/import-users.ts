import { type ImportedPerson, personRows, toPerson } from '../../context/import/person-rows.ts'
import { planImport } from '../../context/import/plan.ts'
import { type ImportedRow, readImportRows } from '../../context/import/rows.ts'
import { createPersonIndex } from '../../context/person-index.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Person } from '../../schema/inventory/person.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { importInventory, inventoryImport, tableInput } from './inventory-import.ts'

/** Does not change sign-in accounts or roles. */
export const importUsers = defineOperation({
  name: 'import_users',
  summary: 'Imports a user directory from CSV or JSON. Adds new users and updates existing ones.',
  role: 'admin',
  input: tableInput,
  output: inventoryImport,
  async run(
    { table, preview },
    { store, context, now, actor }: Pick<Deps, 'store' | 'context' | 'now'> & { readonly actor: Actor },
  ) {
    const time = now()
    const moment = new Date(time).toISOString()
    const read = readImportRows(table, personRows)
    const known = await store.people.all()
    // Names of sign-in accounts are excluded: a new user with such a name takes the ID of that row.
    const ids = new Map((await store.people.names()).map(({ id, username }) => [username.toLowerCase(), id]))
    const nameOf = ({ id, fields }: ImportedRow<ImportedPerson>) => (fields.username ?? id).toLowerCase()
    const plan = planImport({
      rows: read.rows,
      find: finderOf(known),
      idOf: (person) => person.user_id,
      apply: (row, before) => toPerson(ids.get(nameOf(row)) ?? row.id, row.fields, before, moment),
      now: moment,
    })
    await context.loadHistory?.()
    const unmatched = unmatchedUsers(known, plan.changes, context.tables.history)
    return importInventory(
      { action: 'import_users', read, plan, unmatched, preview, save: store.people.save },
      { store, context, actor, time },
    )
  },
})

/** Finds by ID or account name; a row without them, by email address. */
const finderOf = (people: readonly Person[]) => {
  const ids = new Map(people.map((person) => [person.user_id.toLowerCase(), person]))
  const names = new Map(people.map((person) => [person.username.toLowerCase(), person]))
  const mails = new Map(people.flatMap((person) => (person.email === null ? [] : [[person.email, person] as const])))
  return ({ id, fields }: ImportedRow<ImportedPerson>): Person | undefined =>
    ids.get(id.toLowerCase()) ?? names.get((fields.username ?? id).toLowerCase()) ?? mails.get(id.toLowerCase())
}

const unmatchedUsers = (
  known: readonly Person[],
  changes: readonly { readonly item: Person }[],
  history: { users(): Iterable<string> },
): string[] => {
  const index = createPersonIndex()
  index.replace([...known, ...changes.map(({ item }) => item)])
  return [...history.users()].filter((name) => !index.find(name)).sort()
}
