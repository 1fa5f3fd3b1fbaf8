import { useCallback, useEffect, useRef, useState } from 'react'
import type { Go, QueueSearch } from './look.ts'

const settleMs = 250

/** Where the keyboard is: kept at once here, and in the address when it has rested for a moment. */
export const useAt = ({ at: inAddress }: QueueSearch, go: Go) => {
  const [at, set] = useState(inAddress)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const setAt = useCallback(
    (key: string) => {
      set(key)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => go({ at: key }, true), settleMs)
    },
    [go],
  )
  useEffect(() => () => clearTimeout(timer.current), [])
  return { at, setAt }
}
