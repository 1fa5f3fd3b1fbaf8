import { useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { setDroppedFile } from './dropped-file.ts'

/** Lets a file be dropped on any screen; while one is held over the page, says what will happen. */
export const DropAnywhere = () => {
  const router = useRouter()
  const [held, setHeld] = useState(false)
  useEffect(() => {
    /** Elements are entered before others are left: the page is left when as many were left as entered. */
    let depth = 0
    const isFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true
    const settle = (change: number): void => {
      depth = Math.max(0, depth + change)
      setHeld(depth > 0)
    }
    const on: { readonly [type: string]: (event: DragEvent) => void } = {
      dragenter: (event) => isFile(event) && settle(1),
      dragleave: (event) => isFile(event) && settle(-1),
      dragover: (event) => isFile(event) && event.preventDefault(),
      drop: (event) => {
        if (!isFile(event)) return
        event.preventDefault()
        settle(-depth)
        const [file] = event.dataTransfer?.files ?? []
        if (!file) return
        setDroppedFile(file)
        void router.navigate({ to: '/add' })
      },
    }
    const listeners = Object.entries(on).map(([type, run]) => {
      const listen = (event: Event): void => {
        if (event instanceof DragEvent) run(event)
      }
      window.addEventListener(type, listen)
      return () => window.removeEventListener(type, listen)
    })
    return () => {
      for (const stop of listeners) stop()
    }
  }, [router])
  if (!held) return null
  return (
    <div className="pointer-events-none fixed inset-3 z-40 flex items-center justify-center rounded-panel border-2 border-dashed border-accent bg-bg/85">
      <p className="text-display">Drop the file to see what is unusual in it</p>
    </div>
  )
}
