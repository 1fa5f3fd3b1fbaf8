/** Whether a value is a time finer than a second: digits after the second, or an epoch in ms, µs or ns. */
export const isPreciseTime = (value: unknown): boolean => {
  if (typeof value === 'number') return value >= 1e12 || (value >= 1e9 && !Number.isInteger(value))
  if (typeof value !== 'string') return false
  return /^(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d|\d{9,10})[.,]\d{3,}/.test(value) || /^\d{13,19}$/.test(value)
}
