import { useKeys } from '../../shell/keys.ts'

interface QueueKeys {
  /** Moves by so many rows; `extend` chooses on the way. */
  readonly step: (by: number, extend: boolean) => void
  readonly openAt: () => void
  readonly chooseAt: () => void
  readonly chooseAll: () => void
  readonly back: () => void
  readonly showNew: () => void
  readonly menuAt: () => void
  readonly unfoldAt: () => void
  readonly foldAt: () => void
  readonly chooseGroup: () => void
}

/** The keys of the queue. */
export const useQueueKeys = (keys: QueueKeys): void => {
  const { step, openAt, chooseAt, chooseAll, back, showNew, menuAt, unfoldAt, foldAt, chooseGroup } = keys
  const go = (by: number, extend: boolean) => (): void => {
    leaveFocus()
    step(by, extend)
  }
  useKeys('Queue', [
    { keys: 'j', label: 'Next alert', run: go(1, false) },
    { keys: 'k', label: 'Previous alert', run: go(-1, false) },
    { keys: 'ArrowDown', label: 'Next alert', run: go(1, false) },
    { keys: 'ArrowUp', label: 'Previous alert', run: go(-1, false) },
    { keys: 'Shift+j', label: 'Next alert, choosing it', run: go(1, true) },
    { keys: 'Shift+k', label: 'Previous alert, choosing it', run: go(-1, true) },
    { keys: 'Enter', label: 'Open the alert, or unfold the group', run: openAt },
    { keys: 'x', label: 'Choose the alert', run: chooseAt },
    { keys: 'Shift+x', label: 'Choose all that match', run: chooseAll },
    { keys: 'Escape', label: 'Close the panel, or choose none', run: back },
    { keys: 'r', label: 'Show what is new', run: showNew },
    { keys: 'b', label: 'Group by…', run: chooseGroup },
    { keys: 'ArrowRight', label: 'Unfold the group', run: unfoldAt },
    { keys: 'ArrowLeft', label: 'Fold the group, or go to it', run: foldAt },
    { keys: '.', label: 'Open the menu of the alert', run: menuAt },
  ])
}

/** Who goes through the rows has left the facet or button that was used before: Enter means the row now. */
const leaveFocus = (): void => {
  const { activeElement } = document
  if (activeElement instanceof HTMLElement && !activeElement.closest('[role=grid], [role=treegrid]'))
    activeElement.blur()
}
