import { day, hour } from '../lib/units/time.ts'
import type { Connections } from './database.ts'
import { upsert } from './write-rows.ts'

const counter = 'age clock'
/** How fast it catches up with the clock: by a day per hour. */
const pace = day / hour

export interface AgeClock {
  /** Returns the time from which ages are counted, in ms. Call it every few minutes. */
  follow(): Promise<number>
  /** How far it was behind the clock when it was last followed, in ms. */
  lag(): number
}

/**
 * A clock for removal by age that does not believe every clock. A machine may start with a clock that is years ahead, and would remove
 * everything within a minute. The database remembers how far this clock has got. It never passes the clock of the machine, and gains at
 * most a day on its last value per hour that this process runs. So a start after a long pause takes longer until everything old is removed,
 * and a wrong clock costs little until somebody corrects it. A clock that is set back takes effect at once, because nothing is removed then.
 *
 * @param moments the time that has passed, in ms, whatever the clock shows
 */
export const createAgeClock = (
  { now, transaction }: Pick<Connections, 'now' | 'transaction'>,
  moments: () => number = () => performance.now(),
): AgeClock => {
  let last: { readonly value: number; readonly moment: number } | undefined
  let lag = 0
  return {
    follow: () =>
      transaction(async (tx) => {
        const [time, moment] = [now(), moments()]
        const row = await tx.selectFrom('counters').select('value').where('name', '=', counter).executeTakeFirst()
        const before = row === undefined ? time : Number(row.value)
        // If another process has followed it since, this one does not know how much time that one has counted.
        const passed = last?.value === before ? moment - last.moment : 0
        const value = Math.round(Math.min(time, before + passed * pace))
        await upsert(tx, 'counters', [{ name: counter, value }], { key: ['name'] })
        last = { value, moment }
        lag = time - value
        return value
      }),
    lag: () => lag,
  }
}
