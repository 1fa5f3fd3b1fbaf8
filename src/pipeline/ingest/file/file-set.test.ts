import { expect, it } from 'vitest'
import { rotationOf, toFileSets } from './file-set.ts'

it('parses the names of rotated files', () => {
  const f = (name: string, base: string, generation: number, date = '') =>
    expect(rotationOf(name), name).toEqual({ base, generation, date })
  f('auth.log', 'auth.log', 0)
  f('auth.log.1', 'auth.log', 1)
  f('auth.log.12.gz', 'auth.log', 12)
  f('syslog.2.zst', 'syslog', 2)
  f('messages-20251113', 'messages', 0, '20251113')
  f('messages-20251113.gz', 'messages', 0, '20251113')
  f('app-2025-11-13.log', 'app.log', 0, '20251113')
  f('app.2025-11-13.log.3', 'app.log', 3, '20251113')
  f('app-2025-11-13-04.log', 'app.log', 0, '2025111304')
  f('system@000637f0c6c5f3f7-8a2b7c9d0e1f2a3b.journal~', 'system.journal', 0, '000637f0c6c5f3f7')
  f(
    'user-1000@0123456789abcdef0123456789abcdef-000000000000a1b2-0006447d3f759c1e.journal',
    'user-1000.journal',
    0,
    '0006447d3f759c1e',
  )
  f('app-2025-11-13.0.log', 'app.log', 0, '20251113000000')
  f('access.2025-11-13.12.log.gz', 'access.log', 0, '2025111312')
  f('MSGTRK20251113-1.LOG', 'MSGTRK.LOG', 0, '20251113000001')
  f('MSGTRKMD2025111304-1.LOG', 'MSGTRKMD.LOG', 0, '2025111304000001')
  f('log20251113_001.txt', 'log.txt', 0, '20251113000001')
  f('u_ex251113.log', 'u_ex.log', 0, '20251113')
  f('u_ex25111304_x.log', 'u_ex_x.log', 0, '2025111304')
  f('ex2511.log', 'ex.log', 0, '202511')
  f('pfirewall.log.old', 'pfirewall.log', 1)
  f('Xorg.0.log.old', 'Xorg.0.log', 1)
  f('postgresql-Mon.log', 'postgresql.log', 0)
  f('DhcpSrvLog-Tue.log', 'DhcpSrvLog.log', 0)
  f('2025-11-13.log', '.log', 0, '20251113')
  f('2025-11-13-2.log.gz', '.log', 0, '20251113000002')
  f('20251113-access.log', 'access.log', 0, '20251113')
  // No rotation: a version, the number of a host, other digits.
  f('OpenSSH_2k.log', 'OpenSSH_2k.log', 0)
  f('web-01.log', 'web-01.log', 0)
  f('web-20.log', 'web-20.log', 0)
  f('host20259999.log', 'host20259999.log', 0)
  f('index251113.log', 'index251113.log', 0)
  f('Sat.log', 'Sat.log', 0)
  f('.old', '.old', 0)
  f('.1', '.1', 0)
})

it('puts the oldest first, by name if contents have no times', () => {
  const paths = ['/v/x.log', '/v/x.log.1', '/v/x.log.10.gz', '/v/x.log.2.gz', '/w/x.log', '/v/y.log']
  expect(toFileSets(paths, () => undefined)).toEqual([
    ['/v/x.log.10.gz', '/v/x.log.2.gz', '/v/x.log.1', '/v/x.log'],
    ['/w/x.log'],
    ['/v/y.log'],
  ])
  expect(toFileSets(['/m', '/m-20251114', '/m-20251113'], () => undefined)[0]).toEqual([
    '/m-20251113',
    '/m-20251114',
    '/m',
  ])
})

it('puts the files of a day in the order of their numbers', () => {
  const names = [
    'app-2025-11-13.0.log',
    'app-2025-11-13.2.log',
    'app-2025-11-13.10.log',
    'app-2025-11-14.0.log',
    'app.log',
  ]
  expect(toFileSets(names.toReversed(), () => undefined)).toEqual([names])
})

it('trusts contents more than names', () => {
  const times: Record<string, number> = { '/x.log': 3, '/x.log.1': 1, '/x.log.2': 2 }
  expect(toFileSets(Object.keys(times), (path) => times[path])[0]).toEqual(['/x.log.1', '/x.log.2', '/x.log'])
})
