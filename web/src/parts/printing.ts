import { useSyncExternalStore } from 'react'

const watchers = new Set<() => void>()
let printing = false
const set = (next: boolean): void => {
  printing = next
  for (const watch of watchers) watch()
}
addEventListener('beforeprint', () => set(true))
addEventListener('afterprint', () => set(false))

/** Returns whether the page is being printed. A print shows all that the screen shows on request, and absolute times. */
export const usePrinting = (): boolean =>
  useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
    () => printing,
  )
