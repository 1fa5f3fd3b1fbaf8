import { describe, expect, it } from 'vitest'
import { runFake } from '../cli.fake.ts'

describe('vedette alerts send', () => {
  const send = async (status: number, answer: object, argv: readonly string[] = []) => {
    const asked: { url: string; body: unknown }[] = []
    const ran = await runFake(['alerts', 'send', '-', ...argv], {
      input: 'CEF:0|a|IDS|1|7|x|5|\n',
      env: { VEDETTE_TOKEN: 't' },
      fetch: async (url, init) => {
        asked.push({ url: String(url), body: init?.body })
        return Response.json(answer, { status })
      },
    })
    return { ...ran, asked }
  }

  it('sends the input unchanged', async () => {
    const { code, out, asked } = await send(200, { accepted: 2, not_understood: 1 }, [
      '--type',
      'cef',
      '--source',
      'fw',
    ])
    expect([code, out]).toEqual([0, '2 alerts accepted, 1 not parsed\n'])
    expect(asked).toEqual([
      { url: 'http://127.0.0.1:8787/api/v1/webhooks/cef?source=fw', body: 'CEF:0|a|IDS|1|7|x|5|\n' },
    ])
  })

  it('reports the reason of a refusal', async () => {
    const problem = { code: 'invalid_alert', title: 'The alert is not valid', detail: 'Not a wazuh alert.' }
    const { code, err } = await send(422, problem, ['--type', 'wazuh'])
    expect(code).not.toBe(0)
    expect(err).toContain('Not a wazuh alert.')
  })

  it('reports an unreadable file', async () => {
    const { code, err } = await runFake(['alerts', 'send', 'nowhere.json'], { env: { VEDETTE_TOKEN: 't' } })
    expect(code).not.toBe(0)
    expect(err).toContain('nowhere.json')
  })
})

describe('vedette incidents close', () => {
  const close = (as: string) =>
    runFake(['incidents', 'close', 'INC-3', '--as', as], {
      env: { VEDETTE_TOKEN: 't' },
      fetch: async (url) =>
        Response.json(
          String(url).endsWith('/api/v1/incidents/INC-3/suppression')
            ? { scope: 'ip:203.0.113.9' }
            : { matched: 1, changed: 1, skipped: [] },
        ),
    })

  it('offers the suppression of what was no attack', async () => {
    const { out, err } = await close('false_positive')
    expect(out).toContain('1 incident of 1 changed')
    expect(err).toContain("suppressions add 'ip:203.0.113.9' --reason 'closed INC-3'")
    expect((await close('true_positive')).err).toBe('')
  })
})
