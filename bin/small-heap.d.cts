export const smallHeap: readonly string[]
export const smallPools: Readonly<Record<string, string>>
