const hour = 3_600_000

interface Guesses {
  readonly host: string
  readonly user: string
  readonly ip: string
  readonly hoursAgo: number
}

/** Log lines of a brute-force attack that ends in a login. */
export const guesses = ({ host, user, ip, hoursAgo }: Guesses): string => {
  const began = Date.now() - hoursAgo * hour
  const stamp = (second: number): string => new Date(began + second * 1000).toISOString()
  const failed = Array.from(
    { length: 80 },
    (_, i) =>
      `${stamp(i * 4)} ${host} sshd[${400 + i}]: Failed password for ${user} from ${ip} port ${40_000 + i} ssh2`,
  )
  return [...failed, `${stamp(330)} ${host} sshd[999]: Accepted password for ${user} from ${ip} port 41000 ssh2`].join(
    '\n',
  )
}

export const atWeb = { host: 'web-01', user: 'dana', ip: '203.0.113.45', hoursAgo: 1 }
