import type { Log } from '../component.ts'
import type { Output } from './cli.ts'
import { visible } from './terminal.ts'

/** A log for commands that end soon: warnings and errors as lines, the rest nowhere. */
export const quietLog = (err: Output): Log => {
  const tell = (_facts: object, message: string) => err.write(`${visible(message)}\n`)
  return { debug() {}, info() {}, warn: tell, error: tell }
}
