import type { ContextTables } from '../context/tables.ts'
import { AppError } from '../errors.ts'
import { type Actor, mayAct, type Role } from '../schema/account/role.ts'
import type { AuditEntry } from '../schema/audit/audit-entry.ts'
import { isPersonalField, withoutPersonalData } from '../schema/inventory/person.ts'
import type { Deps } from './deps.ts'
import { overrideMembers } from './extend-object.ts'

/** The lowest role that may read personal data of the user directory. */
export const personalDataRole = 'analyst' satisfies Role

type Readable = Pick<Deps, 'store' | 'context'>

/**
 * Returns the dependencies for a caller. Below the required role, every store and table omits personal data. The APIs
 * need no check of their own.
 */
export const depsFor = <D extends Readable>({ role }: Actor, deps: D): D =>
  mayAct(role, personalDataRole) ? deps : withoutPersonalDeps(deps)

const withoutPersonalDeps = <D extends Readable>(deps: D): D =>
  overrideMembers<D, Readable>(deps, {
    store: () =>
      overrideMembers(deps.store, {
        alertContext: () => alertContextOf(deps.store),
        audit: () => auditOf(deps.store),
        people: () => {
          throw new AppError('FORBIDDEN', 'The user directory contains personal data.', {
            hint: `Use a token with the role "${personalDataRole}" or a higher one.`,
          })
        },
      }),
    context: () => overrideMembers(deps.context, { tables: () => tablesOf(deps.context.tables) }),
  })

const tablesOf = (tables: ContextTables): ContextTables =>
  overrideMembers(tables, {
    people: () =>
      overrideMembers(tables.people, {
        find: () => (name) => {
          const person = tables.people.find(name)
          return person && withoutPersonalData(person)
        },
      }),
  })

const alertContextOf = ({ alertContext }: Deps['store']): Deps['store']['alertContext'] =>
  overrideMembers(alertContext, {
    of: () => async (id) =>
      (await alertContext.of(id)).map((context) =>
        context.context_type === 'user' ? { ...context, data: withoutPersonalData(context.data) } : context,
      ),
  })

const auditOf = ({ audit }: Deps['store']): Deps['store']['audit'] =>
  overrideMembers(audit, {
    list: () => async (query) => {
      const page = await audit.list(query)
      return { ...page, items: page.items.map((entry) => (isAboutPeople(entry) ? withoutValues(entry) : entry)) }
    },
  })

const isAboutPeople = ({ action, target_type }: AuditEntry): boolean =>
  target_type === 'user' || target_type === 'account' || action === 'import_users'

const withoutValues = (entry: AuditEntry): AuditEntry => ({
  ...entry,
  old_values: cleared(entry.old_values),
  new_values: cleared(entry.new_values),
})

/** Clears personal fields at any depth, and both values of a change: `{field: 'email', before, after}`. */
const cleared = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(cleared)
  if (typeof value !== 'object' || value === null) return value
  if ('field' in value && typeof value.field === 'string' && isPersonalField(value.field)) {
    return { field: value.field, before: null, after: null }
  }
  return withoutPersonalData(Object.fromEntries(Object.entries(value).map(([name, item]) => [name, cleared(item)])))
}
