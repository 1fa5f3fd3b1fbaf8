import type { Draft } from '../../draft.ts'
import { toSureLevel } from '../../fields/level.ts'

/**
 * A process of Dovecot with its user, number and session, and a level: `imap-login: Info: `, `imap(kim)<812><QUBMajlhhKx/AAAB>: Error: `. The
 * names are its own, because other programs write a tag and a level too.
 */
const head =
  /^((?:anvil|auth|auth-worker|config|dict|director|doveadm|imap|imap-hibernate|imap-login|imap-urlauth|imap-urlauth-login|indexer|indexer-worker|lda|lmtp|log|managesieve|managesieve-login|master|pop3|pop3-login|quota-status|replicator|stats|submission|submission-login)(?:\([^)\n]{1,255}\))?(?:<\d{1,9}>)?(?:<[^>\s]{1,80}>)?: )((?:Debug|Error|Fatal|Info|Panic|Warning): )/

/**
 * Reads the beginning of a line in a file of Dovecot's own, which names the process and the level, but neither the host nor the program.
 * Returns the message as it would be in syslog, where a usual line has no level.
 */
export const readOwnDovecot = (text: string, at: number, fields: Draft): string | undefined => {
  const colon = text.indexOf(': ', at)
  if (colon < 0 || colon > at + 380) return undefined
  const found = head.exec(text.slice(at, at + 400))
  if (!found) return undefined
  const [lead, name = '', word = ''] = found
  const level = toSureLevel(word.slice(0, -2))
  if (level) fields['log.level'] = level
  fields['process.name'] = 'dovecot'
  const said = text.slice(at + lead.length).trimEnd()
  return word === 'Info: ' ? name + said : name + word + said
}
