import { day, hour, minute, week } from './time.ts'

const milliseconds = { ms: 1, s: 1000, m: minute, h: hour, d: day, w: week } as const
const bytes = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 } as const

const amount = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i

const read = (text: string, unitOf: (unit: string) => number | undefined): number | undefined => {
  const match = amount.exec(text.trim())
  const factor = match ? unitOf(match[2] ?? '') : undefined
  return match && factor !== undefined ? Math.round(Number(match[1]) * factor) : undefined
}

const lookUp = (units: Readonly<Record<string, number>>, unit: string): number | undefined =>
  Object.hasOwn(units, unit) ? units[unit] : undefined

/** Parses `30s`, `15m`, `12h`, `14d` or `0` as milliseconds; undefined if invalid. */
export const parseDuration = (text: string): number | undefined =>
  read(text, (unit) => lookUp(milliseconds, unit.toLowerCase()) ?? (/^0+$/.test(text.trim()) ? 0 : undefined))

/** Parses `512MB`, `1.5GB`, `64KiB` or plain bytes, with factors of 1,024; undefined if invalid. */
export const parseSize = (text: string): number | undefined =>
  read(text, (unit) => {
    const letters = unit.toUpperCase().replace(/IB$/, 'B')
    return lookUp(bytes, letters === '' ? 'B' : letters.endsWith('B') ? letters : `${letters}B`)
  })

const write = (value: number, units: Readonly<Record<string, number>>, smallest: string): string => {
  const fitting = Object.entries(units).filter(([, factor]) => value >= factor && value % factor === 0)
  const [unit, factor] = fitting.at(-1) ?? [smallest, 1]
  return value === 0 ? '0' : `${value / factor}${unit}`
}

/** Formats milliseconds as in a configuration file: `14d`. */
export const formatDuration = (value: number): string => write(value, { ...milliseconds, w: Number.NaN }, 'ms')

/** Formats bytes as in a configuration file: `512MB`. */
export const formatSize = (value: number): string => write(value, bytes, 'B')
