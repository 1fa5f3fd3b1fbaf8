import { useCallback, useEffect, useState } from 'react'

const fadeMs = 120
const nobody: ReadonlySet<string> = new Set()

/** Rows that leave at once because of what was done to them: they fade, then they are gone, until the server answers anew, of the alerts within groups too. */
export const useLeaving = (answeredAt: number, reading: boolean) => {
  const [leaving, setLeaving] = useState(nobody)
  const [gone, setGone] = useState(nobody)
  // biome-ignore lint/correctness/useExhaustiveDependencies: an answer of the server says what is left.
  useEffect(() => {
    if (reading) return
    setLeaving(nobody)
    setGone(nobody)
  }, [answeredAt, reading])
  const leave = useCallback((ids: readonly string[]) => {
    setLeaving((before) => new Set([...before, ...ids]))
    setTimeout(() => setGone((before) => new Set([...before, ...ids])), fadeMs)
  }, [])
  return { leaving, gone, leave }
}
