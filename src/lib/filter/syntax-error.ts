/** Says what is wrong with a filter, where, and how to correct it. */
export class FilterSyntaxError extends Error {
  /** The offset of the fault in the filter's text, counted from 0. */
  readonly position: number
  /** A corrected filter, or what to write instead. */
  readonly hint: string

  constructor(message: string, position: number, hint: string) {
    super(message)
    this.name = 'FilterSyntaxError'
    this.position = position
    this.hint = hint
  }
}
