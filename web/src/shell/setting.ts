import { useSyncExternalStore } from 'react'

interface Setting<Value> {
  get(): Value
  set(value: Value): void
  use(): Value
}

/** A choice of this person in this browser, one of a few words. Where nothing can be kept it lasts as long as the page. */
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
        // A browser that keeps nothing is still usable.
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
