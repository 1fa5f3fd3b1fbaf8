import { describe, expect, it } from 'vitest'
import { compatSystems } from '../compat/systems.fake.ts'
import { compatPorts } from './compat-ports.ts'

const opened = (wanted: readonly string[], own: number) =>
  compatPorts(wanted, own, compatSystems).map(({ system, port }) => `${system.name}:${port}`)

describe('ports of older systems', () => {
  it('opens all but the one that is the server’s own', () => {
    expect(opened(['all'], 9_999)).toContain('query-guard:8787')
    expect(opened(['all'], 8_787)).not.toContain('query-guard:8787')
    expect(opened(['all'], 8_787)).toContain('log-analyzer:3000')
  })

  it('refuses the server’s own port, and names another', () => {
    expect(opened(['query-guard:18787'], 8_787)).toEqual(['query-guard:18787'])
    expect(() => opened(['query-guard'], 8_787)).toThrow('8787 is the port of this server itself')
    expect(() => opened(['nothing'], 8_787)).toThrow('no older system called "nothing"')
  })

  it('has no two systems with the same address on the main port', () => {
    const addresses = compatSystems.flatMap(({ routes }) => routes.map(({ method, path }) => `${method} ${path}`))
    expect(addresses.filter((one, place) => addresses.indexOf(one) !== place)).toEqual([])
  })
})
