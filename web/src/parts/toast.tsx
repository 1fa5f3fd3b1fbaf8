import { X } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { toProblem } from '../api/problem.ts'
import { Button, IconButton } from './button.tsx'
import { copyText } from './copy-text.ts'
import { Kbd } from './kbd.tsx'

interface Toast {
  readonly id: number
  readonly text: string
  readonly error: boolean
  readonly action?: { readonly label: string; readonly keys?: string; readonly run: () => void } | undefined
}

const watchers = new Set<() => void>()
let toasts: readonly Toast[] = []
let last = 0

const put = (next: readonly Toast[]): void => {
  toasts = next
  for (const watch of watchers) watch()
}

interface ToastOptions {
  readonly error?: boolean
  readonly action?: Toast['action']
  /** How long the toast is shown, by default 10 s. */
  readonly ms?: number
}

/** Shows a message at the bottom of the page, at most three at a time. Returns a function that closes it. */
export const toast = (text: string, { error = false, action, ms = 10_000 }: ToastOptions = {}): (() => void) => {
  const id = ++last
  put([...toasts.slice(-2), { id, text, error, action }])
  const close = () => put(toasts.filter((one) => one.id !== id))
  setTimeout(close, ms)
  return close
}

/** Returns the message about a change that failed, with what to do. */
export const notSaved = (error: unknown): string => {
  const { message, hint } = toProblem(error)
  return ['Not saved:', message, hint].filter(Boolean).join(' ')
}

/** Shows that a change failed. */
export const toastNotSaved = (error: unknown): void => {
  toast(notSaved(error), { error: true })
}

/** Copies text and shows the result. */
export const copyWithToast = async (text: string): Promise<void> => {
  const copied = await copyText(text)
  toast(copied ? 'Copied.' : 'Copy failed: the browser denied access to the clipboard.', { ms: 3_000, error: !copied })
}

/** Renders the toasts, once per page. */
export const Toasts = () => {
  const shown = useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
    () => toasts,
  )
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-20 z-40 flex flex-col items-center gap-2 px-4 sm:bottom-16"
    >
      {shown.map(({ id, text, error, action }) => (
        <div
          key={id}
          className="pointer-events-auto flex max-w-full items-center gap-3 rounded-panel border border-line-strong bg-raised py-1.5 pr-1.5 pl-4 shadow-lg"
        >
          <span className={error ? 'font-medium text-critical' : ''}>{text}</span>
          {action && (
            <Button
              onClick={() => {
                put(toasts.filter((one) => one.id !== id))
                action.run()
              }}
            >
              {action.label}
              {action.keys !== undefined && <Kbd keys={action.keys} />}
            </Button>
          )}
          <IconButton label="Dismiss" className="size-7" onClick={() => put(toasts.filter((one) => one.id !== id))}>
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      ))}
    </div>
  )
}
