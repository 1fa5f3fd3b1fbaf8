import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import type { Account } from '../../../store/accounts/accounts.ts'

/** A submitted password. New passwords are also checked with checkNewPassword. */
export const password = z.string().min(1).max(512).meta({ format: 'password' })

const minLength = 12
const minDistinct = 5
const runs = '01234567890 qwertyuiop asdfghjkl zxcvbnm abcdefghijklmnopqrstuvwxyz'

/** Rejects easily guessed passwords. Length is what counts: there are no character classes and no expiry. */
export const checkNewPassword = (text: string, { username, email }: Pick<Account, 'username' | 'email'>): void => {
  const plain = text.normalize('NFKC').toLowerCase()
  const letters = [...plain]
  const fault =
    letters.length < minLength
      ? `has fewer than ${minLength} characters`
      : new Set(letters).size < minDistinct
        ? `has fewer than ${minDistinct} different characters`
        : names(username, email).some((name) => plain.includes(name) && plain.length - name.length < minLength)
          ? 'is too similar to a name'
          : runs.split(' ').some((run) => isRun(plain, run))
            ? 'is a keyboard sequence'
            : undefined
  if (fault === undefined) return
  throw new AppError('INVALID_REQUEST', `The new password ${fault}.`, {
    hint: 'Use several unrelated words, or let a password manager generate a password.',
    errors: [{ path: 'new_password', message: fault }],
  })
}

const names = (username: string, email: string | null): readonly string[] =>
  [username, email?.split('@')[0]?.toLowerCase() ?? '', 'vedette', 'password'].filter((name) => name.length > 2)

/** Whether a text repeats a keyboard sequence, forwards or backwards. */
const isRun = (text: string, run: string): boolean => {
  const backwards = [...run].reverse().join('')
  return [run, backwards].some((keys) => keys.repeat(Math.ceil(text.length / keys.length) + 1).includes(text))
}
