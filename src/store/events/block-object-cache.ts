import { type BlockObjects, isIntact } from './block-objects.ts'

/** Keeps the intact objects that were read last in memory, at most `mostBytes` of them. The content of an object never changes. */
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
        // The last used goes to the end of the line.
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
