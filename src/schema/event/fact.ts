import type { Event } from './event.ts'

/**
 * An event for the detectors over all partitions. Without `about`, correlations of rules count it. Otherwise it is a login after which to
 * follow an intruder, or an event with the address of an intruder.
 */
export interface Fact extends Event {
  readonly about?: 'break-in' | 'intruder'
}
