'use strict'
// Plain CommonJS for Node >= 14: runs before anything is installed.

const offline = 'Check the network; behind a proxy, run `npm config set proxy URL`.'
const causes = [
  [
    /^(ENOSPC|EDQUOT)$/,
    ({ folder }) => [
      `the disk is full`,
      `Free about 1 GB for ${folder} and for npm's cache (\`npm config get cache\`).`,
    ],
  ],
  [/^(EMFILE|ENFILE)$/, () => ['too many files are open', 'Run `ulimit -n 4096` in this terminal, then try again.']],
  [
    /^(EACCES|EPERM|EROFS)$/,
    ({ folder }) => [`it may not write`, `Run it as a user who can write to ${folder} and to npm's cache.`],
  ],
  [
    /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|EPROTO|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|FETCH_ERROR)$/,
    ({ registry }) => [`${registry} cannot be reached`, offline],
  ],
  [/^ENOTCACHED$/, () => ['npm is set to work offline', 'Unset `offline` in the npm configuration.']],
  [
    /CERT|SIGNATURE/,
    ({ registry }) => [
      `the certificate of ${registry} is not trusted`,
      'If a proxy inspects TLS here, run `npm config set cafile FILE` with its certificate.',
    ],
  ],
  [/^E407$/, () => ['the proxy wants a password', 'Run `npm config set proxy http://USER:PASSWORD@HOST:PORT`.']],
  [
    /^E40[13]$/,
    ({ registry }) => [
      `${registry} refused access`,
      'Run `npm login`, or `npm config delete registry` to use the public one.',
    ],
  ],
  [
    /^(E404|ETARGET)$/,
    ({ registry }) => [`${registry} lacks a package`, 'Run `npm config delete registry` to use the public registry.'],
  ],
  [/^E(429|5\d\d)$/, ({ registry }) => [`${registry} failed`, 'Try again in a minute.']],
  [
    /^EINTEGRITY$/,
    () => [
      'a download differs from package-lock.json',
      'Run `npm cache clean --force`, then try again; if it stays, the registry or a proxy alters packages.',
    ],
  ],
  [
    /^EUSAGE$/,
    () => ['package.json and package-lock.json do not match', 'Undo changes to them, or run `npm install`.'],
  ],
]

/** Says in one sentence why npm failed and in another what to do. `code` is that of the spawn, if npm did not even start. */
function explainNpmFailure({ command, code, signal, output, folder, registry }) {
  if (code === 'ENOENT') {
    return 'npm is not installed. Install it (Debian: `apt-get install npm`; Alpine: `apk add npm`), then try again.'
  }
  if (signal)
    return `${command} was ended by ${signal}. If memory is short, give the machine 1 GB or more, then try again.`
  const named = /npm (?:error|ERR!) (?:code|errno) (\w+)/.exec(output)
  const known = code || (named && named[1]) || ''
  const cause = causes.find(([pattern]) => pattern.test(known))
  if (!cause) return `${command} failed${known ? ` (${known})` : ''}. The reason is in the log.`
  const [reason, advice] = cause[1]({ folder, registry })
  return `${command} failed: ${reason}${known ? ` (${known})` : ''}. ${advice}`
}

module.exports = { explainNpmFailure }
