import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestHost } from './test-host.ts'

/** An interactive ssh login with a terminal. */
export interface Shell {
  /** Types a command, enters the password if asked, waits for the end and returns the output. */
  type(command: string, password?: string): Promise<string>
  leave(): Promise<void>
}

export interface Login {
  /** The host of the user's network, and the user's address in it. */
  readonly at: TestHost
  readonly from: string
  readonly to: string
  readonly user: string
  /** The file of a private key, or a password. */
  readonly key?: string
  readonly password?: string
}

const patience = 90_000

/** Runs one command over ssh and returns its exit code: 255 if the login was refused. */
export const runOver = (login: Login, command: string): Promise<number | null> =>
  ended(login.at.spawnOutside(sshCommand(login, [command])))

/** Logs in; undefined if the login was refused. */
export const openShell = async (login: Login): Promise<Shell | undefined> => {
  const child = login.at.spawnOutside(sshCommand(login, [], ['-tt']), { stdio: ['pipe', 'pipe', 'ignore'] })
  const { stdin, stdout } = child
  if (!stdin || !stdout) throw new Error('ssh has no pipes.')
  const end = ended(child)
  let shown = ''
  stdout.on('data', (chunk) => {
    shown += chunk
  })
  stdin.on('error', () => undefined)
  const until = async (pattern: RegExp) => {
    const began = performance.now()
    while (!pattern.test(shown)) {
      if (child.exitCode !== null || performance.now() - began > patience) return false
      await sleep(5)
    }
    return true
  }
  if (!(await until(/[$#] $/))) return undefined
  let mark = 0
  return {
    async type(command, password) {
      shown = ''
      mark += 1
      // The quotes keep the echo of the command from matching the end marker.
      stdin.write(`${command}; echo 'done''-${mark}'\n`)
      const over = new RegExp(`done-${mark}\\r?\\n`)
      if (password !== undefined && (await until(new RegExp(`password for|${over.source}`))) && !over.test(shown)) {
        stdin.write(`${password}\n`)
      }
      if (!(await until(over))) throw new Error(`"${command}" did not end: ${shown.slice(-500)}`)
      return shown
    },
    async leave() {
      stdin.write('exit\n')
      await end
    },
  }
}

const sshCommand = (
  { from, to, user, key, password }: Login,
  rest: readonly string[],
  flags: readonly string[] = [],
): string[] => [
  ...(password === undefined ? [] : ['sshpass', '-p', password]),
  'ssh',
  ...['-F', 'none', '-q', '-b', from, ...flags],
  ...['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'ConnectTimeout=10'].flatMap((option) => [
    '-o',
    option,
  ]),
  ...(password === undefined
    ? [
        '-o',
        'IdentitiesOnly=yes',
        '-o',
        'PreferredAuthentications=publickey',
        ...(key === undefined ? [] : ['-i', key]),
      ]
    : ['-o', 'PreferredAuthentications=password', '-o', 'PubkeyAuthentication=no', '-o', 'NumberOfPasswordPrompts=1']),
  `${user}@${to}`,
  ...rest,
]

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => {
    child.once('exit', done)
  })
