import type { Output } from '../cli.ts'

const pieceSize = 65_536

/** Writes many short lines as few long pieces; `end` writes what is left. */
export const gather = (out: Output) => {
  let text = ''
  return {
    write(line: string): void {
      text += line
      if (text.length >= pieceSize) this.end()
    },
    end(): void {
      out.write(text)
      text = ''
    },
  }
}
