export const commands: readonly string[]
export function snapshotFor(root: string, node: string, words: readonly string[]): string | undefined
export function isSnapshotCurrent(root: string, node: string): boolean
export function buildSnapshot(
  root: string,
  node: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined
