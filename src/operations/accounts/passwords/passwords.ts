import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { AppError } from '../../../errors.ts'

/** Hashes and verifies passwords. Each call deliberately takes about 50 ms of one core and 19 MiB. */
export interface Passwords {
  /** Argon2id in the PHC string format. */
  hash(password: string): Promise<string>
  /** Takes the same time without a hash, so that callers cannot find out whether one exists. */
  matches(password: string, hash: string | undefined): Promise<boolean>
  /** Whether a hash uses a lower cost than new hashes. */
  isOutdated(hash: string): boolean
}

interface PasswordOptions {
  readonly parallel?: number
  readonly mostWaiting?: number
  /** KiB of memory, passes over it and lanes of Argon2id. */
  readonly cost?: { readonly memory: number; readonly passes: number; readonly parallelism: number }
}

/** The first recommendation for Argon2id in OWASP's Password Storage Cheat Sheet. */
const usualCost = { memory: 19_456, passes: 2, parallelism: 1 } as const
const tagLength = 32
const form = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([\w+/]{11,86})\$([\w+/]{11,86})$/

/**
 * Hashes `parallel` passwords at once and queues up to `mostWaiting`, so that guessing cannot exhaust the machine. Only tests lower the
 * cost.
 */
export const createPasswords = ({
  parallel = 2,
  mostWaiting: maxWaiting = 32,
  cost = usualCost,
}: PasswordOptions = {}): Passwords => {
  const current = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$`
  /** Compared with when an account has no hash. */
  const dummyHash = `${current}${'A'.repeat(22)}$${'A'.repeat(43)}`
  const waiting: (() => void)[] = []
  let running = 0

  const inTurn = async (parameters: Argon2Parameters): Promise<Buffer> => {
    if (running >= parallel) {
      if (waiting.length >= maxWaiting) {
        throw new AppError('RATE_LIMITED', 'Too many concurrent sign-ins.', {
          retryable: true,
          retryAfter: 2,
        })
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await derive('argon2id', parameters)
    } finally {
      // Hand the slot to the next waiter, or release it.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }

  const hash = async (password: string): Promise<string> => {
    const nonce = randomBytes(16)
    const tag = await inTurn({ ...cost, tagLength, nonce, message: bytesOf(password) })
    return `${current}${unpadded(nonce)}$${unpadded(tag)}`
  }

  return {
    hash,
    async matches(password, text) {
      const [, memory, passes, parallelism, salt = '', tag = ''] = form.exec(text ?? dummyHash) ?? []
      const wanted = Buffer.from(tag, 'base64')
      const made = await inTurn({
        memory: Number(memory ?? cost.memory),
        passes: Number(passes ?? cost.passes),
        parallelism: Number(parallelism ?? cost.parallelism),
        tagLength: wanted.length || tagLength,
        nonce: salt === '' ? Buffer.alloc(16) : Buffer.from(salt, 'base64'),
        message: bytesOf(password),
      })
      return text !== undefined && made.length === wanted.length && timingSafeEqual(made, wanted)
    },
    isOutdated: (text) => !text.startsWith(current),
  }
}

const derive = promisify(argon2)

/** Normalize: different keyboards compose the same letters differently. */
const bytesOf = (password: string): Buffer => Buffer.from(password.normalize('NFKC'))

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')
