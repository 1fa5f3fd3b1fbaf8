import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import type { Need } from '../needs.ts'
import { until } from '../until.ts'

/** A program of Debian that sends logs. */
export const program = (path: string, packet: string): Need => ({
  missing: existsSync(path) ? undefined : `${path} is not installed (apt-get install ${packet})`,
})

/** Sends text to a port that may not be open yet. */
export const send = async (port: number, text: string): Promise<void> => {
  await until(
    () =>
      new Promise<boolean>((done) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(text, () => done(true)))
        socket.on('error', () => done(false))
      }),
    () => `port ${port} being open`,
  )
}

/** Runs a program to its end; returns its exit code. */
export const run = (command: string, args: readonly string[]): Promise<number | null> =>
  new Promise((done) => spawn(command, args, { stdio: 'ignore' }).once('exit', done))

/** Ends a program and waits for that. */
export const end = (child: ChildProcess): Promise<void> =>
  new Promise((done) => {
    child.once('exit', () => done())
    child.kill()
  })
