import { describe, expect, it } from 'vitest'
import { walkModule } from '../scripts/wasm/walk.ts'
import { walkModule as written } from '../src/lib/isolation-forest/walk-module.ts'

describe('the WebAssembly module of the forests', () => {
  it('matches its source; otherwise run `node scripts/write-wasm.ts`', () => {
    expect(written).toBe(Buffer.from(walkModule()).toString('base64'))
  })

  it('is valid and small', () => {
    const bytes = Uint8Array.from(atob(written), (character) => character.charCodeAt(0))
    expect(() => new WebAssembly.Module(bytes)).not.toThrow()
    expect(bytes.length).toBeLessThan(4096)
  })
})
