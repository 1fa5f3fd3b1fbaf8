import { describe, expect, it } from 'vitest'
import { parseRecord } from '../../parse-record.ts'

const outcomeOf = (text: string) => {
  const { fields } = parseRecord({ text, source: 's', receivedAt: Date.UTC(2026, 11, 14), zoneMinutes: undefined })
  return [fields['event.outcome'], fields['user.name'], fields['source.ip']]
}
const said = (account: string, result: string) =>
  `type=USER_LOGIN msg=audit(1796895140.123:42): pid=7 uid=0 auid=1000 ses=3 msg='op=login ${account} exe="/usr/sbin/sshd" hostname=203.0.113.9 addr=203.0.113.9 terminal=ssh res=${result}'`

describe('audit', () => {
  it.each<[line: string, found: ReturnType<typeof outcomeOf>]>([
    [said('acct="kim"', 'success'), ['success', 'kim', '203.0.113.9']],
    [said('acct="kim"', 'failed'), ['failure', 'kim', '203.0.113.9']],
    // The daemon's translations, also as rsyslog escapes their separator
    [`${said('acct="kim"', 'success')}\x1dUID="root" AUID="kim"`, ['success', 'kim', '203.0.113.9']],
    [`${said('id=1000', 'success')}\x1dUID="root" AUID="kim" ID="kim"`, ['success', 'kim', '203.0.113.9']],
    [`${said('id=1000', 'success')}#035UID="root" AUID="kim" ID="kim"`, ['success', 'kim', '203.0.113.9']],
    [`${said('acct="kim"', 'failed')}\x1dUID="root" AUID="unset"`, ['failure', 'kim', '203.0.113.9']],
    // Terminals and shippers that drop the separator, or replace it with a space
    [`${said('acct="kim"', 'success')}UID="root" AUID="kim"`, ['success', 'kim', '203.0.113.9']],
    [`${said('id=1000', 'success')} UID="root" AUID="kim" ID="kim"`, ['success', 'kim', '203.0.113.9']],
    [`${said('acct="kim"', 'failed')}UID="root" AUID="unset"`, ['failure', 'kim', '203.0.113.9']],
    [
      'type=LOGIN msg=audit(1796895140.123:42): pid=7 uid=0 ses=3 res=1UID="root" AUID="kim"',
      ['success', 'root', undefined],
    ],
    [said('acct="evilUID=0"', 'failed'), ['failure', 'evilUID=0', '203.0.113.9']],
    [said('acct="kim"', 'pending'), [undefined, 'kim', '203.0.113.9']],
  ])('%j', (line, found) => expect(outcomeOf(line)).toEqual(found))

  it('reads the key and the id of a group before translations without a separator', () => {
    const text =
      'type=SYSCALL msg=audit(1796895140.123:42): arch=c000003e syscall=59 success=yes pid=7 egid=1000 key="priv"ARCH=x86_64 SYSCALL=execve AUID="kim" UID="root"'
    const { fields } = parseRecord({ text, source: 's', receivedAt: Date.UTC(2026, 11, 14), zoneMinutes: undefined })
    expect(fields).toMatchObject({ 'auditd.key': 'priv', 'auditd.ARCH': 'x86_64', 'user.name': 'root' })
  })

  it('reads records that ausearch interprets', () => {
    const read = (text: string) => parseRecord({ text, source: 's', receivedAt: Date.UTC(2026, 11, 14) })
    const head = (type: string) => `type=${type} msg=audit(12/10/2026 09:32:20.123:402) : `
    const login = read(
      `${head('USER_AUTH')}pid=4711 uid=root auid=unset ses=unset subj=unconfined msg='op=PAM:authentication grantors=? acct=kim exe=/usr/sbin/sshd hostname=203.0.113.9 addr=203.0.113.9 terminal=ssh res=failed' `,
    )
    expect(login).toMatchObject({ format: 'audit', time: Date.UTC(2026, 11, 10, 9, 32, 20, 123), timeGuessed: true })
    expect(login.fields).toMatchObject({
      ...{ 'event.category': 'authentication', 'event.outcome': 'failure', 'auditd.sequence': 402 },
      ...{ 'user.name': 'kim', 'source.ip': '203.0.113.9', 'process.executable': '/usr/sbin/sshd' },
    })
    const call = read(
      `${head('SYSCALL')}arch=x86_64 syscall=execve success=yes exit=0 pid=7 auid=kim uid=root comm=cat`,
    )
    expect(call.fields).toMatchObject({ 'user.name': 'root', 'auditd.auid_name': 'kim', 'process.name': 'cat' })
    expect(read(`${head('PROCTITLE')}proctitle=sudo cat /etc/shadow `).fields['process.command_line']).toBe(
      'sudo cat /etc/shadow',
    )
  })
})
