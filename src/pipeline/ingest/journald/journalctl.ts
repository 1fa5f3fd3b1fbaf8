import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Log } from '../../../component.ts'
import { AppError } from '../../../errors.ts'
import { readJournalEntries } from '../../../lib/journal/entries.ts'

interface Place {
  readonly directory: string | undefined
  readonly signal: AbortSignal
}

const mostMessage = 2_000
/** All fields, also long ones. */
const exported = ['--output=export', '--all']

/** A run of journalctl. */
interface Run {
  readonly bytes: AsyncIterable<Buffer>
  /** Waits until it has ended. Throws SOURCE_FAILED if it failed. */
  end(): Promise<string>
  stop(): void
}

/** Starts journalctl. Throws SOURCE_FAILED if it is not installed. */
const start = async (args: readonly string[], { directory, signal }: Place): Promise<Run> => {
  const all = [...(directory === undefined ? [] : [`--directory=${directory}`]), ...args]
  const child = spawn('journalctl', all, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', SYSTEMD_COLORS: '0' },
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(0, mostMessage)
  })
  const stop = () => child.kill()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const ended = once(child, 'close')
  ended.catch(() => undefined)
  try {
    await once(child, 'spawn')
  } catch (error) {
    throw new AppError('SOURCE_FAILED', 'journalctl cannot be run on this machine.', {
      hint: 'The journal belongs to systemd. Without systemd, follow the files in /var/log.',
      cause: error,
    })
  }
  return {
    bytes: child.stdout,
    async end() {
      const [code] = await ended
      signal.removeEventListener('abort', stop)
      if (code !== 0 && !signal.aborted) throw failed(said)
      return said
    },
    stop,
  }
}

/** Explains why journalctl does not read a journal. */
const failed = (said: string): AppError => {
  const reason = said.trim().split('\n')[0] ?? ''
  if (/insufficient permissions|Permission denied/i.test(said)) {
    return new AppError('SOURCE_FAILED', `Permission denied: the journal. ${reason}`, {
      hint: 'Add the user of Vedette to the group systemd-journal: `usermod -aG systemd-journal USER`.',
    })
  }
  if (said.includes('No journal files were found')) {
    return new AppError('SOURCE_FAILED', 'There is no journal on this machine.', {
      hint: 'In a container, mount /var/log/journal and /etc/machine-id, or set `directory`.',
    })
  }
  return new AppError('SOURCE_FAILED', `journalctl ended. ${reason}`.trim())
}

/** Returns the cursor of the newest entry, if there is any. Throws SOURCE_FAILED if there is no journal, or no permission to read it. */
export const checkJournal = async (place: Place & { readonly log: Log }): Promise<string | undefined> => {
  // In the export format, journalctl does not say that there is no journal.
  const check = await start(['--lines=0'], place)
  await Array.fromAsync(check.bytes)
  const said = await check.end()
  if (/No journal files were/.test(said)) throw failed(said)
  if (said.includes('not seeing messages from other users')) {
    place.log.warn(
      { hint: 'Add the user of Vedette to the group systemd-journal.' },
      'Only a part of the journal can be read.',
    )
  }
  const last = await start([...exported, '--lines=1', '--merge'], place)
  const [entry] = await Array.fromAsync(readJournalEntries(last.bytes))
  await last.end()
  return typeof entry?.__CURSOR === 'string' ? entry.__CURSOR : undefined
}

/**
 * Follows a journal after a cursor, or from its beginning. Without `--merge`, journalctl would begin with the current boot, and miss the
 * end of the one before.
 */
export const followJournal = (
  place: Place & { readonly units: readonly string[]; readonly after: string | undefined },
): Promise<Run> =>
  start(
    [
      ...exported,
      '--follow',
      '--merge',
      '--no-tail',
      ...(place.after === undefined ? [] : [`--after-cursor=${place.after}`]),
      ...place.units.map((unit) => `--unit=${unit}`),
    ],
    place,
  )
