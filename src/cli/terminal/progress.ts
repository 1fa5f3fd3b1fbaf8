import type { Output } from '../cli.ts'
import { formatCount } from './terminal.ts'

/** The progress of an operation. */
interface Progress {
  update(state: { readonly lines: number; readonly bytes: number; readonly totalBytes: number }): void
  /** Clears the line. */
  clear(): void
}

const patience = 1_000
const every = 200

/** Shows progress on one line of a terminal after the first second; shows nothing elsewhere. */
export const createProgress = (err: Output, now: () => number, verb: string): Progress => {
  const started = now()
  let shownAt = started + patience - every
  let shown = false
  return {
    update({ lines, bytes, totalBytes }) {
      const at = now()
      if (!err.isTty || at - shownAt < every) return
      shownAt = at
      shown = true
      const seconds = (at - started) / 1000
      const share = totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 0
      const left = share > 0.02 ? `, ${Math.ceil((seconds / share) * (1 - share))} s left` : ''
      const percent = totalBytes > 0 ? `${Math.floor(share * 100)} %  ` : ''
      err.write(
        `\r\u001b[K${verb}  ${percent}${formatCount(lines)} lines, ${formatCount(Math.round(lines / seconds))}/s${left}`,
      )
    },
    clear() {
      if (shown) err.write('\r\u001b[K')
    },
  }
}
