import { useSyncExternalStore } from 'react'

const watchers = new Set<() => void>()
let file: File | undefined

/** Returns the file that the user dropped or selected for analysis. */
export const useDroppedFile = (): File | undefined =>
  useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => watchers.delete(watch)
    },
    () => file,
  )

/** Replaces the file for analysis; undefined discards it. */
export const setDroppedFile = (next: File | undefined): void => {
  file = next
  for (const watch of watchers) watch()
}
