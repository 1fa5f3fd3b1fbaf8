export { createMasker, type Masker, secretTaken, type Treatment, withheld } from './masker.ts'
export { type NameKind, nameKinds } from './names.ts'
export { plainText } from './plain-text.ts'
export { findSecrets } from './secrets.ts'
