const integer = new Intl.NumberFormat(undefined, { useGrouping: true })

/** Formats a count with thousands separators. */
export const formatCount = (count: number): string => integer.format(count)

/** Formats a count with its noun: `1 line`, `12 lines`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`
