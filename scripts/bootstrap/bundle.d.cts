export function recordSources(root: string, folder: string, files: readonly string[]): void
export function isCurrent(root: string): boolean
