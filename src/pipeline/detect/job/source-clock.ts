import { hour } from '../../../lib/units/time.ts'

/** A run that comes later belongs to the next day. */
export const latestArrival = 16 * hour

/** The clock of one source, and when its next run is missing. */
export interface SourceClock {
  newest: number
  due: number
  /** A later time that only one event has. */
  ahead: number | undefined
  /** Whether its last event came about when it happened, so that the wall clock shows that its next run is missing. */
  isLive: boolean
  /** The newest event of each host. */
  readonly hosts: Map<string, number>
}

export const startSourceClock = (newest: number, due = Number.POSITIVE_INFINITY): SourceClock => ({
  newest,
  due,
  ahead: undefined,
  isLive: false,
  hosts: new Map(),
})

/** Sets the clock to the newest time that two events agree on: one wrong date must not make all jobs missing. */
export const advanceSourceClock = (clock: SourceClock, time: number): void => {
  if (time - clock.newest < latestArrival) {
    clock.newest = Math.max(clock.newest, time)
    clock.ahead = undefined
    return
  }
  if (clock.ahead !== undefined && time >= clock.ahead) clock.newest = clock.ahead
  clock.ahead = time
}
