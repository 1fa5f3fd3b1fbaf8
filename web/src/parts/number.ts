const whole = new Intl.NumberFormat(undefined, { useGrouping: true })

/** A count with its groups of three apart. */
export const formatCount = (count: number): string => whole.format(count)

/** `1 line`, `12 lines`. */
export const formatMany = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`
