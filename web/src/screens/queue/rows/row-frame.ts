import type { ComponentProps } from 'react'
import { classNames } from '../../../parts/class-names.ts'
import { idOfRow, type QueueRow } from './row-key.ts'

/** The props shared by alert rows and group rows. */
export interface RowFrameProps {
  readonly row: QueueRow
  readonly index: number
  readonly grid: string
  readonly height: number
  /** The vertical position in px. */
  readonly top: number
  readonly active: boolean
  readonly selected: boolean
  readonly leaving: boolean
  readonly onFocus: (key: string) => void
  readonly onOpen: (key: string) => void
  readonly onSelect: (key: string, extend: boolean) => void
  readonly onMenu: (key: string) => void
}

/** The position, style and event handlers of every row. */
export const rowFrame = (props: RowFrameProps): ComponentProps<'tr'> => {
  const { row, index, grid, height, top, active, selected, leaving, onFocus, onOpen, onSelect, onMenu } = props
  const { key } = row
  return {
    'aria-rowindex': index + 2,
    'aria-selected': selected,
    id: idOfRow(key),
    tabIndex: active ? 0 : -1,
    onClick: () => onOpen(key),
    onContextMenu(event) {
      event.preventDefault()
      onMenu(key)
    },
    onKeyDown(event) {
      if (event.key !== ' ' || event.target !== event.currentTarget) return
      event.preventDefault()
      onSelect(key, event.shiftKey)
    },
    onFocus: () => onFocus(key),
    style: { gridTemplateColumns: grid, height, transform: `translateY(${top}px)` },
    className: classNames(
      'absolute inset-x-0 top-0 grid cursor-default -outline-offset-2 items-center gap-x-3 border-b border-line pr-2 transition-opacity',
      active ? 'bg-sel shadow-[inset_2px_0_0_var(--accent)]' : selected ? 'bg-sel/60' : 'hover:bg-hover',
      leaving && 'opacity-0',
    ),
  }
}
