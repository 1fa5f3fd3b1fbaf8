import { spawn, spawnSync } from 'node:child_process'
import type { Need } from '../needs.ts'
import { until } from '../until.ts'

/** The client and broker that tests on Kafka need. */
export const findKcat = (): Need => ({
  missing: spawnSync('kcat', ['-V']).error ? 'kcat is not installed (apt-get install kcat)' : undefined,
})

/** A message as another client reads it. */
interface Message {
  readonly key: string
  readonly headers: string
  readonly value: string
}

/** Opens a broker on loopback: the one that librdkafka keeps for tests, alive as long as kcat is. */
export const openKafka = async () => {
  const child = spawn('kcat', ['-P', '-X', 'test.mock.num.brokers=1', '-X', 'debug=mock', '-b', 'x:9092', '-t', 'boot'])
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    told += text
  })
  /** Waits until the broker has said something so many times. */
  const heard = async (said: RegExp, times: number): Promise<void> => {
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`kcat ended with ${child.exitCode}: ${told}`)
        return told.split(said).length > times
      },
      () => `the broker saying ${said} ${times} times in ${told}`,
    )
  }
  await heard(/bootstrap\.servers=[\d.:]+\s/, 1)
  const broker = /bootstrap\.servers=([\d.:]+)/.exec(told)?.[1] ?? ''
  return {
    broker,
    /** What the broker has told of what it does. */
    told: () => told,
    heard,
    /** Reads a topic from its beginning. */
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
    close: () =>
      new Promise<void>((done) => {
        child.once('close', () => done())
        // It takes milder signals only between two lines of its input.
        child.kill('SIGKILL')
      }),
  }
}
