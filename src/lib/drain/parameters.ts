import { type ParameterType, parameterTypeOf } from './parameter-type.ts'
import type { Scanner } from './scanner.ts'
import { anyToken } from './tree.ts'

/** The value of one wildcard in a line. */
export interface Parameter {
  readonly value: string
  /** Its place in the line. */
  readonly start: number
  readonly type: ParameterType
}

/**
 * Reads the values of a template's wildcards out of a line that the scanner has just read, in order; undefined when the line is not
 * of the template. A list counts as one value.
 */
export const readParameters = (template: Int32Array, text: string, line: Scanner): Parameter[] | undefined => {
  const { count, hashes, starts, ends, folds, firstSpans, spanStarts, spanEnds } = line
  if (template.length !== count) return undefined
  const parameters: Parameter[] = []
  for (let token = 0; token < count; token++) {
    const own = template[token]
    const fold = folds[token] ?? 0
    if (own === anyToken) parameters.push(toParameter(text, starts[token] ?? 0, fold))
    else if (own !== hashes[token]) return undefined
    else {
      const stop = firstSpans[token + 1] ?? 0
      for (let span = firstSpans[token] ?? 0; span < stop; span++) {
        const end = spanEnds[span] ?? 0
        // The last value of a token that repeats goes on to its last repetition.
        const whole = span + 1 === stop ? fold - ((ends[token] ?? 0) - end) : end
        parameters.push(toParameter(text, spanStarts[span] ?? 0, whole))
      }
    }
  }
  return parameters
}

const toParameter = (text: string, start: number, end: number): Parameter => ({
  value: text.slice(start, end),
  start,
  type: parameterTypeOf(text, start, end),
})
