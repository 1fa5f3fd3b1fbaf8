import { type RefObject, useEffect, useRef, useState } from 'react'

/** Returns a ref and the inner width of its element in px, 0 until measured. */
export const useWidth = <Element extends HTMLElement>(): readonly [RefObject<Element | null>, number] => {
  const ref = useRef<Element>(null)
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
