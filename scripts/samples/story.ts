import type { Action, RecordedLine } from './recorder.ts'

/** A stage of the attack, or a fault: what the labels of lines refer to. */
export interface Stage {
  readonly id: string
  readonly kind: 'attack' | 'fault' | 'aftermath'
  /** What happened, in a sentence. */
  readonly title: string
  readonly from: number
  readonly to: number
  readonly hosts: readonly string[]
  /** Lines of other people's actions that show it: what the shop answers its visitors while a release is broken. */
  shows?(line: RecordedLine): boolean
  /** Of its own actions' lines, those that show it; all of them unless said. */
  own?(line: RecordedLine): boolean
}

/** Makes stages of a kind. */
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

export interface Story {
  readonly stages: readonly Stage[]
  readonly actions: readonly Action[]
}
