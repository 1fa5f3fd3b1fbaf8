import { existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { readStamp, writeStamp } from '../../src/demo/restamp.ts'

/** An action of the week: its time, its code and its label. */
export interface Action {
  /** The time in the sample, in ms since the epoch. */
  readonly at: number
  /** The stage of the attack or the fault of the action. */
  readonly label?: string
  /** How long logs must be quiet before the action counts as finished, in ms. */
  readonly quiet?: number
  /** The expected lines of a file: once they are there, the action is finished without waiting for quiet. */
  readonly expects?: readonly [file: string, lines: number]
  run(): Promise<unknown>
}

/** A line of the sample. */
export interface RecordedLine {
  readonly file: string
  readonly text: string
  readonly time: number
  readonly label: string | undefined
}

const usualQuiet = 12
const longestWait = 3_000

/**
 * Runs actions one after another and collects the log lines of the daemons. Each action starts at its time in the sample, and takes as
 * long as it really does: a line logged 80 ms after the start of an action gets the time of the action plus 80 ms. Only the time between
 * actions is skipped, the order of lines is real, and the action of each line is known.
 */
export const createRecorder = (files: readonly { readonly name: string; readonly path: string }[]) => {
  const captures = files.map(({ name, path }) => ({ name, ...openCapture(path) }))
  const lines: RecordedLine[] = []
  let end = 0
  /** Late lines, which belong to the previous action. */
  const take = (began: number, at: number, label: string | undefined) => {
    const room = Date.now() - began
    for (const { name, read } of captures) {
      for (const text of read()) {
        const stamp = readStamp(text, began)
        if (!stamp) {
          // A continuation without its own timestamp belongs to the line before.
          const before = lines.findLast(({ file }) => file === name)
          if (before) lines.push({ ...before, text })
          continue
        }
        const time = Math.max(at + Math.min(Math.max(stamp.time - began, 0), room), latest.get(name) ?? 0)
        latest.set(name, time)
        lines.push({ file: name, text: writeStamp(text, stamp, time), time, label })
      }
    }
  }
  const latest = new Map<string, number>()

  /** Waits until the logs are quiet. */
  const settle = async (quiet: number) => {
    const began = performance.now()
    let since = began
    while (performance.now() - since < quiet && performance.now() - began < longestWait) {
      await sleep(4)
      if (captures.some(({ grew }) => grew())) since = performance.now()
    }
  }

  const arrived = async (file: string, count: number): Promise<boolean> => {
    const capture = captures.find(({ name }) => name === file)
    for (let i = 0; i < 60; i++) {
      if ((capture?.waiting() ?? 0) >= count) return true
      await sleep(1)
    }
    return false
  }

  return {
    lines,
    async perform({ at, label, quiet = usualQuiet, expects, run }: Action): Promise<void> {
      const began = Date.now()
      const from = Math.max(at, end)
      await run()
      if (!expects || !(await arrived(...expects))) await settle(quiet)
      take(began, from, label)
      end = from + Date.now() - began
    },
    /** Drops the lines so far: the start of the daemons is not part of the week. */
    async skip(): Promise<void> {
      await settle(500)
      for (const { read } of captures) read()
    },
  }
}

/** Reads new whole lines of a file. */
const openCapture = (path: string) => {
  let handle: number | undefined
  let at = 0
  let rest = ''
  let whole: string[] = []
  /** Reads new lines; returns whether there were any. */
  const look = (): boolean => {
    if (handle === undefined && existsSync(path)) handle = openSync(path, 'r')
    if (handle === undefined) return false
    const length = fstatSync(handle).size - at
    if (length <= 0) return false
    const bytes = Buffer.alloc(length)
    at += readSync(handle, bytes, 0, length, at)
    const parts = (rest + bytes.toString('utf8')).split('\n')
    rest = parts.pop() ?? ''
    whole.push(...parts)
    return true
  }
  return {
    grew: look,
    waiting() {
      look()
      return whole.length
    },
    read(): string[] {
      look()
      const lines = whole
      whole = []
      return lines
    },
  }
}
