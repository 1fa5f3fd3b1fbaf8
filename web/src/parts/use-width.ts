import { type RefObject, useEffect, useRef, useState } from 'react'

/** The width inside an element in px, 0 until it is known; put the ref on the element. */
export const useWidth = <Kind extends HTMLElement>(): readonly [RefObject<Kind | null>, number] => {
  const ref = useRef<Kind>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, width]
}
