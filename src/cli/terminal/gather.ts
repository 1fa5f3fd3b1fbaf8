import type { Output } from '../cli.ts'

const bufferSize = 65_536

/** Buffers many short lines into few long writes; `end` flushes the rest. */
export const bufferOutput = (out: Output) => {
  let text = ''
  return {
    write(line: string): void {
      text += line
      if (text.length >= bufferSize) this.end()
    },
    end(): void {
      out.write(text)
      text = ''
    },
  }
}
