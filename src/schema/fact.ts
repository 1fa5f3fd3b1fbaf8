import type { Event } from './event.ts'

/**
 * An event that detectors over all partitions have to see. Without `about`, correlations of rules count it. Otherwise it is a login after
 * which to follow an intruder, or an event with the address of one.
 */
export interface Fact extends Event {
  readonly about?: 'break-in' | 'intruder'
}
