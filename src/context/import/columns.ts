import { plainColumnName } from './table-file.ts'

/** The mapping of columns to fields. */
export interface ColumnMatch {
  /** The columns of each field by their names in the file, the best match first. */
  readonly byField: ReadonlyMap<string, readonly string[]>
  /** Every column with its field; null for unknown columns. */
  readonly columns: readonly { readonly column: string; readonly field: string | null }[]
}

/** The column names of each field, the best first. */
export type Synonyms = Readonly<Record<string, readonly string[]>>

/** Finds the field of each column, in any order and spelling. A list field uses all its columns, other fields the best one. */
export const matchColumns = (
  columns: readonly string[],
  synonyms: Synonyms,
  lists: ReadonlySet<string>,
): ColumnMatch => {
  const spellings = new Map<string, { readonly field: string; readonly rank: number }>()
  for (const [field, names] of Object.entries(synonyms)) {
    for (const [rank, name] of [field, ...names].entries()) spellings.set(plainColumnName(name), { field, rank })
  }
  const found = columns.map((column) => ({ column, spelling: spellings.get(plainColumnName(column)) }))
  const byField = new Map<string, string[]>()
  for (const { column, spelling } of found.toSorted((a, b) => (a.spelling?.rank ?? 0) - (b.spelling?.rank ?? 0))) {
    if (!spelling) continue
    const matched = byField.get(spelling.field)
    if (!matched) byField.set(spelling.field, [column])
    else if (lists.has(spelling.field)) matched.push(column)
  }
  return {
    byField,
    columns: found.map(({ column, spelling }) => ({
      column,
      field: spelling && byField.get(spelling.field)?.includes(column) ? spelling.field : null,
    })),
  }
}
