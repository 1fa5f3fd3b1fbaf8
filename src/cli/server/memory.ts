import { totalmem } from 'node:os'

const megabyte = 2 ** 20
/** With less, the system ends a server that many lines reach at once. */
const least = 512 * megabyte

/** How much memory this process may take: that of the machine, or the limit of its container or unit. In bytes. */
export const usableMemory = (): number => Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem())

export const describeMemory = (bytes: number): string =>
  `${Math.round(bytes / megabyte).toLocaleString('en')} MB for this process`

/** Returns what to do if the memory does not suffice under load. */
export const adviceOnMemory = (bytes: number): string | undefined =>
  bytes < least
    ? 'Allow 512 MB, better 1 GB: while many lines wait, a server takes more than this, and the system ends it without a message.'
    : undefined
