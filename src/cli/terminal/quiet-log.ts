import type { Log } from '../../component.ts'
import type { Output } from '../cli.ts'
import { visible } from './terminal.ts'

/** A log for commands that end soon: warnings and errors as lines, the rest nowhere. */
export const quietLog = (err: Output): Log => {
  const tell = (facts: object, message: string) => {
    const said = Object.values(facts).filter((fact) => typeof fact === 'string')
    err.write(`${visible([message, ...said].join(' '))}\n`)
  }
  return { debug() {}, info() {}, warn: tell, error: tell }
}
