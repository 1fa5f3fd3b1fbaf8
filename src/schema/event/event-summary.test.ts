import { describe, expect, it } from 'vitest'
import type { Event } from './event.ts'
import { summarizeEvent } from './event-summary.ts'

const summarize = (record: unknown, message: string, fields: Event['fields']) =>
  summarizeEvent({ original: JSON.stringify(record), message, fields })

describe('the summary of an event', () => {
  it('shows an entry of a journal like the journal itself does', () => {
    const fields = {
      'host.name': 'edge-2',
      'host.boot.id': 'aa',
      'process.name': 'sshd',
      'process.pid': 912,
      'process.executable': '/usr/sbin/sshd',
      'service.name': 'ssh',
      'log.level': 'info',
      'user.name': 'dana',
      'event.action': 'ssh_login',
    }
    const message = 'Accepted publickey for dana from 203.0.113.9'
    expect(summarize({ MESSAGE: message, _PID: '912' }, message, fields)).toBe(`edge-2 sshd[912]: ${message}`)
  })

  it('shows the level of a program if it is no ordinary one', () => {
    const fields = { 'host.name': 'edge-2', 'process.name': 'kernel', 'log.level': 'error' }
    expect(summarize({ MESSAGE: 'disk failed' }, 'disk failed', fields)).toBe('ERROR edge-2 kernel: disk failed')
  })

  it('shows level, service, message and the fields that the message does not name', () => {
    const record = { level: 'error', msg: 'payment of dana failed', user: 'dana', code: 503, path: '/pay' }
    const fields = {
      'log.level': 'error',
      'service.name': 'pay',
      'user.name': 'dana',
      'url.original': '/pay',
      'http.response.status_code': 503,
      'event.outcome': 'failure',
    }
    expect(summarize(record, record.msg, fields)).toBe(
      'ERROR pay: payment of dana failed url.original=/pay http.response.status_code=503',
    )
  })

  it('shows the fields of a record without a message', () => {
    const record = { actor: 'ana', action: 'repo.access', size: 12 }
    const original = JSON.stringify(record)
    const fields = { size: 12, 'event.action': 'repo.access', 'user.name': 'ana', 'log.file.path': '/x.log' }
    expect(summarizeEvent({ original, message: original, fields })).toBe(
      'event.action=repo.access user.name=ana size=12',
    )
  })

  it('shows the fields of a record without a message in the envelope of a shipper', () => {
    const record = { actor: 'ana', action: 'repo.access' }
    const inner = JSON.stringify(record)
    const fields = { 'event.action': 'repo.access', 'user.name': 'ana', 'source.ip': '203.0.113.9' }
    expect(summarize({ host: 'beat-1', message: inner, from: '203.0.113.9' }, inner, fields)).toBe(
      'event.action=repo.access user.name=ana source.ip=203.0.113.9',
    )
  })

  it('shows values that are escaped in the record', () => {
    const record = { CommandLine: 'C:\\x.exe "a"' }
    expect(summarize(record, 'Process created', { 'process.command_line': record.CommandLine })).toBe(
      'Process created process.command_line="C:\\\\x.exe \\"a\\""',
    )
  })

  it('names the host of a Windows event, not the process that the event is about', () => {
    const original = '<Event><System/></Event>'
    const fields = { 'host.name': 'ws-1', 'process.name': 'cmd.exe', 'process.executable': 'C:\\cmd.exe' }
    expect(summarizeEvent({ original, message: 'A process was created.', fields })).toBe('ws-1: A process was created.')
  })

  it('is one line of at most 500 characters', () => {
    expect(summarize({ msg: 'a\nb' }, 'a\r\n  b\n', {})).toBe('a b')
    expect(summarize({ msg: 'x' }, 'x'.repeat(5000), {})).toHaveLength(500)
  })

  it('is absent for lines that are readable, and for records of which nothing is known', () => {
    const original = 'Mar  3 09:00:00 edge-2 sshd[912]: Accepted publickey for dana'
    expect(summarizeEvent({ original, message: 'Accepted publickey for dana', fields: {} })).toBeUndefined()
    expect(summarizeEvent({ original: '<34>1 - - -', message: '', fields: {} })).toBeUndefined()
    expect(summarizeEvent({ original: '{"a', message: '{"a', fields: {} })).toBeUndefined()
  })
})
