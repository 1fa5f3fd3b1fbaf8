import { useCallback, useEffect, useState } from 'react'

const fadeMs = 120
const none: ReadonlySet<string> = new Set()

/** Fades out and hides rows right after an action, until the server returns new rows, including those of expanded groups. */
export const useRemoval = (answeredAt: number, loading: boolean) => {
  const [leaving, setLeaving] = useState(none)
  const [removed, setRemoved] = useState(none)
  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows from the server reset the state.
  useEffect(() => {
    if (loading) return
    setLeaving(none)
    setRemoved(none)
  }, [answeredAt, loading])
  const remove = useCallback((keys: readonly string[]) => {
    setLeaving((before) => new Set([...before, ...keys]))
    setTimeout(() => setRemoved((before) => new Set([...before, ...keys])), fadeMs)
  }, [])
  return { leaving, removed, remove }
}
