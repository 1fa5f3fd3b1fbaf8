import type { Log } from '../../component.ts'
import type { Output } from '../cli.ts'
import { visible } from './terminal.ts'

/** A log for short commands: prints warnings and errors, drops the rest. */
export const quietLog = (err: Output): Log => {
  const print = (facts: object, message: string) => {
    const details = Object.values(facts).filter((fact) => typeof fact === 'string')
    err.write(`${visible([message, ...details].join(' '))}\n`)
  }
  return { debug() {}, info() {}, warn: print, error: print }
}
