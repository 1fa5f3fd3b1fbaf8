import type { Transaction } from '../../store/database.ts'
import type { FormerDatabase, FormerTable } from './former-database.ts'
import type { FormerRow } from './former-row.ts'
import type { AdoptionPart, AdoptionTarget, LeftOut } from './former-system.ts'

/** The result for some rows. */
export interface SavedRows {
  readonly added: number
  readonly present?: number
  readonly leftOut?: readonly LeftOut[]
}

interface TablePart {
  readonly noun: string
  readonly database: FormerDatabase
  readonly table: FormerTable
  /** The column that orders the rows and identifies each. */
  readonly key: string
}

/** Takes rows with stable IDs. `save` omits rows that exist already. */
export const identifiedPart = ({
  noun,
  table,
  key,
  save,
}: TablePart & {
  save(rows: readonly FormerRow[], tx: Transaction, target: AdoptionTarget): Promise<SavedRows>
}): AdoptionPart => ({
  noun,
  from: table.name,
  count: table.count,
  async adopt(target) {
    const total = createTotal()
    for await (const rows of table.pages(key)) {
      // One transaction per page, so that other writers wait only briefly.
      total.add(await target.store.transaction((tx) => save(rows, tx, target)))
    }
    return total.sum()
  },
})

/** Takes rows that have only a number. The position of the last taken row is saved with the rows. */
export const numberedPart = ({
  noun,
  database,
  table,
  key,
  save,
}: TablePart & {
  save(
    rows: readonly FormerRow[],
    tx: Transaction,
    target: AdoptionTarget & { readonly position: number },
  ): Promise<SavedRows>
}): AdoptionPart => ({
  noun,
  from: table.name,
  count: table.count,
  async adopt(target) {
    const total = createTotal()
    const { store } = target
    const source = `adopted ${database.place}`
    const place = table.name.replace(/^former_|_before$/, '')
    const before = await store.intake.readCursor(source, place)
    let position = before ?? '0'
    let taken = 0
    for await (const rows of table.pages(key, before)) {
      taken += rows.length
      total.add(
        await store.transaction(async (tx) => {
          const saved = await save(rows, tx, { ...target, position: Number(position) })
          position = rows.at(-1)?.text(key) ?? position
          await store.intake.saveCursor(source, place, position, tx)
          return saved
        }),
      )
    }
    const sum = total.sum()
    return { ...sum, present: sum.present + (await table.count()) - taken }
  },
})

/** Adds up the results for the pages of a table. */
export const createTotal = () => {
  let [added, present] = [0, 0]
  const reasons = new Map<string, LeftOut>()
  return {
    add(saved: SavedRows) {
      added += saved.added
      present += saved.present ?? 0
      for (const one of saved.leftOut ?? []) {
        const key = `${one.what}\0${one.why}`
        reasons.set(key, { ...one, count: one.count + (reasons.get(key)?.count ?? 0) })
      }
    },
    sum: () => ({ added, present, leftOut: [...reasons.values()] }),
  }
}
