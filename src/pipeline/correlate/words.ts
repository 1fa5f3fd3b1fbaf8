const units = [
  [86_400_000, 'day', 'days'],
  [3_600_000, 'h', 'h'],
  [60_000, 'min', 'min'],
  [1_000, 's', 's'],
] as const

/** Formats a duration: `4 min`, `3 h`, `2 days`. */
export const span = (ms: number): string => {
  for (const [size, one, many] of units) {
    const count = Math.floor(ms / size)
    if (count > 0) return `${count} ${count === 1 ? one : many}`
  }
  return 'less than 1 s'
}

/** Formats a number with its noun: `1 alert`, `1,234 alerts`. */
export const plural = (count: number, one: string, many: string = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`

/** Cuts a text to a maximum length. */
export const cut = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1).trimEnd()}…` : text
