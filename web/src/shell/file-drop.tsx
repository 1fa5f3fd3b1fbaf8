import { useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { setDroppedFile } from './dropped-file.ts'

/** Accepts a file dropped on any screen, with an overlay while one is dragged over the page. */
export const FileDrop = () => {
  const router = useRouter()
  const [dragging, setDragging] = useState(false)
  useEffect(() => {
    // A child's dragenter comes before its parent's dragleave, so count both to detect when the pointer leaves the page.
    let depth = 0
    const isFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true
    const changeDepth = (change: number): void => {
      depth = Math.max(0, depth + change)
      setDragging(depth > 0)
    }
    const handlers: { readonly [type: string]: (event: DragEvent) => void } = {
      dragenter: (event) => isFile(event) && changeDepth(1),
      dragleave: (event) => isFile(event) && changeDepth(-1),
      dragover: (event) => isFile(event) && event.preventDefault(),
      drop: (event) => {
        if (!isFile(event)) return
        event.preventDefault()
        changeDepth(-depth)
        const [file] = event.dataTransfer?.files ?? []
        if (!file) return
        setDroppedFile(file)
        void router.navigate({ to: '/add' })
      },
    }
    const cleanups = Object.entries(handlers).map(([type, handle]) => {
      const listen = (event: Event): void => {
        if (event instanceof DragEvent) handle(event)
      }
      window.addEventListener(type, listen)
      return () => window.removeEventListener(type, listen)
    })
    return () => {
      for (const cleanup of cleanups) cleanup()
    }
  }, [router])
  if (!dragging) return null
  return (
    <div className="pointer-events-none fixed inset-3 z-40 flex items-center justify-center rounded-panel border-2 border-dashed border-accent bg-bg/85">
      <p className="text-display">Drop the file to analyse it</p>
    </div>
  )
}
