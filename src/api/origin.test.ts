import { describe, expect, it } from 'vitest'
import { acceptedHosts, requireAcceptedHost } from './origin.ts'

const isAccepted = (accepted: readonly string[] | undefined, hostname: string): boolean => {
  try {
    requireAcceptedHost(accepted, hostname)
    return true
  } catch {
    return false
  }
}

describe('accepted hosts', () => {
  it('accepts only the names of loopback on loopback', () => {
    const accepted = acceptedHosts('127.0.0.1', [], undefined)
    for (const name of ['localhost', 'LOCALHOST', '127.0.0.1', '[::1]']) expect(isAccepted(accepted, name)).toBe(true)
    for (const name of ['evil.example', 'localhost.evil.example', '']) expect(isAccepted(accepted, name)).toBe(false)
  })

  it('accepts the names that the operator allows, and the public address', () => {
    const accepted = acceptedHosts('127.0.0.1', ['Logs.example.org', '*.corp.example'], 'https://vedette.example/x')
    for (const name of ['logs.example.org', 'LOGS.example.org', 'a.corp.example', 'vedette.example', 'localhost'])
      expect(isAccepted(accepted, name)).toBe(true)
    for (const name of ['corp.example', 'evilcorp.example', 'logs.example.org.evil.example'])
      expect(isAccepted(accepted, name)).toBe(false)
  })

  it('checks nothing elsewhere or where any name is allowed, until names are listed', () => {
    expect(acceptedHosts('0.0.0.0', [], 'https://vedette.example')).toBeUndefined()
    expect(acceptedHosts('127.0.0.1', ['*'], undefined)).toBeUndefined()
    expect(isAccepted(acceptedHosts('0.0.0.0', ['a.example'], undefined), 'b.example')).toBe(false)
  })

  it('says which setting helps', () => {
    expect(() => requireAcceptedHost(['localhost'], 'anomaly_backends')).toThrow('Unknown host "anomaly_backends".')
  })
})
