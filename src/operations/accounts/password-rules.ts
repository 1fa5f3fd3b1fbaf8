import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Account } from '../../store/accounts/accounts.ts'

/** A password on its way in; whether it is good enough for a new one is another matter. */
export const password = z.string().min(1).max(512).meta({ format: 'password' })

const least = 12
const fewest = 5
const runs = '01234567890 qwertyuiop asdfghjkl zxcvbnm abcdefghijklmnopqrstuvwxyz'

/** Refuses passwords that are guessed first. No classes of letters are asked for, and nothing expires: length is what counts. */
export const checkNewPassword = (text: string, { username, email }: Pick<Account, 'username' | 'email'>): void => {
  const plain = text.normalize('NFKC').toLowerCase()
  const letters = [...plain]
  const fault =
    letters.length < least
      ? `has fewer than ${least} characters`
      : new Set(letters).size < fewest
        ? `is made of fewer than ${fewest} different characters`
        : names(username, email).some((name) => plain.includes(name) && plain.length - name.length < least)
          ? 'is little more than a name'
          : runs.split(' ').some((run) => isRun(plain, run))
            ? 'is a run of keys'
            : undefined
  if (fault === undefined) return
  throw new AppError('INVALID_REQUEST', `The new password ${fault}.`, {
    hint: 'Take some words that do not belong together, or let a password manager make one.',
    errors: [{ path: 'new_password', message: fault }],
  })
}

const names = (username: string, email: string | null): readonly string[] =>
  [username, email?.split('@')[0]?.toLowerCase() ?? '', 'vedette', 'password'].filter((name) => name.length > 2)

/** Whether a text follows a run of keys, once or again and again, forwards or backwards. */
const isRun = (text: string, run: string): boolean => {
  const backwards = [...run].reverse().join('')
  return [run, backwards].some((keys) => keys.repeat(Math.ceil(text.length / keys.length) + 1).includes(text))
}
