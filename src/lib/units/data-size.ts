import { number } from './number.ts'

const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Formats an amount of data in the largest unit of which there is one: `6.6 GB`. */
export const dataSize = (bytes: number): string => {
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return `${number(bytes / 1000 ** step)} ${units[step]}`
}
