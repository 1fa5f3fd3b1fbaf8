import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Kbd } from './kbd.tsx'

interface MenuProps {
  /** The button that opens the menu. */
  readonly trigger: ReactNode
  readonly children: ReactNode
  /** For menus that shortcuts can open too. */
  readonly open?: boolean
  readonly onOpenChange?: (open: boolean) => void
  /** Returns the element to focus on close, by default the trigger. */
  readonly focusAfter?: () => HTMLElement | null
}

/** A drop-down menu. */
export const Menu = ({ trigger, children, open, onOpenChange, focusAfter }: MenuProps) => (
  // Not modal: a modal menu hides the page from screen readers, but focus can still move there.
  <DropdownMenu.Root modal={false} {...(open !== undefined && { open })} {...(onOpenChange && { onOpenChange })}>
    <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
    <DropdownMenu.Portal>
      <DropdownMenu.Content
        align="end"
        sideOffset={4}
        collisionPadding={8}
        onCloseAutoFocus={(event) => {
          const next = focusAfter?.()
          if (!next) return
          event.preventDefault()
          next.focus({ preventScroll: true })
        }}
        className="z-50 min-w-52 rounded-panel border border-line bg-raised p-1 shadow-lg"
      >
        {children}
      </DropdownMenu.Content>
    </DropdownMenu.Portal>
  </DropdownMenu.Root>
)

interface MenuItemProps {
  readonly onSelect: () => void
  readonly children: ReactNode
  /** The shortcut for the same action. */
  readonly keys?: string
  /** Marks the current option. */
  readonly selected?: boolean
}

export const MenuItem = ({ onSelect, children, keys, selected = false }: MenuItemProps) => (
  <DropdownMenu.Item
    onSelect={onSelect}
    className="flex h-8 cursor-default items-center gap-2 rounded-control px-2 outline-none data-highlighted:bg-sel"
  >
    <span className={classNames('truncate', selected && 'font-semibold')}>{children}</span>
    {selected && <span aria-hidden>✓</span>}
    {keys !== undefined && (
      <span className="ml-auto pl-4">
        <Kbd keys={keys} />
      </span>
    )}
  </DropdownMenu.Item>
)

export const MenuSeparator = () => <DropdownMenu.Separator className="my-1 h-px bg-line" />

export const MenuLabel = ({ children }: { readonly children: ReactNode }) => (
  <DropdownMenu.Label className="px-2 py-1 text-small text-text-2">{children}</DropdownMenu.Label>
)
