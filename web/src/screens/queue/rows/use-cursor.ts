import { useCallback, useEffect, useRef, useState } from 'react'
import type { Go, QueueSearch } from '../queue-view.ts'

const debounceMs = 250

/** The row at the keyboard cursor. The URL is updated with a delay. */
export const useCursor = ({ at: initial }: QueueSearch, go: Go) => {
  const [activeKey, set] = useState(initial)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const setActiveKey = useCallback(
    (key: string) => {
      set(key)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => go({ at: key }, true), debounceMs)
    },
    [go],
  )
  useEffect(() => () => clearTimeout(timer.current), [])
  return { activeKey, setActiveKey }
}
