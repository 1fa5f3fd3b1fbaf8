import { walkModule } from './walk-module.ts'

export interface Walker {
  readonly memory: WebAssembly.Memory
  load(from: number, to: number, rows: number, columns: number, stride: number): number
  walk(trees: number, count: number, treeBytes: number, depth: number, block: number, rows: number, sums: number): void
  loadDoubles(from: number, to: number, rows: number, columns: number, stride: number, bound: number): number
  nearest(
    points: number,
    end: number,
    width: number,
    block: number,
    stride: number,
    rows: number,
    squares: number,
  ): void
  walkFair(roots: number, count: number, block: number, rows: number, sums: number): void
}

const pageBytes = 65_536
let walker: Walker | undefined

/**
 * Opens the walks with at least so many bytes of memory. One instance a thread is enough: a walk neither waits nor leaves anything behind
 * that the next one reads.
 */
export const openWalker = (bytes: number): Walker => {
  walker ??= start()
  const lacking = bytes - walker.memory.buffer.byteLength
  if (lacking > 0) walker.memory.grow(Math.ceil(lacking / pageBytes))
  return walker
}

const start = (): Walker => {
  const bytes = Uint8Array.from(atob(walkModule), (character) => character.charCodeAt(0))
  return new WebAssembly.Instance<Walker>(new WebAssembly.Module(bytes)).exports
}
