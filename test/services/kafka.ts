import { spawn, spawnSync } from 'node:child_process'
import type { Need } from '../needs.ts'
import { until } from '../until.ts'

/** The client and broker for Kafka tests. */
export const findKcat = (): Need => ({
  missing: spawnSync('kcat', ['-V']).error ? 'kcat is not installed (apt-get install kcat)' : undefined,
})

/** A message as read by another client. */
interface Message {
  readonly key: string
  readonly headers: string
  readonly value: string
}

/** Starts a broker on loopback: the mock broker of librdkafka, which lives as long as kcat. */
export const openKafka = async () => {
  const child = spawn('kcat', ['-P', '-X', 'test.mock.num.brokers=1', '-X', 'debug=mock', '-b', 'x:9092', '-t', 'boot'])
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    printed += text
  })
  /** Waits until the broker has logged something a number of times. */
  const heard = async (said: RegExp, times: number): Promise<void> => {
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`kcat ended with ${child.exitCode}: ${printed}`)
        return printed.split(said).length > times
      },
      () => `the broker to log ${said} ${times} times in ${printed}`,
    )
  }
  await heard(/bootstrap\.servers=[\d.:]+\s/, 1)
  const broker = /bootstrap\.servers=([\d.:]+)/.exec(printed)?.[1] ?? ''
  return {
    broker,
    /** The log of the broker. */
    printed: () => printed,
    heard,
    /** Reads a topic from its start. */
    read(topic: string): readonly Message[] {
      const args = ['-C', '-q', '-b', broker, '-t', topic, '-o', 'beginning', '-e', '-f', '%k\t%h\t%s\n']
      const { status, stdout, stderr } = spawnSync('kcat', args, { encoding: 'utf8', timeout: 120_000 })
      if (status !== 0) throw new Error(`kcat ended with ${status}: ${stderr}`)
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [key = '', headers = '', value = ''] = line.split('\t')
          return { key, headers, value }
        })
    },
    /** Stops it without closing its connections. Only `close` works afterwards. */
    freeze: () => child.kill('SIGSTOP'),
    close: () =>
      new Promise<void>((done) => {
        child.once('close', () => done())
        // It handles milder signals only between two lines of input.
        child.kill('SIGKILL')
      }),
  }
}
