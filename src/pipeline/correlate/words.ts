const units = [
  [86_400_000, 'day', 'days'],
  [3_600_000, 'h', 'h'],
  [60_000, 'min', 'min'],
  [1_000, 's', 's'],
] as const

/** A span of time for people: `4 min`, `3 h`, `2 days`. */
export const span = (ms: number): string => {
  for (const [size, one, many] of units) {
    const count = Math.floor(ms / size)
    if (count > 0) return `${count} ${count === 1 ? one : many}`
  }
  return 'less than 1 s'
}

/** `1 alert`, `1,234 alerts`. */
export const plural = (count: number, one: string, many: string = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`

/** Cuts a text to what a title can hold. */
export const cut = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1).trimEnd()}…` : text
