import { type ParameterType, parameterTypeOf } from './parameter-type.ts'
import type { Scanner } from './scanner.ts'
import { anyTail } from './tails.ts'
import { anyToken } from './tree.ts'

const equalsSign = 61

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
  const isOpen = template[template.length - 1] === anyTail
  const length = isOpen ? template.length - 1 : count
  if (isOpen ? count < length : template.length !== count) return undefined
  const parameters: Parameter[] = []
  for (let token = 0; token < length; token++) {
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
  if (!isOpen) return parameters
  // `comment=spam again`: the value goes on to the end.
  const last = (firstSpans[length] ?? 0) - 1
  const from = spanStarts[last] ?? 0
  const isKeyed =
    template[length - 1] !== anyToken && spanEnds[last] === ends[length - 1] && text.charCodeAt(from - 1) === equalsSign
  if (isKeyed) parameters.pop()
  return [...parameters, toParameter(text, isKeyed ? from : (starts[length] ?? text.length), text.length)]
}

const toParameter = (text: string, start: number, end: number): Parameter => ({
  value: text.slice(start, end),
  start,
  type: parameterTypeOf(text, start, end),
})
