import { type BlockObjects, isIntact } from './block-objects.ts'

/** Caches the most recently read intact objects, at most `mostBytes`. The content of an object never changes. */
export const cacheBlockObjects = (objects: BlockObjects, mostBytes = 64 << 20): BlockObjects => {
  const kept = new Map<string, Uint8Array>()
  let bytes = 0
  const keep = (name: string, payload: Uint8Array): void => {
    if (kept.has(name) || payload.length > mostBytes / 4) return
    kept.set(name, payload)
    bytes += payload.length
    for (const [oldest, { length }] of kept) {
      if (bytes <= mostBytes) return
      kept.delete(oldest)
      bytes -= length
    }
  }
  return {
    ...objects,
    async get(name) {
      const known = kept.get(name)
      if (known) {
        // Move it to the end, where the most recently used ones are.
        kept.delete(name)
        kept.set(name, known)
        return known
      }
      const payload = await objects.get(name)
      if (payload && isIntact(name, payload)) keep(name, payload)
      return payload
    },
  }
}
