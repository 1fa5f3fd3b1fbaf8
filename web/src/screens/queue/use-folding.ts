import type { Go, QueueSearch } from './look.ts'
import type { QueueRow } from './row-key.ts'

/** Folds and unfolds groups; which are open stands in the address. */
export const useFolding = (
  { unfold = [] }: QueueSearch,
  go: Go,
  rows: readonly QueueRow[],
  setAt: (key: string) => void,
) => {
  const isUnfolded = ({ group }: QueueRow): boolean => group !== undefined && unfold.includes(group.filter)
  const turn = (row: QueueRow): void => {
    if (!row.group) return
    const { filter } = row.group
    const next = isUnfolded(row) ? unfold.filter((one) => one !== filter) : [...unfold, filter]
    go({ unfold: next.length > 0 ? next : undefined }, true)
  }
  return {
    isUnfolded,
    turn,
    unfoldAt(at: string | undefined): void {
      const row = rows.find(({ key }) => key === at)
      if (row?.group && !isUnfolded(row)) turn(row)
    },
    /** Folds the group that is pointed at; from an alert within one it first goes to the group. */
    foldAt(at: string | undefined): void {
      const row = rows.find(({ key }) => key === at)
      if (row && isUnfolded(row)) turn(row)
      else if (row?.within !== undefined) setAt(row.within)
    },
  }
}
