import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deepRun, runs } from '../../test/depth.ts'
import { needs } from '../../test/needs.ts'
import { eventAt, loginAt, moment } from './context.fake.ts'
import { createLoginHistory } from './login-history.ts'
import { formatHours, isUsualHour, usualBefore } from './usual.ts'

describe('the login history', () => {
  it('learns from successful logins', () => {
    const history = createLoginHistory()
    history.learn([
      loginAt(moment(0, 8), 'dana', '10.0.0.1'),
      loginAt(moment(0, 9), 'dana', '10.0.0.1'),
      loginAt(moment(1, 8), 'dana', '10.0.0.2', 'web-02'),
      loginAt(moment(1, 9), 'mallory', '10.0.0.2', 'web-02', 'failure'),
      eventAt(moment(2, 3), { 'host.name': 'db-01' }),
    ])
    const dana = history.user('dana')
    expect(dana).toMatchObject({ first: moment(0, 8), last: moment(1, 8), days: 2 })
    expect(dana?.addresses).toEqual([
      { name: '10.0.0.1', first: moment(0, 8), last: moment(0, 9), days: 1 },
      { name: '10.0.0.2', first: moment(1, 8), last: moment(1, 8), days: 1 },
    ])
    expect(dana?.hours.map(({ days }) => days).slice(7, 11)).toEqual([0, 2, 1, 0])
    expect(history.user('mallory')).toBeUndefined()
    expect(history.address('10.0.0.2')?.users.map(({ name }) => name)).toEqual(['dana'])
    expect(history.host('db-01')?.first).toBe(moment(2, 3))
    expect([...history.hosts()]).toEqual(['web-01', 'web-02', 'db-01'])
  })

  it('ignores alerts of other systems, unparsed lines, and events from the future', () => {
    const history = createLoginHistory()
    const event = loginAt(moment(0), 'dana', '10.0.0.1')
    history.learn([
      { ...event, kind: 'alert' },
      { ...event, kind: 'pipeline_error' },
      { ...event, time: moment(40) },
    ])
    expect([history.user('dana'), history.host('web-01')]).toEqual([undefined, undefined])
  })

  it('is idempotent, and the same after a restart', () => {
    const event = fc
      .tuple(
        fc.nat(200),
        fc.constantFrom('dana', 'ana', 'root'),
        fc.nat(20),
        fc.nat(3),
        fc.constantFrom('success', 'failure'),
      )
      .map(([hours, user, address, host, outcome]) =>
        loginAt(moment(0, hours), user, `10.0.0.${address}`, `web-${host}`, outcome),
      )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => {
        const inOrder = events.toSorted((a, b) => a.time - b.time)
        const once = createLoginHistory()
        once.learn(inOrder)
        const restored = createLoginHistory()
        restored.restore(once.save())
        expect(restored.save()).toEqual(once.save())
        const last = inOrder.at(-1)
        if (last) once.learn([last])
        if (last) restored.learn([last])
        for (const user of ['dana', 'ana', 'root']) expect(restored.user(user)).toEqual(once.user(user))
        const before = restored.save()
        expect(once.save()).toEqual(before)
      }),
      { numRuns: runs(50) },
    )
  })

  it('adds what another history has learnt of the same users', () => {
    const [one, two] = [createLoginHistory(), createLoginHistory()]
    one.learn([loginAt(moment(0, 8), 'dana', '10.0.0.1'), loginAt(moment(1, 8), 'dana', '10.0.0.1')])
    two.learn([
      loginAt(moment(2, 9), 'dana', '10.0.0.1', 'web-02'),
      loginAt(moment(2, 9), 'dana', '10.0.0.2', 'web-02'),
      loginAt(moment(2, 9), 'ana', '10.0.0.2', 'web-02'),
    ])
    one.add(two.save())
    expect(one.user('dana')).toMatchObject({ first: moment(0, 8), last: moment(2, 9), days: 2 })
    expect(one.user('dana')?.addresses).toEqual([
      { name: '10.0.0.1', first: moment(0, 8), last: moment(2, 9), days: 2 },
      { name: '10.0.0.2', first: moment(2, 9), last: moment(2, 9), days: 1 },
    ])
    expect(
      one
        .user('dana')
        ?.hours.map(({ days }) => days)
        .slice(8, 10),
    ).toEqual([2, 1])
    expect(one.user('ana')).toEqual(two.user('ana'))
    expect([...one.hosts()]).toEqual(['web-01', 'web-02'])
  })

  it('rejects an invalid state with a hint, and stays empty', () => {
    const history = createLoginHistory()
    history.learn([loginAt(moment(0), 'dana', '10.0.0.1')])
    expect(() => history.restore(new Uint8Array([1, 2, 3]))).toThrow(expect.objectContaining({ code: 'STATE_VERSION' }))
    expect(history.user('dana')).toBeUndefined()
  })

  it('is bounded, and keeps the most recently seen entries', needs(deepRun), () => {
    const history = createLoginHistory()
    for (let i = 0; i < 30_000; i++) {
      const time = moment(0, i / 100)
      history.learn([loginAt(time, `u${i}`, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, `h${i}`)])
      // A user who logs in every hour is never dropped.
      if (i % 100 === 0) history.learn([loginAt(time, 'dana', `10.9.9.${i % 251}`, `h${i % 7}`)])
    }
    expect(history.user('dana')?.days).toBe(13)
    expect(history.user('dana')?.addresses).toHaveLength(12)
    expect([history.user('u0'), history.address('10.0.0.0'), history.host('h10')]).toEqual(Array(3).fill(undefined))
    const newest = history.user('u29999')
    const [first, address] = [moment(0, 299.99), '10.0.117.47']
    const once = { first, last: first, days: 1 }
    expect(newest).toMatchObject({
      ...once,
      addresses: [{ ...once, name: address }],
      hosts: [{ ...once, name: 'h29999' }],
    })
    expect(newest?.hours.map(({ days }) => days)).toEqual(
      Array.from({ length: 24 }, (_, hour) => (hour === 11 ? 1 : 0)),
    )
    expect(history.address(address)).toEqual({ first, users: [{ ...once, name: 'u29999' }] })
    expect(history.save().byteLength).toBeLessThan(8_000_000)
  })
})

describe('the usual behaviour', () => {
  const worker = () => {
    const history = createLoginHistory()
    for (let day = 0; day < 10; day++) {
      for (const hour of [8, 9, 12, 16]) history.learn([loginAt(moment(day, hour), 'dana', '10.0.0.1')])
    }
    return history
  }

  it('covers the time before an alert, not the alert itself', () => {
    const history = worker()
    const at = moment(10, 3)
    history.learn([loginAt(at, 'dana', '45.33.32.156', 'db-01')])
    const dana = history.user('dana')
    const usual = dana && usualBefore(dana, at)
    expect(usual).toMatchObject({ days: 10, hours: [8, 9, 12, 16], settled: true, first: moment(0, 8) })
    expect(usual?.addresses).toMatchObject([{ name: '10.0.0.1', days: 10 }])
    expect(usual?.hosts.map(({ name }) => name)).toEqual(['web-01'])
    expect(dana && usualBefore(dana, moment(0, 8))).toBeUndefined()
  })

  it.each([
    [[8, 9, 10], '08–11 UTC'],
    [[22, 23, 0, 1], '22–02 UTC'],
    [[8, 12, 13], '08–09, 12–14 UTC'],
    [Array.from({ length: 24 }, (_, hour) => hour), 'all day'],
  ])('formats %j as %s', (hours, text) => {
    expect(formatHours(hours)).toBe(text)
  })

  it('includes the hours next to usual ones', () => {
    expect([7, 8, 9, 10, 23].map((hour) => isUsualHour([8, 9, 0], hour))).toEqual([true, true, true, true, true])
    expect([2, 11, 22].map((hour) => isUsualHour([8, 9, 0], hour))).toEqual([false, false, false])
  })
})
