const users = 311

/** Creates `count` lines of a few busy hosts: logins, web requests, database statements, an application. Deterministic. */
export const mixedLines = (count: number, endingAt = Date.UTC(2026, 10, 20, 12)): string[] => {
  const lines = new Array<string>(count)
  for (let i = 0; i < count; i++) {
    const time = new Date(endingAt - (count - i) * 20).toISOString()
    const host = `web-0${i % 4}`
    // Users return from known addresses: each has two.
    const who = (i * 7) % users
    const user = `user${who}`
    const address = `10.${who % 7}.${who % 200}.${2 + ((who * 29) % 120) * 2 + ((i >> 4) % 2)}`
    const kind = (i * 31) % 5
    if (kind === 0) {
      lines[i] =
        `${time} ${host} sshd[${1000 + (i % 5000)}]: Accepted publickey for ${user} from ${address} port ${20000 + (i % 40000)} ssh2`
    } else if (kind === 1) {
      lines[i] = `${time} ${host} nginx[81]: ${address} - ${user} [-] "GET /item/${i % 9973} HTTP/1.1" 200 ${i % 70000}`
    } else if (kind === 2) {
      lines[i] =
        `${time} db-01 postgres[${i % 300}]: LOG:  duration: ${(i % 977) / 10} ms  statement: SELECT * FROM item WHERE id = ${i}`
    } else if (kind === 3) {
      lines[i] = `${time} ${host} app[77]: INFO request ${i} for ${user} served in ${i % 120} ms`
    } else {
      lines[i] = `${time} ${host} systemd[1]: Started session ${i % 4000} of user ${user}.`
    }
  }
  return lines
}
