import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'

interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  /** The purpose of the dialog, in one sentence. */
  readonly description?: string
  readonly children: ReactNode
  readonly wide?: boolean
}

/** A modal dialog. Focuses the element marked `data-first`, restores focus on close, and closes on Escape. */
export const Dialog = ({ open, onClose, title, description, children, wide = false }: DialogProps) => (
  <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
    <Radix.Portal>
      <Radix.Overlay className="fixed inset-0 z-40 bg-bg/70" />
      <Radix.Content
        {...(description === undefined && { 'aria-describedby': undefined })}
        onOpenAutoFocus={(event) => {
          const field = event.target instanceof Element ? event.target.querySelector('[data-first]') : null
          if (!(field instanceof HTMLElement)) return
          event.preventDefault()
          field.focus()
        }}
        className={`fixed top-[10dvh] left-1/2 z-50 flex max-h-[80dvh] w-[calc(100vw-2rem)] -translate-x-1/2 flex-col rounded-panel border border-line bg-raised shadow-xl ${wide ? 'max-w-3xl' : 'max-w-lg'}`}
      >
        <div className="flex items-start gap-3 px-4 pt-3 pb-2">
          <div className="min-w-0">
            <Radix.Title className="text-title">{title}</Radix.Title>
            {description !== undefined && <Radix.Description className="text-text-2">{description}</Radix.Description>}
          </div>
          <Radix.Close asChild>
            <IconButton label="Close" className="-mr-2 ml-auto">
              <X size={16} aria-hidden />
            </IconButton>
          </Radix.Close>
        </div>
        <div className="min-h-0 overflow-y-auto px-4 pb-4">{children}</div>
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
)
