import type { Readable } from 'node:stream'
import type { Command } from 'commander'
import type { Environment } from '../config/environment.ts'
import type { Paint } from './terminal/terminal.ts'

/** Where a command writes to. */
export interface Output {
  write(text: string): void
  readonly isTty: boolean
  readonly columns: number
}

/** What the command line may touch of the dependencies. */
export interface Cli {
  readonly argv: readonly string[]
  readonly env: Environment
  readonly cwd: string
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined }
  /** Results, and nothing else. */
  readonly out: Output
  /** Everything else. */
  readonly err: Output
  readonly fetch: typeof fetch
  readonly now: () => number
  /** Aborts on Ctrl-C and on SIGTERM. */
  readonly signal: AbortSignal
  /** Calls a listener on SIGHUP, which then no longer ends the process. */
  readonly onHangup: (listener: () => void) => void
  readonly version: string
}

/** What a command works with: the dependencies, and how to end. */
export interface CommandContext extends Cli {
  /** Colours results. */
  readonly paint: Paint
  /** Sets the code that the process ends with; without it, 0. */
  end(code: ExitCode): void
}

/** A file of the command line: one group of commands, loaded when it is asked for. */
export interface CommandFile {
  define(command: Command, context: CommandContext): void
}

/** What the codes that we end with mean. Scripts rely on them. */
export const exitCodes = {
  0: 'it went well; nothing at or above --fail-on',
  1: 'findings at or above --fail-on LEVEL, or `doctor` or `sigma lint` found something',
  2: 'wrong usage or configuration',
  3: 'the input cannot be read, or nothing of it was understood',
  4: 'the server cannot be reached, or refused',
  5: 'a part of the input could not be read',
  130: 'stopped by Ctrl-C',
} as const
export type ExitCode = keyof typeof exitCodes
