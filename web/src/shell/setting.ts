import { useSyncExternalStore } from 'react'

interface Setting<Value> {
  get(): Value
  set(value: Value): void
  use(): Value
}

/** Creates a setting of this browser with a fixed set of values. Without storage it lasts as long as the page. */
export const createSetting = <Value extends string>(
  name: string,
  values: readonly Value[],
  fallback: Value,
): Setting<Value> => {
  const key = `vedette.${name}`
  const watchers = new Set<() => void>()
  let value = values.find((one) => one === read(key)) ?? fallback
  const get = () => value
  return {
    get,
    set(next) {
      value = next
      try {
        localStorage.setItem(key, next)
      } catch {
        // Storage may be disabled.
      }
      for (const watch of watchers) watch()
    },
    use: () =>
      useSyncExternalStore((watch) => {
        watchers.add(watch)
        return () => watchers.delete(watch)
      }, get),
  }
}

const read = (key: string): string | null => {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
