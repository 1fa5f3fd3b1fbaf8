import { describe, expect, it } from 'vitest'
import { nameWords, suggestField } from './name-words.ts'

describe('nameWords', () => {
  it.each([
    ['SHA256HashData', 'sha256 hash data'],
    ['src.process.image.path', 'src process image path'],
    ['LocalAddressIP4', 'local address ip4'],
    ['conndestport', 'conn dest port'],
    ['Event type', 'event type'],
    ['important', 'important'],
  ])('divides %s', (name, words) => expect(nameWords(name).join(' ')).toBe(words))
})

describe('suggestField', () => {
  it.each([
    ['threatInfo.sha256', 'a'.repeat(64), 'file.hash.sha256'],
    ['MD5String', 'd41d8cd98f00b204e9800998ecf8427e', 'file.hash.md5'],
    ['actor.process.command_line', 'sh -c id', 'process.command_line'],
    ['src.process.parent.image.path', '/usr/bin/dash', 'process.parent.executable'],
    ['SourceProcess.PID', 4711, 'process.pid'],
    ['conn_dst_ip', '10.0.0.1', 'destination.ip'],
    ['source.host.network.port', 443, 'source.port'],
    ['requestHeaders.user-agent', 'curl/8', 'user_agent.original'],
    ['action.url', 'https://shop.example/a', 'url.original'],
    ['sourceRule.id', 'r-1', 'rule.id'],
    ['query.hostname', 'example.org', 'dns.question.name'],
    ['agentComputerName', 'ws-1', undefined],
    ['dashboardURL', 'https://grafana.example/d/1', undefined],
    ['requestParameters.userName', 'backup', undefined],
    ['nat_source_ip', '10.0.0.1', undefined],
    ['duration', 12, undefined],
  ])('maps %s', (name, value, target) => {
    const suggested = suggestField(name)
    expect(suggested?.fits(value) ? suggested.target : undefined).toBe(target)
  })

  it.each([
    ['threatInfo.sha256', 'none'],
    ['conn_dst_ip', 'gateway'],
    ['source.port', 'https'],
    ['http.response_code', 7],
    ['action.url', 'n/a'],
    ['parent.image.path', 'svchost.exe'],
  ])('rejects an implausible value of %s', (name, value) => expect(suggestField(name)?.fits(value)).toBe(false))
})
