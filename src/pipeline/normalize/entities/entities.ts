import type { Draft } from '../draft.ts'
import { setIfAbsent } from '../draft.ts'
import { cacheWords } from '../fields/recurring-words.ts'
import { readAccounts, readDoas, readLogins, readSu, readSudo } from './accounts.ts'
import { looksLikeAsterisk, readAsterisk } from './asterisk.ts'
import { readDante } from './dante.ts'
import { readF5Audit } from './f5-audit.ts'
import { looksLikeTransfer, readFtp, readTransfer } from './ftp.ts'
import { readHaproxy } from './haproxy.ts'
import { looksLikeZnc, readNgircd, readZnc } from './irc.ts'
import { readRtFlow } from './junos.ts'
import { readKadmind, readKrb5kdc } from './kerberos.ts'
import { readCourier } from './mail/courier.ts'
import { readCyrus, readSaslauthd } from './mail/cyrus.ts'
import { readDovecot, readExim, readPostfix, readSendmail } from './mail/mail.ts'
import { looksLikeOpensmtpd, readOpensmtpd } from './mail/opensmtpd.ts'
import { readMorganLine } from './morgan.ts'
import { looksLikeMosquitto, readMosquitto } from './mosquitto.ts'
import { looksLikeServerAudit, readServerAudit } from './mysql-audit.ts'
import { readNsd, readPowerdns } from './name-servers.ts'
import { looksLikeOracleListener, readOracleListener } from './oracle-listener.ts'
import { readPam } from './pam.ts'
import { readProsody } from './prosody.ts'
import { looksLikeRsyncd, readRsyncd } from './rsyncd.ts'
import { readSmbAudit } from './smb-audit.ts'
import { readSshd } from './sshd.ts'
import { looksLikeCharon, readCharon } from './strongswan.ts'
import { readStunnel } from './stunnel.ts'
import {
  readCron,
  readDns,
  readFilterlog,
  readHostapd,
  readKernel,
  readLogind,
  readSystemd,
  readUnbound,
} from './system.ts'
import { readTftpd } from './tftpd.ts'
import { readUnknownProgram } from './unknown-program.ts'
import { readWebFramework } from './web-frameworks.ts'
import { readWindowsSecurity } from './windows-security.ts'
import { looksLikeXrdp, readXrdp } from './xrdp.ts'

type Reader = (message: string, fields: Draft) => boolean

/** Parsers of known programs. A name with a slash (`postfix/smtpd`) is looked up by the part before the slash. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['CRON', readCron],
  ['CROND', readCron],
  ['EvntSLog', readWindowsSecurity],
  ['Microsoft-Windows-Security-Auditing', readWindowsSecurity],
  ['RT_FLOW', readRtFlow],
  ['Security-Auditing', readWindowsSecurity],
  ['asterisk', readAsterisk],
  ['chage', readAccounts],
  ['charon', readCharon],
  ['charon-systemd', readCharon],
  ['chfn', readAccounts],
  ['cron', readCron],
  ['crond', readCron],
  ['crontab', readCron],
  ['cyrus', readCyrus],
  ['danted', readDante],
  ['dnsmasq', readDns],
  ['filterlog', readFilterlog],
  ['doas', readDoas],
  ['dovecot', readDovecot],
  ['exim', readExim],
  ['exim4', readExim],
  ['ftpd', readFtp],
  ['gpasswd', readAccounts],
  ['groupadd', readAccounts],
  ['groupdel', readAccounts],
  ['groupmod', readAccounts],
  ['haproxy', readHaproxy],
  ['hostapd', readHostapd],
  ['imap', readCyrus],
  ['imapd', readCourier],
  ['imapd-ssl', readCourier],
  ['imaps', readCyrus],
  ['in.tftpd', readTftpd],
  ['kadmind', readKadmind],
  ['kernel', readKernel],
  ['klogind', readLogins],
  ['krb5kdc', readKrb5kdc],
  ['login', readLogins],
  ['mysql-server_auditing', readServerAudit],
  ['named', readDns],
  ['ngircd', readNgircd],
  ['nsd', readNsd],
  ['passwd', readAccounts],
  ['pdns', readPowerdns],
  ['pdns_server', readPowerdns],
  ['pop3', readCyrus],
  ['pop3d', readCourier],
  ['pop3d-ssl', readCourier],
  ['pop3s', readCyrus],
  ['postfix', readPostfix],
  ['proftpd', readFtp],
  ['prosody', readProsody],
  ['pure-ftpd', readFtp],
  ['rlogind', readLogins],
  ['root', readLogins],
  ['rsyncd', readRsyncd],
  ['saslauthd', readSaslauthd],
  ['sendmail', readSendmail],
  ['sm-acceptingconnections', readSendmail],
  ['sm-mta', readSendmail],
  ['smbd_audit', readSmbAudit],
  ['smtpd', readOpensmtpd],
  ['sockd', readDante],
  ['sshd', readSshd],
  ['sshd-auth', readSshd],
  ['sshd-session', readSshd],
  ['stunnel', readStunnel],
  ['stunnel4', readStunnel],
  ['su', readSu],
  ['sudo', readSudo],
  ['systemd', readSystemd],
  ['systemd-logind', readLogind],
  ['tftpd', readTftpd],
  ['telnetd', readLogins],
  ['unbound', readUnbound],
  ['useradd', readAccounts],
  ['userdel', readAccounts],
  ['usermod', readAccounts],
  ['vsftpd', readFtp],
  ['xrdp', readXrdp],
  ['xrdp-sesman', readXrdp],
  ['znc', readZnc],
])

/**
 * Sets the entities and the outcome of a message: `user.name`, `source.ip`, `event.action`, `event.outcome` and others. Knows the messages
 * of common programs; for others, reads only values after unambiguous words. `module` is the PAM module in a tag like `sshd(pam_unix)`.
 * Linear in the length of the message.
 */
export const readEntities = (message: string, program: string, fields: Draft, module?: string): void => {
  if (module === 'pam_audit' && readF5Audit(message, fields)) return
  if (module !== undefined && readPam(message, 0, program, fields)) return
  const first = message.charCodeAt(0)
  if (first === 112 && message.startsWith('pam_')) {
    const colon = message.indexOf(': ')
    if (colon > 0 && colon < 64) {
      const open = message.indexOf('(')
      if (program === '' && open > 0 && open < colon) {
        const end = message.indexOf(':', open)
        setIfAbsent(fields, 'process.name', message.slice(open + 1, end))
      }
      // These say themselves whom they refused, also where a module does not know the user, and where it does not know the client.
      if (refuseThemselves.has(program) && !message.includes(': session '))
        setIfAbsent(fields, 'event.category', 'session')
      else readPam(message, colon + 2, program, fields)
      return
    }
  }
  if (first === 80 && message.startsWith('PAM ')) {
    // PAM 2 more authentication failures; logname= …
    const more = message.indexOf('more authentication failure')
    if (more > 0 && more < 16) {
      fields['event.repeated'] = Number.parseInt(message.slice(4), 10) || 1
      readPam(message, more, program, fields)
      return
    }
  }
  if (first === 109 && message.startsWith('message repeated ')) {
    // message repeated 5 times: [ Failed password for …]
    const open = message.indexOf(': [ ')
    if (open > 0 && open < 40) {
      fields['event.repeated'] = Number.parseInt(message.slice(17), 10) || 1
      readEntities(message.slice(open + 4, message.endsWith(']') ? -1 : undefined), program, fields, module)
      return
    }
  }
  const reader = readers.get(program) ?? readers.get(baseName(program))
  if (reader) {
    reader(message, fields)
    return
  }
  if (program === '' && readUnnamed(message, fields)) return
  if (readWebFramework(message, fields) || readMorganLine(message, fields)) return
  readUnknownProgram(message, fields)
}

/** Programs that write each refused login after the modules that checked the password. */
const refuseThemselves: ReadonlySet<string> = new Set(['saslauthd', 'xrdp-sesman'])

/** Parses a message that identifies its program although the program is not named. */
const readUnnamed = (message: string, fields: Draft): boolean => {
  const found = unnamedProgram(message)
  if (!found?.read(message, fields)) return false
  if (found.name !== undefined) setIfAbsent(fields, 'process.name', found.name)
  return true
}

/** Whether a message names a peer as exim does. Looks for the bracket first, because most messages have none. */
const isEximPeer = (message: string): boolean => {
  const open = message.indexOf('[')
  return open > 0 && (message.startsWith('H=') || message.includes(' H=') || message.includes('SMTP c'))
}

const looksLikeSshd = (message: string): boolean =>
  (message.startsWith('debug') && /^debug[123]: /.test(message)) ||
  message.includes(' ssh2') ||
  message.includes('[preauth]') ||
  message.includes('service(sshd)') ||
  message.includes('kex_exchange_identification') ||
  message.includes(' SHA256:') ||
  (message.includes(' port ') && hasPeerOfSshd(message.slice(0, 300)))

/** Whether a text names a client as sshd does. Other servers write `Connection from 203.0.113.9 port 4711` too, and sshd its own end after it. */
const hasPeerOfSshd = (text: string): boolean =>
  / (?:from|user \S{1,64}) \S{3,64} port \d{1,5}(?::|$| on \S{3,64} port \d)/.test(text) &&
  !/^Connection from \S{3,64} port \d{1,5}$/.test(text)

const baseName = (program: string): string => {
  const slash = program.indexOf('/')
  return slash < 0 ? program : slash === 0 ? program.slice(program.lastIndexOf('/') + 1) : program.slice(0, slash)
}

const looksLikeFtp = (message: string): boolean =>
  message.includes(' LOGIN: Client "') || message.includes('LOAD: Client "') || message.startsWith('CONNECT: Client "')

const looksLikeExim = (message: string): boolean => message.includes('authenticator failed for ') || isEximPeer(message)

const looksLikeDns = (message: string): boolean =>
  message.startsWith('client ') && (message.startsWith('client @0x') || message.includes(' query: '))

interface UnnamedProgram {
  readonly looksAlike: (message: string) => boolean
  readonly read: Reader
  readonly name?: string
}

/** Programs whose messages are known by their words. The first that looks alike reads a message; a name is given where it is certain. */
const unnamedPrograms: readonly UnnamedProgram[] = [
  { looksAlike: looksLikeSshd, read: readSshd, name: 'sshd' },
  { looksAlike: looksLikeFtp, read: readFtp, name: 'vsftpd' },
  { looksAlike: looksLikeExim, read: readExim, name: 'exim' },
  { looksAlike: looksLikeDns, read: readDns, name: 'named' },
  { looksAlike: looksLikeServerAudit, read: readServerAudit, name: 'mariadbd' },
  { looksAlike: looksLikeMosquitto, read: readMosquitto, name: 'mosquitto' },
  { looksAlike: looksLikeOracleListener, read: readOracleListener, name: 'tnslsnr' },
  { looksAlike: looksLikeTransfer, read: readTransfer },
  { looksAlike: looksLikeOpensmtpd, read: readOpensmtpd, name: 'smtpd' },
  { looksAlike: looksLikeXrdp, read: readXrdp, name: 'xrdp-sesman' },
  { looksAlike: looksLikeRsyncd, read: readRsyncd, name: 'rsyncd' },
  { looksAlike: looksLikeZnc, read: readZnc },
  { looksAlike: looksLikeAsterisk, read: readAsterisk, name: 'asterisk' },
  { looksAlike: looksLikeCharon, read: readCharon, name: 'charon' },
]

/** Most messages look like none of them, and programs write the same ones again and again. */
const unnamedProgram = cacheWords(
  (message): UnnamedProgram | null => unnamedPrograms.find(({ looksAlike }) => looksAlike(message)) ?? null,
)
