import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A TCP proxy to a server that a test can break in several ways. */
export interface Line {
  open(): Promise<void>
  /** Breaks every connection; new ones work. */
  cut(): void
  /** Drops all data without closing connections, like a network that drops packets; new connections hang too. */
  silence(): void
  /** Delays all data in each direction by so long, in ms; 0 ends that. The order stays. */
  slow(ms: number): void
  /** Ends the silence. Dropped data stays lost, so it closes the connections of that time. */
  resume(): void
  /** Forwards the next message that contains `text`, then closes the connection before the response. */
  loseAnswerTo(text: string): void
  /** Closes the connection that sends the next message with `text`, without forwarding it. */
  lose(text: string): void
  /** Breaks every connection and rejects new ones. */
  close(): Promise<void>
}

/** Opens a proxy from `port` on loopback to a server. */
export const createLine = (port: number, target: { readonly host: string; readonly port: number }): Line => {
  const sockets = new Set<Socket>()
  let server: Server | undefined
  let silent = false
  let delay = 0
  let lost: { readonly text: string; readonly part: 'message' | 'answer' } | undefined
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }

  const join = (near: Socket): void => {
    const far = connect(target)
    let answers = true
    const [toFar, toNear] = [delayed(() => delay), delayed(() => delay)]
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (data) => {
      if (silent) return
      if (lost && data.includes(lost.text)) {
        const { part } = lost
        lost = undefined
        if (part === 'message') {
          near.destroy()
          return
        }
        answers = false
      }
      toFar(() => far.write(data))
    })
    far.on('data', (data) => {
      if (silent) return
      if (answers) toNear(() => near.write(data))
      else near.destroy()
    })
  }

  return {
    open: () =>
      new Promise((done) => {
        server = createServer(join)
        server.listen(port, '127.0.0.1', done)
      }),
    cut,
    slow(ms) {
      delay = ms
    },
    silence() {
      silent = true
    },
    resume() {
      silent = false
      cut()
    },
    loseAnswerTo(text) {
      lost = { text, part: 'answer' }
    },
    lose(text) {
      lost = { text, part: 'message' }
    },
    async close() {
      cut()
      const closing = server
      server = undefined
      if (closing) await new Promise((done) => closing.close(done))
    },
  }
}

/** Runs what it is given in order, each after the delay of the moment. */
const delayed = (delayOf: () => number) => {
  let last: Promise<void> | undefined
  return (pass: () => void): void => {
    const ms = delayOf()
    if (ms === 0 && !last) {
      pass()
      return
    }
    const due = Promise.all([last, sleep(ms)]).then(() => {
      pass()
      if (last === due) last = undefined
    })
    last = due
  }
}
