import { expect, it } from 'vitest'
import { asUtf8 } from './utf16.ts'

const read = async (...chunks: readonly Buffer[]) => {
  async function* source() {
    yield* chunks
  }
  let text = ''
  for await (const chunk of asUtf8(source())) text += chunk.toString('utf8')
  return text
}

it('converts UTF-16 whatever the chunks, and passes other bytes unchanged', async () => {
  const little = Buffer.from('\ufeffGrüße 🐎\n', 'utf16le')
  expect(await read(little.subarray(0, 5), little.subarray(5, 15), little.subarray(15))).toBe('Grüße 🐎\n')
  expect(await read(Buffer.from(little).swap16())).toBe('Grüße 🐎\n')
  expect(await read(Buffer.from('Grü'), Buffer.from('ße'))).toBe('Grüße')
  expect(await read()).toBe('')
})
