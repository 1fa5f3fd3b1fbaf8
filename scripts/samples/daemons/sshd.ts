import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { TestHost } from '../test-host.ts'

export interface Account {
  readonly name: string
  readonly password: string
  /** Whether they may use sudo. */
  readonly admin: boolean
}

/** Makes a key pair for a person or a service; gives the private key's file. */
export const makeKey = (folder: string, name: string): string => {
  const file = `${folder}/${name}.key`
  if (!existsSync(file)) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file])
  return file
}

/** Adds accounts to a host and starts its sshd, with Debian's settings. */
export const startSshd = (host: TestHost, accounts: readonly Account[], publicKey: (name: string) => string): void => {
  // nobody's logind runs here, and the delay after a wrong password would only make the recording slow
  host.run(`sed -i 's/pam_unix.so nullok/pam_unix.so nullok nodelay/' /etc/pam.d/common-auth
    sed -i '/pam_systemd.so/d' /etc/pam.d/common-session
    sed -i '/pam_motd.so/d; /user_readenv/d' /etc/pam.d/sshd
    sed -i '/pam_limits.so/d' /etc/pam.d/sudo /etc/pam.d/sudo-i
    touch /run/utmp /var/log/wtmp /var/log/btmp /var/log/lastlog; chmod 664 /run/utmp
    grep -q '^%sudo' /etc/sudoers || echo '%sudo ALL=(ALL:ALL) ALL' >> /etc/sudoers
    getent group sudo >/dev/null || groupadd --system sudo
    echo 'Defaults lecture=never' > /etc/sudoers.d/lecture`)
  for (const { name, password, admin } of accounts) {
    host.run(
      `useradd --create-home --shell /bin/bash ${admin ? '--groups sudo' : ''} ${name}; echo '${name}:${password}' | chpasswd`,
    )
    host.write(`/home/${name}/.ssh/authorized_keys`, publicKey(name), 0o600)
    host.run(`chown -R ${name}: /home/${name}/.ssh; chmod 700 /home/${name}/.ssh`)
  }
  host.write(
    '/etc/ssh/sshd_config.d/sample.conf',
    'PasswordAuthentication yes\nMaxStartups 100\nUseDNS no\nPrintMotd no\n',
  )
  host.run('mkdir -p /run/sshd; /usr/sbin/sshd')
}
