import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deepRun, runs } from '../../test/depth.ts'
import { needs } from '../../test/needs.ts'
import { eventAt, loginAt, moment } from './context.fake.ts'
import { createFamiliar } from './familiar.ts'
import { isUsualHour, sayHours, usualBefore } from './usual.ts'

describe('what is familiar', () => {
  it('is learnt from what succeeded', () => {
    const familiar = createFamiliar()
    familiar.learn([
      loginAt(moment(0, 8), 'dana', '10.0.0.1'),
      loginAt(moment(0, 9), 'dana', '10.0.0.1'),
      loginAt(moment(1, 8), 'dana', '10.0.0.2', 'web-02'),
      loginAt(moment(1, 9), 'mallory', '10.0.0.2', 'web-02', 'failure'),
      eventAt(moment(2, 3), { 'host.name': 'db-01' }),
    ])
    const dana = familiar.user('dana')
    expect(dana).toMatchObject({ first: moment(0, 8), last: moment(1, 8), days: 2 })
    expect(dana?.addresses).toEqual([
      { name: '10.0.0.1', first: moment(0, 8), last: moment(0, 9), days: 1 },
      { name: '10.0.0.2', first: moment(1, 8), last: moment(1, 8), days: 1 },
    ])
    expect(dana?.hours.map(({ days }) => days).slice(7, 11)).toEqual([0, 2, 1, 0])
    expect(familiar.user('mallory')).toBeUndefined()
    expect(familiar.address('10.0.0.2')?.users.map(({ name }) => name)).toEqual(['dana'])
    expect(familiar.host('db-01')?.first).toBe(moment(2, 3))
    expect([...familiar.hosts()]).toEqual(['web-01', 'web-02', 'db-01'])
  })

  it('learns nothing from foreign alerts, broken lines, and clocks that run ahead', () => {
    const familiar = createFamiliar()
    const event = loginAt(moment(0), 'dana', '10.0.0.1')
    familiar.learn([
      { ...event, kind: 'alert' },
      { ...event, kind: 'pipeline_error' },
      { ...event, time: moment(40) },
    ])
    expect([familiar.user('dana'), familiar.host('web-01')]).toEqual([undefined, undefined])
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
        const once = createFamiliar()
        once.learn(inOrder)
        const restored = createFamiliar()
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

  it('refuses a state of another kind with a hint, and starts empty', () => {
    const familiar = createFamiliar()
    familiar.learn([loginAt(moment(0), 'dana', '10.0.0.1')])
    expect(() => familiar.restore(new Uint8Array([1, 2, 3]))).toThrow(
      expect.objectContaining({ code: 'STATE_VERSION' }),
    )
    expect(familiar.user('dana')).toBeUndefined()
  })

  it('stays bounded, and keeps who was seen lately', needs(deepRun), () => {
    const familiar = createFamiliar()
    for (let i = 0; i < 30_000; i++) {
      const time = moment(0, i / 100)
      familiar.learn([loginAt(time, `u${i}`, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, `h${i}`)])
      // Somebody who comes every hour is not forgotten among strangers.
      if (i % 100 === 0) familiar.learn([loginAt(time, 'dana', `10.9.9.${i % 251}`, `h${i % 7}`)])
    }
    expect(familiar.user('dana')?.days).toBe(13)
    expect(familiar.user('dana')?.addresses).toHaveLength(12)
    expect([familiar.user('u0'), familiar.address('10.0.0.0'), familiar.host('h10')]).toEqual(Array(3).fill(undefined))
    expect(familiar.user('u29999')).toBeDefined()
    expect(familiar.save().byteLength).toBeLessThan(8_000_000)
  })
})

describe('what is usual', () => {
  const worker = () => {
    const familiar = createFamiliar()
    for (let day = 0; day < 10; day++) {
      for (const hour of [8, 9, 12, 16]) familiar.learn([loginAt(moment(day, hour), 'dana', '10.0.0.1')])
    }
    return familiar
  }

  it('covers the time before an alert, not the alert itself', () => {
    const familiar = worker()
    const at = moment(10, 3)
    familiar.learn([loginAt(at, 'dana', '45.33.32.156', 'db-01')])
    const dana = familiar.user('dana')
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
  ])('says %j as %s', (hours, said) => {
    expect(sayHours(hours)).toBe(said)
  })

  it('takes the hour beside a usual one for usual', () => {
    expect([7, 8, 9, 10, 23].map((hour) => isUsualHour([8, 9, 0], hour))).toEqual([true, true, true, true, true])
    expect([2, 11, 22].map((hour) => isUsualHour([8, 9, 0], hour))).toEqual([false, false, false])
  })
})
