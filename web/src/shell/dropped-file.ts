import { useSyncExternalStore } from 'react'

const watchers = new Set<() => void>()
let file: File | undefined

/** The file that somebody dropped on a page, or chose, to try; it has not left this browser. */
export const useDroppedFile = (): File | undefined =>
  useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
    () => file,
  )

/** Takes a file to try, in place of the one before; undefined lets go of it. */
export const setDroppedFile = (next: File | undefined): void => {
  file = next
  for (const watch of watchers) watch()
}
