import { expect, it } from 'vitest'
import { checkNewPassword } from './password-rules.ts'

const owner = { username: 'ada.lovelace', email: 'countess@example.org' }
const fault = (text: string): string | undefined => {
  try {
    checkNewPassword(text, owner)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

it.each([
  ['short one', 'fewer than 12 characters'],
  ['ééééééééééé', 'fewer than 12 characters'],
  ['abababababababab', 'fewer than 5 different'],
  ['ada.lovelace1843', 'too similar to a name'],
  ['Countess1234!', 'too similar to a name'],
  ['Password12345', 'too similar to a name'],
  ['qwertyuiopqwertyuiop', 'a keyboard sequence'],
  ['poiuytrewqpoi', 'a keyboard sequence'],
  ['abcdefghijklmnop', 'a keyboard sequence'],
])('refuses the password %s', (text, words) => {
  expect(fault(text)).toContain(words)
})

it.each([['correct horse battery'], ['p9$Kq2!mZr7x'], ['ада любит машины'], ['ada.lovelace wrote notes in 1843']])(
  'accepts the password %s',
  (text) => {
    expect(fault(text)).toBeUndefined()
  },
)
