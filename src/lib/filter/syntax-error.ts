/** Describes a fault of a filter: the reason, the position, and a correction. */
export class FilterSyntaxError extends Error {
  /** The offset of the fault in the filter's text, counted from 0. */
  readonly position: number
  /** The corrected filter, or a suggestion. */
  readonly hint: string

  constructor(message: string, position: number, hint: string) {
    super(message)
    this.name = 'FilterSyntaxError'
    this.position = position
    this.hint = hint
  }
}
