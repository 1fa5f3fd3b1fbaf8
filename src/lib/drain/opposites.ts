import { createScanner } from './mask.ts'

/**
 * Words in which two lines may not differ and still be the same template: outcomes and opposites. `login succeeded` and `login
 * failed` are one word apart and mean two things.
 */
const words = `
fail fails failed failure failures failing succeed succeeds succeeded success successful successfully error errors
denied deny denies allow allowed allows accept accepted accepts reject rejected rejects refused refuse granted grant revoked revoke
valid invalid up down on off true false yes no not enable enabled disable disabled
open opened opens opening close closed closes closing start started starts starting stop stopped stops stopping
connect connected connecting disconnect disconnected disconnecting add added adding remove removed removing
create created creating delete deleted deleting login logout logon logoff
debug info notice warning critical alert fatal emergency ok lost timeout normal abnormal unable cannot missing unknown unexpected
locked unlocked mount mounted unmount unmounted online offline active inactive primary secondary
`

const endings = ['', '.', ',', ':', ';', '!', ')', ']']

/** The hashes of those words, in the spellings and with the endings that logs have. */
export const opposites: ReadonlySet<number> = (() => {
  const scanner = createScanner()
  const hashes = new Set<number>()
  for (const word of words.trim().split(/\s+/)) {
    for (const spelling of [word, (word[0] ?? '').toUpperCase() + word.slice(1), word.toUpperCase()]) {
      for (const ending of endings) {
        scanner.scan(spelling + ending)
        hashes.add(scanner.hashes[0] ?? 0)
      }
    }
  }
  return hashes
})()
