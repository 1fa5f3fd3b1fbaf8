import type { Go, QueueSearch } from '../queue-view.ts'
import type { QueueRow } from './row-key.ts'

/** Expands and collapses groups. The URL stores the expanded ones. */
export const useExpansion = (
  { unfold = [] }: QueueSearch,
  go: Go,
  rows: readonly QueueRow[],
  setActiveKey: (key: string) => void,
) => {
  const isExpanded = ({ group }: QueueRow): boolean => group !== undefined && unfold.includes(group.filter)
  const toggle = (row: QueueRow): void => {
    if (!row.group) return
    const { filter } = row.group
    const next = isExpanded(row) ? unfold.filter((one) => one !== filter) : [...unfold, filter]
    go({ unfold: next.length > 0 ? next : undefined }, true)
  }
  return {
    isExpanded,
    toggle,
    expand(activeKey: string | undefined): void {
      const row = rows.find(({ key }) => key === activeKey)
      if (row?.group && !isExpanded(row)) toggle(row)
    },
    /** Collapses the group at the cursor. From an alert within a group, moves to the group first. */
    collapse(activeKey: string | undefined): void {
      const row = rows.find(({ key }) => key === activeKey)
      if (row && isExpanded(row)) toggle(row)
      else if (row?.within !== undefined) setActiveKey(row.within)
    },
  }
}
