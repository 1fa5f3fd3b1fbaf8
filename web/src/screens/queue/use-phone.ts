import { useSyncExternalStore } from 'react'

const narrow = matchMedia('(max-width: 639px)')

/** Whether the page is as narrow as a phone. */
export const usePhone = (): boolean =>
  useSyncExternalStore(
    (watch) => {
      narrow.addEventListener('change', watch)
      return () => narrow.removeEventListener('change', watch)
    },
    () => narrow.matches,
  )
