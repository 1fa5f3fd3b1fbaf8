import type { Action, RecordedLine } from './recorder.ts'

/** A stage of the attack, or a fault. The labels of lines refer to it. */
export interface Stage {
  readonly id: string
  readonly kind: 'attack' | 'fault' | 'aftermath'
  /** A one-sentence description. */
  readonly title: string
  readonly from: number
  readonly to: number
  readonly hosts: readonly string[]
  /** Matches lines of other actions that show it, such as errors for visitors while a release is broken. */
  shows?(line: RecordedLine): boolean
  /** Matches the lines of its own actions that show it; all of them by default. */
  own?(line: RecordedLine): boolean
}

/** Creates stages of one kind. */
export const stagesOf =
  (kind: Stage['kind']) =>
  (
    id: string,
    title: string,
    from: number,
    to: number,
    hosts: readonly string[],
    extra: Partial<Stage> = {},
  ): Stage => ({ id, kind, title, from, to, hosts, ...extra })

export interface Scenario {
  readonly stages: readonly Stage[]
  readonly actions: readonly Action[]
}
