import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestHost } from '../test-host.ts'

/** A host's cron, whose clock we set. */
export interface Cron {
  /** Sets the clock to a time, in ms since the epoch, and lets cron look at it. */
  tick(time: number): void
}

const preload = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'

/**
 * Starts cron under libfaketime. Its jobs depend on the clock, so it is the only daemon that must run in the time of the sample; the
 * jobs that it starts do not inherit that.
 */
export const startCron = async (host: TestHost, crontab: string, time: number): Promise<Cron> => {
  host.write(
    '/etc/crontab',
    `SHELL=/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin\n${crontab}\n`,
  )
  host.run(
    'rm -f /etc/cron.d/* /etc/cron.hourly/* /etc/cron.daily/*; rm -rf /var/spool/cron/crontabs; mkdir -p /var/spool/cron/crontabs',
  )
  // a clock that is read at any moment must never be half written
  const clock = host.inside('/run/faketime')
  const set = (at: number) => {
    writeFileSync(`${clock}.new`, `${at >= Date.now() ? '+' : ''}${((at - Date.now()) / 1000).toFixed(3)}\n`)
    renameSync(`${clock}.new`, clock)
  }
  set(time)
  host.run(
    `LD_PRELOAD=${preload} FAKETIME_TIMESTAMP_FILE=/run/faketime FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 cron`,
  )
  // it forks before it writes its number
  const own = await found(() => host.outsidePid(Number(readFileSync(host.inside('/run/crond.pid'), 'utf8'))))
  return {
    tick(at) {
      // a moment past the full minute, which is when cron would wake; a signal that it expects anyway ends its sleep
      set(at + 200)
      process.kill(own, 'SIGCHLD')
    },
  }
}

const found = async (look: () => number | undefined): Promise<number> => {
  for (let i = 0; i < 100; i++) {
    const pid = look()
    if (pid !== undefined) return pid
    await sleep(50)
  }
  throw new Error('cron did not start within 5 s.')
}
