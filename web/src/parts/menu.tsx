import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { Kbd } from './kbd.tsx'

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactNode
  readonly children: ReactNode
  /** For menus that keys open, too. */
  readonly open?: boolean
  readonly onOpen?: (open: boolean) => void
  /** What has the focus when it closes; the trigger unless said. */
  readonly focusAfter?: () => HTMLElement | null
}

/** A menu under a button. */
export const Menu = ({ trigger, children, open, onOpen, focusAfter }: MenuProps) => (
  // Not modal: that hides the rest of the page from those who hear it, with the focus still able to go there.
  <DropdownMenu.Root modal={false} {...(open !== undefined && { open })} {...(onOpen && { onOpenChange: onOpen })}>
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
  /** The keys that do the same. */
  readonly keys?: string
  /** Marks the choice in force. */
  readonly chosen?: boolean
}

export const MenuItem = ({ onSelect, children, keys, chosen = false }: MenuItemProps) => (
  <DropdownMenu.Item
    onSelect={onSelect}
    className="flex h-8 cursor-default items-center gap-2 rounded-control px-2 outline-none data-highlighted:bg-sel"
  >
    <span className={classNames('truncate', chosen && 'font-semibold')}>{children}</span>
    {chosen && <span aria-hidden>✓</span>}
    {keys !== undefined && (
      <span className="ml-auto pl-4">
        <Kbd keys={keys} />
      </span>
    )}
  </DropdownMenu.Item>
)

export const MenuLine = () => <DropdownMenu.Separator className="my-1 h-px bg-line" />

export const MenuLabel = ({ children }: { readonly children: ReactNode }) => (
  <DropdownMenu.Label className="px-2 py-1 text-small text-text-2">{children}</DropdownMenu.Label>
)
