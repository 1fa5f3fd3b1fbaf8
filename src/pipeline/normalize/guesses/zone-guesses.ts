import { z } from 'zod'
import { minute } from '../../../lib/units/time.ts'

const quarter = 15
/** How far a line may arrive from a whole quarter of an hour after its time. */
const tolerance = 2 * minute
/** How many arrivals must agree, over how long, before their zone is believed. */
const enough = 20
const longEnough = 10 * minute
const mostSenders = 1000

interface Evidence {
  /** The zone that the last arrivals agree on, in minutes east of UTC. */
  candidate: number
  agreed: number
  strikes: number
  since: number
  /** The zone that is believed. */
  guess?: number | undefined
}

/**
 * Guesses the zone of the times without one of each sender, from the clock of arrival: lines that keep arriving the same number of quarters of
 * an hour before or after their time come from another zone. An import never agrees for ten minutes, so it changes nothing. A change to
 * summer time is followed as soon as enough arrivals agree. Constant time an arrival, 1,000 senders at most.
 */
export class ZoneGuesses {
  readonly name = 'zones'
  #senders = new Map<string, Evidence>()
  #believed = false

  /** Whether any sender has a zone, so that there is something to ask for. */
  get hasAny(): boolean {
    return this.#believed
  }

  /** The believed zone of a sender, in minutes east of UTC; undefined without one. */
  of(sender: string): number | undefined {
    return this.#senders.get(sender)?.guess
  }

  /**
   * Learns from an arrival.
   *
   * @param time the newest time without a zone, read as UTC
   */
  observe(sender: string, receivedAt: number, time: number): void {
    const ahead = time - receivedAt
    const zone = Math.round(ahead / minute / quarter) * quarter
    const plausible = zone >= -12 * 60 && zone <= 14 * 60 && Math.abs(ahead - zone * minute) <= tolerance
    const known = this.#senders.get(sender)
    if (known && plausible && zone === known.candidate) {
      known.agreed++
      if (known.agreed >= enough && receivedAt - known.since >= longEnough) {
        known.guess = zone
        this.#believed ||= zone !== 0
        known.strikes = 0
      }
      return
    }
    if (known && ++known.strikes <= known.agreed / enough) return
    if (!known && this.#senders.size >= mostSenders) return
    const candidate = plausible ? zone : Number.NaN
    this.#senders.set(sender, { candidate, agreed: 1, strikes: 0, since: receivedAt, guess: known?.guess })
  }

  save(): Uint8Array {
    return Buffer.from(
      JSON.stringify(
        [...this.#senders].flatMap(([sender, { guess }]) => (guess === undefined ? [] : [[sender, guess]])),
      ),
    )
  }

  restore(state: Uint8Array): void {
    const saved = guesses.parse(JSON.parse(Buffer.from(state).toString()))
    this.#believed = saved.some(([, guess]) => guess !== 0)
    this.#senders = new Map(
      saved.map(([sender, guess]) => [sender, { candidate: Number.NaN, agreed: 0, strikes: 0, since: 0, guess }]),
    )
  }
}

const guesses = z.array(z.tuple([z.string(), z.int()]))
