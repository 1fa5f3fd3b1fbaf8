import type { Readable } from 'node:stream'
import type { Command } from 'commander'
import type { Environment } from '../config/environment.ts'
import type { Paint } from './terminal/terminal.ts'

/** A stream that a command writes to. */
export interface Output {
  write(text: string): void
  readonly isTty: boolean
  readonly columns: number
}

/** Everything the command line may use from outside; tests pass fakes. */
export interface Cli {
  readonly argv: readonly string[]
  readonly env: Environment
  readonly cwd: string
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined }
  /** Results only. */
  readonly out: Output
  /** Progress, warnings and errors. */
  readonly err: Output
  readonly fetch: typeof fetch
  readonly now: () => number
  /** Aborts on Ctrl-C and on SIGTERM. */
  readonly signal: AbortSignal
  /** Registers a listener for SIGHUP, which then no longer ends the process. */
  readonly onHangup: (listener: () => void) => void
  readonly version: string
}

/** Passed to every command: the dependencies, and how to set the exit code. */
export interface CommandContext extends Cli {
  /** Colours text for `out`. */
  readonly paint: Paint
  /** Sets the exit code of the process, 0 by default. */
  end(code: ExitCode): void
}

/** A module that defines one group of commands, loaded on demand. */
export interface CommandFile {
  define(command: Command, context: CommandContext): void
}

/** Exit codes and their meaning. Scripts rely on them. */
export const exitCodes = {
  0: 'success; nothing at or above --fail-on',
  1: 'incidents at or above --fail-on LEVEL, or problems found by `doctor` or `sigma lint`',
  2: 'invalid usage or configuration',
  3: 'input cannot be read, or no line of it can be parsed',
  4: 'server is unreachable, or refused the request',
  5: 'part of the input cannot be read',
  130: 'interrupted (Ctrl-C)',
} as const
export type ExitCode = keyof typeof exitCodes
