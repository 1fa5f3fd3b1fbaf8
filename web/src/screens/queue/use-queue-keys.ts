import { useKeys } from '../../shell/keys.ts'

interface QueueKeys {
  /** Moves the cursor by a number of rows; `extend` also selects them. */
  readonly step: (by: number, extend: boolean) => void
  readonly openActive: () => void
  readonly selectActive: () => void
  readonly selectAll: () => void
  readonly back: () => void
  readonly showNew: () => void
  readonly openMenu: () => void
  readonly expandActive: () => void
  readonly collapseActive: () => void
  readonly openGroupMenu: () => void
}

/** The shortcuts of the queue. */
export const useQueueKeys = (keys: QueueKeys): void => {
  const {
    step,
    openActive,
    selectActive,
    selectAll,
    back,
    showNew,
    openMenu,
    expandActive,
    collapseActive,
    openGroupMenu,
  } = keys
  const move = (by: number, extend: boolean) => (): void => {
    blurOutsideRows()
    step(by, extend)
  }
  useKeys('Queue', [
    { keys: 'j', label: 'Next alert', run: move(1, false) },
    { keys: 'k', label: 'Previous alert', run: move(-1, false) },
    { keys: 'ArrowDown', label: 'Next alert', run: move(1, false) },
    { keys: 'ArrowUp', label: 'Previous alert', run: move(-1, false) },
    { keys: 'Shift+j', label: 'Extend selection down', run: move(1, true) },
    { keys: 'Shift+k', label: 'Extend selection up', run: move(-1, true) },
    { keys: 'Enter', label: 'Open alert or expand group', run: openActive },
    { keys: 'x', label: 'Select alert', run: selectActive },
    { keys: 'Shift+x', label: 'Select all', run: selectAll },
    { keys: 'Escape', label: 'Close panel or clear selection', run: back },
    { keys: 'r', label: 'Show new alerts', run: showNew },
    { keys: 'b', label: 'Group by…', run: openGroupMenu },
    { keys: 'ArrowRight', label: 'Expand group', run: expandActive },
    { keys: 'ArrowLeft', label: 'Collapse group', run: collapseActive },
    { keys: '.', label: 'Open actions menu', run: openMenu },
  ])
}

/** Removes the focus from a facet or button, so that Enter opens the row. */
const blurOutsideRows = (): void => {
  const { activeElement } = document
  if (activeElement instanceof HTMLElement && !activeElement.closest('[role=grid], [role=treegrid]'))
    activeElement.blur()
}
