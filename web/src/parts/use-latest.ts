import { useCallback, useLayoutEffect, useRef } from 'react'

/** The same function as long as the component lives, which does what the newest one does: what is drawn with it need not be drawn anew. */
export const useLatest = <Given extends unknown[]>(work: (...given: Given) => void): ((...given: Given) => void) => {
  const latest = useRef(work)
  useLayoutEffect(() => {
    latest.current = work
  })
  return useCallback((...given: Given) => latest.current(...given), [])
}
