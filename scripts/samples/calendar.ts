import type { Random } from '../../src/lib/random/random.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** The share of daily activity per hour, for visitors and for the office. */
const visiting = [4, 2, 1, 1, 1, 2, 4, 8, 12, 16, 18, 18, 20, 18, 17, 17, 18, 20, 24, 28, 28, 22, 14, 8]
const working = [0, 0, 0, 0, 0, 0, 0, 2, 12, 20, 20, 18, 8, 16, 20, 18, 16, 10, 3, 1, 0, 0, 0, 0]

export const isWeekend = (time: number): boolean => [0, 6].includes(new Date(time).getUTCDay())

/** Draws about `perDay` random times per day from a period, following visitor or office hours; fewer at weekends. */
export const timesBy = (
  rhythm: 'visitors' | 'office',
  { from, to, perDay, weekend, random }: { from: number; to: number; perDay: number; weekend: number; random: Random },
): number[] => {
  const weights = rhythm === 'visitors' ? visiting : working
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  const times: number[] = []
  for (let at = from - (from % hour); at < to; at += hour) {
    const expected = (perDay * (isWeekend(at) ? weekend : 1) * (weights[new Date(at).getUTCHours()] ?? 0)) / whole
    const count = Math.floor(expected) + (random.next() < expected % 1 ? 1 : 0)
    for (let i = 0; i < count; i++) times.push(at + Math.floor(random.next() * hour))
  }
  return times.filter((time) => time >= from && time < to).sort((a, b) => a - b)
}

/** Picks one at random. */
export const pick = <Item>(items: readonly Item[], random: Random): Item => {
  const item = items[random.below(items.length)]
  if (item === undefined) throw new Error('Nothing to pick from.')
  return item
}
