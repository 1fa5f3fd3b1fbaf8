import type { Draft } from '../draft.ts'

/** Up to so many fields, an object literal is smaller. */
const few = 6

/** The meaning of a message and the enrichers add a few fields to those that were expected. */
const spare = 4

/**
 * Creates an empty draft for about as many fields. V8 copies the fields of `{}` whenever three more are added, and turns it into a hash
 * table at the seventeenth, which takes ten times the memory, and which every later stage reads several times as slowly. A draft with room
 * grows without copies, and becomes a hash table only beyond twice its room.
 */
export const createDraft = (expected: number): Draft => {
  if (expected <= few) return {}
  const room = expected + spare
  return Reflect.construct(room <= 16 ? small : room <= 32 ? medium : large, none)
}

const none: readonly never[] = []

/**
 * Returns a constructor of empty objects with room for so many fields. V8 makes room for as many as the text of a constructor has
 * assignments, and after a few objects, cuts that down to the most that one of them used.
 */
const withRoom = (room: number) => {
  let used = room
  function Fields(this: Draft): void {
    if (used === 0) return
    this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = 0
    this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = 0
    this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = 0
    this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = 0
    this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = 0
    this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = 0
    this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = 0
    this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = 0
    for (let i = 8; i < used; i++) this[`f${i}`] = 0
  }
  Fields.prototype = Object.prototype
  for (let i = 0; i < 8; i++) Reflect.construct(Fields, none)
  used = 0
  return Fields
}

const small = withRoom(16)
const medium = withRoom(32)
const large = withRoom(64)
