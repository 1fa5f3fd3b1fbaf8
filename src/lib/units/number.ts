/** Formats a number: `1,234`. Small fractions keep one or two digits. */
export const number = (value: number): string => {
  const size = Math.abs(value)
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 1 ? 1 : 2
  const [whole = '', part = ''] = value.toFixed(digits).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const fraction = part.replace(/0+$/, '')
  return fraction === '' ? grouped : `${grouped}.${fraction}`
}

/** Formats a number with its noun: `1 alert`, `1,234 alerts`. */
export const plural = (count: number, one: string, many = `${one}s`, format = number): string =>
  `${format(count)} ${count === 1 ? one : many}`

/** Formats a probability: `4.5 %`, `0.05 %`. */
export const percent = (share: number): string => {
  const hundredths = share * 100
  return `${hundredths >= 10 ? Math.round(hundredths) : Number(hundredths.toPrecision(hundredths >= 1 ? 2 : 1))} %`
}

/** Formats a share to the nearest percent: `42 %`. */
export const wholePercent = (share: number): string => `${Math.round(share * 100)} %`

/** Formats a share rounded down, so that only a full share shows as 100 %: `99.98 %`. Small shares keep one digit. */
export const floorPercent = (share: number): string => {
  if (share >= 1) return '100 %'
  if (share > 0 && share < 0.001) return `${Math.max(0.001, Number((share * 100).toPrecision(1)))} %`
  const digits = share > 0.999 ? 3 : share > 0.99 ? 2 : 1
  return `${(Math.floor(share * 100 * 10 ** digits) / 10 ** digits).toFixed(digits)} %`
}
