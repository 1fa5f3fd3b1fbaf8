import { z } from 'zod'
import type { ImportPlan } from '../../context/import/plan.ts'
import type { ReadRows } from '../../context/import/rows.ts'
import type { Actor } from '../../schema/account/role.ts'
import type { Transaction } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'
import type { Deps } from '../deps.ts'

const mostChanges = 100
const mostErrors = 200
const mostNames = 100

/** The input of every inventory import: a whole file as text. */
export const tableInput = z.strictObject({
  table: z
    .string()
    .min(1)
    .max(32 * 1_048_576)
    .describe('CSV with a header row, in any column order and spelling; or a JSON array of objects.'),
  preview: z.boolean().default(false).describe('Only previews the changes.'),
})

/** The result or preview of an import. */
export const inventoryImport = z
  .object({
    preview: z.boolean(),
    /** Rows of the file, without its header. */
    rows: z.int(),
    new: z.int(),
    changed: z.int(),
    unchanged: z.int(),
    /** Skipped rows. */
    failed: z.int(),
    /** The field that each column maps to; null for ignored columns. */
    columns: z.array(z.object({ column: z.string(), field: z.string().nullable() })),
    /** The first 100. */
    changes: z.array(
      z.object({
        id: z.string(),
        change: z.enum(['new', 'changed']),
        fields: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
      }),
    ),
    /** The first 200, by the line of the file, or the place in its list. */
    errors: z.array(z.object({ row: z.int(), column: z.string(), message: z.string() })),
    /** Names seen in logs that are still missing from the inventory: the count, and the first 100. */
    unmatched: z.object({ count: z.int(), names: z.array(z.string()) }),
  })
  .meta({ id: 'InventoryImport' })

type InventoryImport = z.input<typeof inventoryImport>

interface TakeIn<Item, Row> {
  readonly action: string
  readonly read: Pick<ReadRows<Row>, 'total' | 'faults' | 'columns'>
  readonly plan: ImportPlan<Item>
  readonly unmatched: readonly string[]
  readonly preview: boolean
  readonly save: (items: readonly Item[], tx: Transaction) => Promise<void>
}

/** Plans an import. Unless it is a preview, stores and audits it in one transaction. */
export const importInventory = async <Item, Row>(
  { action, read, plan, unmatched, preview, save }: TakeIn<Item, Row>,
  { store, context, actor, time }: Pick<Deps, 'store' | 'context'> & { readonly actor: Actor; readonly time: number },
): Promise<InventoryImport> => {
  const result = presentImport(preview, read, plan, unmatched)
  if (preview || plan.changes.length === 0) return result
  await store.transaction(async (tx) => {
    await save(
      plan.changes.map(({ item }) => item),
      tx,
    )
    await auditImport(store, tx, { time, actor, action, result })
  })
  await context.refresh()
  return result
}

const presentImport = <Item, Row>(
  preview: boolean,
  read: Pick<ReadRows<Row>, 'total' | 'faults' | 'columns'>,
  { changes, unchanged }: ImportPlan<Item>,
  unmatched: readonly string[],
): InventoryImport => ({
  preview,
  rows: read.total,
  new: changes.filter(({ change }) => change === 'new').length,
  changed: changes.filter(({ change }) => change === 'changed').length,
  unchanged,
  failed: read.faults.length,
  columns: read.columns.map((column) => ({ ...column })),
  changes: changes
    .slice(0, mostChanges)
    .map(({ id, change, fields }) => ({ id, change, fields: fields.map((field) => ({ ...field })) })),
  errors: read.faults.slice(0, mostErrors).map((fault) => ({ ...fault })),
  unmatched: { count: unmatched.length, names: unmatched.slice(0, mostNames) },
})

/** Audits an import in its transaction: the counts and the first changes. */
const auditImport = (
  store: Pick<Store, 'audit'>,
  tx: Transaction,
  entry: { readonly time: number; readonly actor: Actor; readonly action: string; readonly result: InventoryImport },
): Promise<void> => {
  const { rows, failed, unchanged, changes, new: added, changed } = entry.result
  return store.audit.append(
    [
      {
        time: entry.time,
        actor: entry.actor.name,
        action: entry.action,
        target_type: 'import',
        target_id: entry.action,
        old_values: null,
        new_values: { rows, new: added, changed, unchanged, failed, changes },
      },
    ],
    tx,
  )
}
