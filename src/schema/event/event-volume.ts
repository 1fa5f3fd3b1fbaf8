/** Events are counted in slots of this length, in ms. */
export const volumeSlot = 300_000

/** How many events of a span report a problem, and how many do not. */
export interface EventVolume {
  readonly error: number
  readonly warning: number
  /** All milder levels, and events without a level. */
  readonly other: number
}

export const noVolume: EventVolume = { error: 0, warning: 0, other: 0 }

export const addVolume = (a: EventVolume, b: EventVolume): EventVolume => ({
  error: a.error + b.error,
  warning: a.warning + b.warning,
  other: a.other + b.other,
})

export const volumeOf = ({ error, warning, other }: EventVolume): number => error + warning + other

const errors: ReadonlySet<unknown> = new Set(['emerg', 'alert', 'crit', 'error'])

/** The count that an event with this `log.level` belongs to. */
export const volumeKind = (level: unknown): keyof EventVolume =>
  errors.has(level) ? 'error' : level === 'warning' ? 'warning' : 'other'
