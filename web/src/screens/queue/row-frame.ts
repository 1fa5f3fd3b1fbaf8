import type { ComponentProps } from 'react'
import { classNames } from '../../parts/class-names.ts'
import { idOfRow, type QueueRow } from './row-key.ts'

/** What every row of the queue is told, be it an alert or a group. */
export interface RowFrameProps {
  readonly row: QueueRow
  readonly index: number
  readonly grid: string
  readonly height: number
  /** Where it stands, in px. */
  readonly top: number
  readonly at: boolean
  readonly chosen: boolean
  readonly leaving: boolean
  readonly onPoint: (key: string) => void
  readonly onOpen: (key: string) => void
  readonly onChoose: (key: string, extend: boolean) => void
  readonly onMenu: (key: string) => void
}

/** What all rows have in common: their place, their look, and how they answer to pointer and keys. */
export const rowFrame = (props: RowFrameProps): ComponentProps<'tr'> => {
  const { row, index, grid, height, top, at, chosen, leaving, onPoint, onOpen, onChoose, onMenu } = props
  const { key } = row
  return {
    'aria-rowindex': index + 2,
    'aria-selected': chosen,
    id: idOfRow(key),
    tabIndex: at ? 0 : -1,
    onClick: () => onOpen(key),
    onContextMenu(event) {
      event.preventDefault()
      onMenu(key)
    },
    onKeyDown(event) {
      if (event.key !== ' ' || event.target !== event.currentTarget) return
      event.preventDefault()
      onChoose(key, event.shiftKey)
    },
    onFocus: () => onPoint(key),
    style: { gridTemplateColumns: grid, height, transform: `translateY(${top}px)` },
    className: classNames(
      'absolute inset-x-0 top-0 grid cursor-default -outline-offset-2 items-center gap-x-3 border-b border-line pr-2 transition-opacity',
      at ? 'bg-sel shadow-[inset_2px_0_0_var(--accent)]' : chosen ? 'bg-sel/60' : 'hover:bg-hover',
      leaving && 'opacity-0',
    ),
  }
}
